import QtQuick
import Hearth.Theme
import Hearth.Controls

/// One series of the memory bar. `from` and the thickness are in pixels along the bar.
Item {
    id: segment

    required property bool vertical
    /// Pixels a byte takes.
    required property real density
    property string part: ""
    property bool marked: false
    property bool animated: true
    property real from: 0
    property real bytes: 0
    property color fill: "transparent"
    property color hatch: "transparent"
    property real thickness: bytes <= 0 ? 0 : Math.max(2, bytes * density)
    readonly property real end: from + thickness
    /// Of the bar's length, from its beginning.
    readonly property real centre: from + thickness / 2
    readonly property bool hovered: hover.hovered

    visible: bytes > 0
    x: vertical ? 1 : 1 + from
    y: vertical && parent ? parent.height - 1 - from - thickness : 1
    width: vertical && parent ? parent.width - 2 : thickness
    height: vertical ? thickness : parent ? parent.height - 2 : 0

    HoverHandler {
        id: hover
    }
    Rectangle {
        anchors.fill: parent
        color: segment.fill
    }
    Hatch {
        anchors.fill: parent
        visible: segment.hatch.a > 0
        ink: segment.hatch.a > 0 ? segment.hatch : Theme.memOther
    }
    Rectangle {
        width: segment.vertical ? parent.width : 1.5
        height: segment.vertical ? 1.5 : parent.height
        x: segment.vertical ? 0 : parent.width - width
        color: Theme.memFree
    }
    Rectangle {
        visible: segment.marked
        anchors.fill: parent
        color: "transparent"
        border.width: 2
        border.color: Theme.text
    }
    Behavior on thickness {
        enabled: segment.animated && !Theme.lessMotion

        NumberAnimation {
            duration: Theme.medium
            easing.type: Easing.OutCubic
        }
    }
}
