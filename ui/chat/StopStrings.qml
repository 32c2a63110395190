import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// Texts that end an answer: shown as chips, each with its own way out.
Column {
    id: control

    required property ParameterModel parameters

    spacing: 6

    Item {
        width: parent.width
        height: 32

        Label {
            height: parent.height
            text: qsTr("Stop strings")
            font: Theme.smallMedium
        }
        Field {
            anchors.right: parent.right
            y: 2
            width: 140
            compact: true
            figures: true
            placeholderText: qsTr("add, then Enter")
            Accessible.name: qsTr("New stop string")
            onAccepted: {
                if (control.parameters.addStop(text) === "")
                    clear();
            }
        }
    }
    Flow {
        width: parent.width
        spacing: 6

        Repeater {
            model: control.parameters.stop

            Rectangle {
                id: chip

                required property int index
                required property string modelData

                width: Math.min(control.width, label.implicitWidth + 36)
                height: 24
                radius: Theme.radiusSmall
                color: Theme.surfaceSunken

                Figure {
                    id: label

                    x: 8
                    width: parent.width - 34
                    height: parent.height
                    text: chip.modelData
                }
                IconButton {
                    anchors.right: parent.right
                    size: 24
                    iconSize: 14
                    iconName: "close"
                    text: qsTr("Remove")
                    onClicked: control.parameters.removeStop(chip.index)
                }
            }
        }
    }
}
