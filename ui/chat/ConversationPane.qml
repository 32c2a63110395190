import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// The conversations by day, a search over them, and a new one.
Rectangle {
    id: pane

    required property ChatModel chat
    signal opened

    function focusSearch(): void {
        searchField.forceActiveFocus();
        searchField.selectAll();
    }

    color: Theme.surfaceSunken

    Label {
        x: 18
        height: Theme.headerHeight
        text: qsTr("Chats")
        font: Theme.heading
    }
    IconButton {
        objectName: "newChat"
        anchors.right: parent.right
        anchors.rightMargin: 8
        y: 8
        size: 32
        iconSize: 18
        iconName: "plus"
        text: qsTr("New chat")
        shortcutText: "Ctrl+N"
        onClicked: {
            pane.chat.newChat();
            pane.opened();
        }
    }
    Field {
        id: searchField

        objectName: "chatSearch"
        x: 8
        y: Theme.headerHeight
        width: parent.width - 17
        iconName: "search"
        placeholderText: qsTr("Search titles and text")
        hint: activeFocus ? "" : "Ctrl+F"
        onTextEdited: pane.chat.search = text
        Keys.onEscapePressed: {
            clear();
            pane.chat.search = "";
        }
    }
    ListView {
        id: list

        objectName: "conversationList"
        anchors.fill: parent
        anchors.topMargin: Theme.headerHeight + 36
        anchors.leftMargin: 8
        anchors.rightMargin: 9
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: pane.chat.conversations
        keyNavigationEnabled: true
        T.ScrollBar.vertical: ScrollBar {}
        section.property: "section"
        section.delegate: Label {
            required property string section

            width: ListView.view.width
            height: 36
            leftPadding: 10
            topPadding: 12
            text: section
            font: Theme.captionMedium
            color: Theme.textMuted
        }
        footer: Item {
            width: 1
            height: 8
        }
        delegate: ConversationRow {
            width: ListView.view.width
            onClicked: {
                pane.chat.open(conversationId);
                pane.opened();
            }
            onRenamed: title => pane.chat.rename(conversationId, title)
            onRemoveWanted: pane.chat.remove(conversationId)
        }
    }
    Label {
        visible: list.count === 0
        anchors.horizontalCenter: parent.horizontalCenter
        y: Theme.headerHeight + 72
        width: parent.width - 36
        horizontalAlignment: Text.AlignHCenter
        wrapMode: Text.Wrap
        text: pane.chat.conversations.searching ? qsTr("Nothing found.") : qsTr("No chats yet. What you write first becomes the title.")
        font: Theme.small
        color: Theme.textMuted
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
    }
}
