import QtQuick
import Hearth.Theme
import Hearth.Controls

/// One row of the memory column: colour, name, what it is, gigabytes.
Item {
    id: row

    required property string label
    required property string figure
    property string help: ""
    property color fill: "transparent"
    property color hatch: "transparent"
    property bool muted: false

    implicitHeight: help !== "" ? 40 : 28

    Rectangle {
        width: 12
        height: 12
        y: 5
        radius: 3
        color: row.fill
        border.width: 1
        border.color: Theme.borderStrong
        clip: true

        Hatch {
            anchors.fill: parent
            anchors.margins: 1
            visible: row.hatch.a > 0
            ink: row.hatch.a > 0 ? row.hatch : Theme.memOther
        }
    }
    Label {
        x: 22
        height: 22
        width: parent.width - 90
        text: row.label
        font: Theme.smallMedium
        color: row.muted ? Theme.textMuted : Theme.text
    }
    Label {
        x: 22
        y: 19
        width: parent.width - 22
        visible: row.help !== ""
        text: row.help
        font: Theme.caption
        color: Theme.textMuted
    }
    Figure {
        anchors.right: parent.right
        height: 22
        text: row.figure
    }
}
