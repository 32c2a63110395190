import QtQuick
import Hearth.Theme

/// Plain text in a role of the type scale; never interprets markup.
Text {
    textFormat: Text.PlainText
    font: Theme.body
    color: Theme.text
    elide: Text.ElideRight
    verticalAlignment: Text.AlignVCenter
    linkColor: Theme.accent
    // Glyphs of the native kind are drawn for one size.
    renderType: Theme.zoom === 1 ? Text.NativeRendering : Text.QtRendering
}
