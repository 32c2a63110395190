import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// Send, which becomes Stop in place while anything runs. Stop arms after 300 ms, so that a double click stops nothing.
T.Button {
    id: control

    required property bool busy
    property bool armed: false
    signal sendWanted
    signal stopWanted

    implicitWidth: busy ? stopRow.width + 24 : 32
    implicitHeight: 32
    hoverEnabled: true
    text: busy ? qsTr("Stop") : qsTr("Send")
    Accessible.name: text
    onBusyChanged: {
        armed = false;
        arming.restart();
    }
    onClicked: {
        if (!busy)
            sendWanted();
        else if (armed)
            stopWanted();
    }

    Timer {
        id: arming

        interval: 300
        onTriggered: control.armed = control.busy
    }

    contentItem: Item {
        Icon {
            visible: !control.busy
            anchors.centerIn: parent
            icon: "send"
            size: 18
            color: control.enabled ? Theme.accentText : Theme.textFaint
        }
        Row {
            id: stopRow

            visible: control.busy
            anchors.centerIn: parent
            spacing: 8

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                icon: "stop"
                size: 16
                color: Theme.accent
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Stop")
                font: Theme.bodyMedium
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Esc")
                font: Theme.body
                color: Theme.textMuted
            }
        }
    }
    background: Rectangle {
        radius: Theme.radiusCard
        color: control.busy ? (control.hovered ? Theme.surfaceSunken : Theme.surfaceRaised)
                            : !control.enabled ? "transparent" : control.hovered || control.down ? Theme.accentHover : Theme.accent
        border.width: control.busy || !control.enabled ? 1 : 0
        border.color: control.busy ? Theme.borderStrong : Theme.border

        FocusRing {
            shown: control.visualFocus
            base: Theme.radiusCard
        }
    }
}
