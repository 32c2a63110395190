import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A series of a memory bar that lies: swatch, name, figure.
Row {
    id: key

    required property string label
    required property string figure
    property color fill: "transparent"
    property color hatch: "transparent"

    spacing: 7

    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: 12
        height: 12
        radius: 3
        color: key.fill
        border.width: 1
        border.color: Theme.borderStrong
        clip: true

        Hatch {
            anchors.fill: parent
            anchors.margins: 1
            visible: key.hatch.a > 0
            ink: key.hatch.a > 0 ? key.hatch : Theme.memOther
        }
    }
    Label {
        text: key.label
        font: Theme.small
        color: Theme.textMuted
    }
    Figure {
        text: key.figure
    }
}
