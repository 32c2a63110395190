import QtQuick
import Hearth.Theme
import Hearth.Controls

/// Places one block in the reading column: quotation bars, list indents, the marker of an item.
Item {
    id: frame

    property int indent: 0
    property int quote: 0
    property string marker: ""
    property real topSpace: 6
    property real lineHeight: Math.round(1.6 * Theme.readingSize)
    default property alias parts: body.data
    readonly property real columnWidth: Math.min(720, width - 2 * Theme.pagePadding)
    readonly property real bodyLeft: quote * 16 + indent * 24

    implicitHeight: topSpace + body.childrenRect.height

    Repeater {
        model: frame.quote

        Rectangle {
            required property int index

            x: body.x - frame.bodyLeft + index * 16
            y: 0
            width: 3
            height: frame.height
            color: Theme.borderStrong
        }
    }
    Label {
        visible: frame.marker !== ""
        x: body.x - 24 + (frame.marker.length > 1 ? 0 : 4)
        y: frame.topSpace
        height: frame.lineHeight
        text: frame.marker
        font: frame.marker.length > 1 ? Theme.figure : Theme.reading
        color: Theme.textMuted
        elide: Text.ElideNone
    }
    Item {
        id: body

        x: (frame.width - frame.columnWidth) / 2 + frame.bodyLeft
        y: frame.topSpace
        width: frame.columnWidth - frame.bodyLeft
        height: childrenRect.height
    }
}
