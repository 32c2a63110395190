import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// Code, or a piece of it where it is long; the head stands on the first piece.
BlockFrame {
    id: block

    required property inlineText content
    required property string language
    required property bool continues
    required property bool continued
    required property bool caret
    required property bool wrapped
    signal copyWanted
    signal wrapWanted(bool wrapped)

    topSpace: continues ? 0 : 10

    Rectangle {
        id: sheet

        width: parent ? parent.width : 0
        height: head.height + scroller.height + (block.continued ? 0 : 12) + (block.continues ? 0 : 10)
        radius: block.continues || block.continued ? 0 : Theme.radiusCard
        color: Theme.codeBackground
        border.width: 1
        border.color: Theme.border

        Item {
            id: head

            width: parent.width
            height: block.continues ? 0 : 32
            visible: !block.continues

            Label {
                x: 14
                height: parent.height
                text: block.language !== "" ? block.language : qsTr("Code")
                font: Theme.small
                color: Theme.textMuted
            }
            Row {
                anchors.right: parent.right
                anchors.rightMargin: 4
                anchors.verticalCenter: parent.verticalCenter

                IconButton {
                    objectName: "wrapCode"
                    iconName: "wrap"
                    text: qsTr("Wrap lines")
                    checked: block.wrapped
                    onClicked: block.wrapWanted(!block.wrapped)
                }
                CopyButton {
                    objectName: "copyCode"
                    text: qsTr("Copy code")
                    onClicked: block.copyWanted()
                }
            }
            Hairline {
                anchors.bottom: parent.bottom
                width: parent.width
            }
        }
        Flickable {
            id: scroller

            x: 14
            y: head.height + (block.continues ? 0 : 10)
            width: parent.width - 28
            height: code.height
            contentWidth: code.width
            contentHeight: code.height
            flickableDirection: Flickable.HorizontalFlick
            boundsBehavior: Flickable.StopAtBounds
            interactive: contentWidth > width
            clip: contentWidth > width

            T.ScrollBar.horizontal: ScrollBar {
                parent: sheet
                x: scroller.x
                y: sheet.height - height
                width: scroller.width
            }

            InlineView {
                id: code

                width: block.wrapped ? scroller.width : Math.max(implicitWidth, scroller.width)
                content: block.content
                lineHeight: 20
                caret: block.caret
                font: Theme.code
                color: Theme.codeText
                wrapMode: block.wrapped ? TextEdit.WrapAnywhere : TextEdit.NoWrap
            }
        }
    }
}
