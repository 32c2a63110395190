import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A text of the inspector with its name and a copy button; plain, selectable, reached by the keyboard.
Column {
    id: part

    required property string name
    required property string content
    property string note: ""
    signal copyWanted

    spacing: 6

    Item {
        width: parent.width
        height: 28

        Label {
            height: parent.height
            text: part.name
            font: Theme.bodyStrong
        }
        Label {
            anchors.right: copyButton.left
            anchors.rightMargin: 8
            height: parent.height
            text: part.note
            font: Theme.small
            color: Theme.textMuted
        }
        CopyButton {
            id: copyButton

            anchors.right: parent.right
            text: qsTr("Copy: %1").arg(part.name)
            onClicked: part.copyWanted()
        }
    }
    Rectangle {
        width: parent.width
        height: view.height + 20
        radius: Theme.radiusCard
        color: Theme.codeBackground
        border.width: view.activeFocus ? 2 : 1
        border.color: view.activeFocus ? Theme.accent : Theme.border

        TextEdit {
            id: view

            x: 12
            y: 10
            width: parent.width - 24
            text: part.content
            textFormat: TextEdit.PlainText
            readOnly: true
            selectByMouse: true
            activeFocusOnTab: true
            wrapMode: TextEdit.Wrap
            font: Theme.code
            color: Theme.codeText
            selectionColor: Theme.accent
            selectedTextColor: Theme.accentText
            Accessible.role: Accessible.StaticText
            Accessible.name: part.name + ": " + part.content
        }
    }
}
