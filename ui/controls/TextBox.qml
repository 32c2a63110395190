import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// Several lines of plain-text input; put it in a Flickable where it can grow.
T.TextArea {
    id: control

    implicitWidth: 160
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: 10
    font: Theme.body
    color: Theme.text
    placeholderTextColor: Theme.textFaint
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentText
    selectByMouse: true
    renderType: Theme.zoom === 1 ? TextEdit.NativeRendering : TextEdit.QtRendering
    wrapMode: TextEdit.Wrap
    textFormat: TextEdit.PlainText
    // Tab leaves, as everywhere; a tab in the text can be pasted.
    Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
    Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)

    Label {
        x: control.leftPadding
        y: control.topPadding
        width: control.width - control.leftPadding - control.rightPadding
        text: control.placeholderText
        font: control.font
        color: Theme.textFaint
        wrapMode: Text.Wrap
        visible: control.length === 0 && control.preeditText === ""
    }

    background: Rectangle {
        radius: Theme.radius
        color: Theme.surfaceRaised
        border.width: control.activeFocus ? 2 : 1
        border.color: control.activeFocus ? Theme.accent : Theme.borderStrong
    }
}
