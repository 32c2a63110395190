import QtQuick
import Hearth.Theme
import Hearth.Chat

/// Text with bold, code and links that can be selected; built from our own runs, never from markup.
TextEdit {
    id: view

    required property inlineText content
    property real lineHeight: Math.round(1.6 * Theme.readingSize)
    property bool caret: false
    readonly property string plain: inlineDocument.plain
    property var marked: []
    signal linkWanted(string address)

    readOnly: true
    selectByMouse: true
    renderType: Theme.zoom === 1 ? TextEdit.NativeRendering : TextEdit.QtRendering
    activeFocusOnTab: false
    wrapMode: TextEdit.Wrap
    textFormat: TextEdit.PlainText
    font: Theme.reading
    color: Theme.text
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentText
    onLinkActivated: link => view.linkWanted(link)
    Accessible.role: Accessible.StaticText
    Accessible.name: view.plain

    InlineDocument {
        id: inlineDocument

        target: view.textDocument
        content: view.content
        codeFont: Theme.code
        codeBackground: Theme.surfaceSunken
        linkColor: Theme.accent
        inks: Theme.codeInks
        textFont: view.font
        textColor: view.color
        marked: view.marked
        markColor: Theme.mark
        lineHeight: view.lineHeight
    }
    Loader {
        anchors.fill: parent
        active: inlineDocument.hasFormulas
        sourceComponent: FormulaLayer {
            document: inlineDocument
        }
    }
    Rectangle {
        readonly property rect place: view.caret && view.length + view.width + view.contentHeight > 0
                                      ? view.positionToRectangle(view.length) : Qt.rect(0, 0, 0, 0)

        visible: view.caret
        x: place.x + 3
        y: place.y + (place.height - height) / 2
        width: 8
        height: 17
        color: Theme.accent
    }
    HoverHandler {
        cursorShape: view.hoveredLink !== "" ? Qt.PointingHandCursor : Qt.IBeamCursor
    }
}
