import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A part of the memory bar in words, with the line that leads to it. Its middle is at `place`; the part's at `target`.
Item {
    id: label

    required property string part
    required property string name
    required property string figure
    required property real bytes
    required property real total
    required property real target
    required property real place
    property string help: ""
    property bool muted: false
    property bool pointed: false
    readonly property bool hovered: hover.hovered
    readonly property real lead: 28

    function exact(): string {
        const share = total > 0 ? qsTr("%1% of all").arg(Number(100 * bytes / total).toLocaleString(Qt.locale(), "f", 1)) : "";
        return qsTr("%1 bytes, %2 GiB, %3").arg(Number(bytes).toLocaleString(Qt.locale(), "f", 0)).arg(Number(bytes / 1073741824).toLocaleString(Qt.locale(), "f", 2)).arg(share);
    }

    y: place - height / 2
    height: help !== "" ? 34 : 20
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2 gigabytes").arg(name).arg(figure)
    Accessible.description: help

    HoverHandler {
        id: hover
    }
    Rectangle {
        x: label.lead
        width: parent.width - x + 6
        height: parent.height + 4
        y: -2
        radius: Theme.radiusSmall
        color: label.hovered || label.pointed ? Theme.hover : "transparent"
    }
    // The leader: level at both ends, slanted between.
    Rectangle {
        y: label.target - label.y
        width: 10
        height: 1
        color: Theme.borderStrong
    }
    Rectangle {
        readonly property real rise: label.place - label.target

        x: 10
        y: label.target - label.y
        width: Math.sqrt(64 + rise * rise)
        height: 1
        antialiasing: true
        transformOrigin: Item.Left
        rotation: Math.atan2(rise, 8) * 180 / Math.PI
        color: Theme.borderStrong
    }
    Rectangle {
        x: 18
        y: label.height / 2
        width: 8
        height: 1
        color: Theme.borderStrong
    }
    Label {
        x: label.lead + 4
        height: 18
        width: parent.width - x - value.width - 6
        text: label.name
        font: Theme.smallMedium
        color: label.muted ? Theme.textMuted : Theme.text
    }
    Figure {
        id: value

        anchors.right: parent.right
        height: 18
        text: label.figure
    }
    Label {
        x: label.lead + 4
        y: 17
        width: parent.width - x
        visible: label.help !== ""
        text: label.help
        font: Theme.caption
        color: Theme.textMuted
    }
    ToolTip {
        visible: label.hovered
        text: label.exact()
    }
}
