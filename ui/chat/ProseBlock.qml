import QtQuick
import Hearth.Theme
import Hearth.Chat

/// A paragraph, an item of a list, or a heading.
BlockFrame {
    id: block

    required property inlineText content
    required property int level
    required property bool caret
    required property bool continues
    property var marked: []
    signal linkWanted(string address)

    topSpace: continues ? 0 : level > 0 ? 16 : indent > 0 ? 4 : 8
    lineHeight: Math.round((level === 1 ? 28 : level === 2 ? 26 : 24) * Theme.readingSize / 15)

    InlineView {
        objectName: "proseText"
        width: parent ? parent.width : 0
        content: block.content
        lineHeight: block.lineHeight
        caret: block.caret
        marked: block.marked
        font.family: Theme.sansFamily
        font.pixelSize: Math.round((block.level === 1 ? 20 : block.level === 2 ? 17 : 15) * Theme.readingSize / 15)
        font.weight: block.level > 0 ? Font.DemiBold : Font.Normal
        color: block.quote > 0 ? Theme.textMuted : Theme.text
        onLinkWanted: address => block.linkWanted(address)
    }
}
