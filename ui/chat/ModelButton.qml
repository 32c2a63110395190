import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// The model that answers, with the way to another one.
T.Button {
    id: control

    required property string modelName
    required property bool ready

    implicitHeight: 28
    implicitWidth: row.implicitWidth + 20
    hoverEnabled: true
    Accessible.role: Accessible.Button
    Accessible.name: ready ? qsTr("Model: %1").arg(modelName) : text
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    text: ready ? modelName : qsTr("No model")

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
                icon: "chevron-right"
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
