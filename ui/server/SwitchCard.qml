import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The one big switch, its state and the address.
Card {
    id: card

    required property ServerModel server

    implicitHeight: 112

    Switch {
        id: bigSwitch

        objectName: "serverSwitch"
        x: 16
        y: 16
        large: true
        checked: card.server.on
        enabled: !card.server.switching
        Accessible.name: qsTr("Server")
        Accessible.description: card.server.on ? card.server.address : qsTr("nothing listens")
        onToggled: {
            card.server.setOn(checked);
            checked = Qt.binding(() => card.server.on);
        }
    }
    Label {
        id: stateLabel

        objectName: "serverState"
        anchors.left: bigSwitch.right
        anchors.leftMargin: 16
        y: 14
        text: card.server.switching ? qsTr("Switching") : card.server.on ? qsTr("On") : qsTr("Off")
        font: Theme.heading
    }
    Label {
        anchors.left: bigSwitch.right
        anchors.leftMargin: 16
        anchors.right: parent.right
        anchors.rightMargin: 12
        y: 34
        text: !card.server.on ? qsTr("nothing listens") : card.server.summary
        font: Theme.caption
        color: Theme.textMuted
    }
    Chip {
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 14
        visible: card.server.on && card.server.reachable
        tone: "warning"
        iconName: "globe"
        text: card.server.networkAddress
        Accessible.name: qsTr("Reachable from other machines at %1").arg(text)
    }
    Rectangle {
        x: 16
        y: 66
        width: parent.width - 32
        height: 32
        radius: Theme.radius
        color: Theme.surfaceSunken
        border.width: 1
        border.color: Theme.border

        Figure {
            objectName: "serverAddress"
            x: 10
            width: parent.width - 48
            height: parent.height
            text: card.server.address
            color: card.server.on ? Theme.text : Theme.textFaint
        }
        CopyButton {
            objectName: "copyAddress"
            anchors.right: parent.right
            anchors.rightMargin: 2
            anchors.verticalCenter: parent.verticalCenter
            text: done ? qsTr("Address copied") : qsTr("Copy address")
            onClicked: card.server.copy(card.server.address)
        }
    }
}
