import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Remote

/// The model that answers, with the ways to another one: here, or at a server elsewhere.
T.Button {
    id: control

    required property string modelName
    required property bool ready
    required property bool localReady
    required property RemoteModel remote
    signal modelWanted
    signal connectWanted

    implicitHeight: 28
    implicitWidth: row.implicitWidth + 20
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: ready ? qsTr("Model: %1").arg(modelName) : text
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    text: ready ? modelName : qsTr("No model")
    onClicked: menu.popup(control, 0, control.height + 4)

    Menu {
        id: menu

        objectName: "modelMenu"
        implicitWidth: 280

        MenuItem {
            implicitWidth: 268
            objectName: "useHere"
            height: visible ? implicitHeight : 0
            visible: control.remote.inUse
            iconName: "model"
            text: control.localReady ? qsTr("Use the model here") : qsTr("Answer on this computer")
            onTriggered: {
                control.remote.setInUse(false);
                if (!control.localReady)
                    control.modelWanted();
            }
        }
        MenuItem {
            implicitWidth: 268
            objectName: "useThere"
            height: visible ? implicitHeight : 0
            visible: control.remote.configured && !control.remote.inUse
            iconName: "globe"
            text: qsTr("Use %1").arg(control.remote.model)
            hint: control.remote.host
            onTriggered: control.remote.setInUse(true)
        }
        MenuItem {
            implicitWidth: 268
            objectName: "chooseModel"
            iconName: "folder"
            text: qsTr("Choose a model…")
            onTriggered: control.modelWanted()
        }
        MenuItem {
            implicitWidth: 268
            objectName: "connectRemote"
            iconName: "plug"
            text: control.remote.configured ? qsTr("Another server or model…") : qsTr("Connect to a server…")
            onTriggered: control.connectWanted()
        }
    }

    contentItem: Item {
        Row {
            id: row

            anchors.centerIn: parent
            spacing: 8

            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                width: 8
                height: 8
                radius: 4
                color: control.ready ? Theme.success : "transparent"
                border.width: control.ready ? 0 : 1.5
                border.color: Theme.borderControl
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, 240)
                text: control.text
                font: Theme.smallMedium
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.remote.inUse
                icon: "globe"
                size: 14
            }
            Icon {
                anchors.verticalCenter: parent.verticalCenter
                icon: "chevron-down"
                size: 14
            }
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: control.down ? Theme.surfaceSunken : Theme.surfaceRaised
        border.width: 1
        border.color: Theme.borderStrong

        Rectangle {
            anchors.fill: parent
            radius: parent.radius
            color: control.hovered ? Theme.hover : "transparent"
        }
        FocusRing {
            shown: control.visualFocus
        }
    }
}
