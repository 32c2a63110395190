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
    signal exportWanted(double conversationId, string format)
    signal importWanted

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
        objectName: "paneMenu"
        anchors.right: temporaryButton.left
        y: 8
        size: 32
        iconSize: 18
        iconName: "more"
        text: qsTr("More")
        onClicked: paneMenu.popup(this, 0, height)

        Menu {
            id: paneMenu

            implicitWidth: 240

            MenuItem {
                implicitWidth: 228
                iconName: "file"
                text: qsTr("Import chats…")
                onTriggered: pane.importWanted()
            }
        }
    }
    IconButton {
        id: temporaryButton

        objectName: "newTemporaryChat"
        anchors.right: newButton.left
        y: 8
        size: 32
        iconSize: 18
        iconName: "clock"
        text: qsTr("New temporary chat")
        shortcutText: "Ctrl+Shift+N"
        onClicked: {
            pane.chat.newTemporaryChat();
            pane.opened();
        }
    }
    IconButton {
        id: newButton

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
            pane.chat.clearFoundWords();
        }
        Keys.onDownPressed: list.forceActiveFocus(Qt.TabFocusReason)
        Accessible.name: qsTr("Search titles and text")
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
        activeFocusOnTab: count > 0
        onActiveFocusChanged: {
            if (activeFocus && currentIndex < 0)
                currentIndex = 0;
            toRow();
        }
        onCurrentItemChanged: toRow()

        /// The chosen row takes the keyboard, visibly: the list gives it without a reason of its own.
        function toRow(): void {
            const row = currentItem as ConversationRow;
            if (!activeFocus || row === null)
                return;
            row.forceActiveFocus(Qt.TabFocusReason);
            row.focusReason = Qt.TabFocusReason;
        }

        Accessible.role: Accessible.List
        Accessible.name: qsTr("Chats")
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
                pane.chat.open(conversationId, hit);
                pane.opened();
            }
            onMenuWanted: button => rowMenu.show(button, this)
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
    // One for all rows.
    Menu {
        id: rowMenu

        property ConversationRow row: null
        property double conversationId: 0
        property bool pinned: false

        function show(button: Item, wanted: ConversationRow): void {
            row = wanted;
            conversationId = wanted.conversationId;
            pinned = wanted.pinned;
            popup(button, 0, button.height);
        }

        objectName: "conversationMenu"
        implicitWidth: 220

        component Entry: MenuItem {
            implicitWidth: 208
        }

        Entry {
            iconName: "edit"
            text: qsTr("Rename")
            hint: "F2"
            onTriggered: if (rowMenu.row !== null)
                rowMenu.row.beginRename()
        }
        Entry {
            iconName: "pin"
            text: rowMenu.pinned ? qsTr("Unpin") : qsTr("Pin")
            onTriggered: pane.chat.setPinned(rowMenu.conversationId, !rowMenu.pinned)
        }
        Entry {
            iconName: "copy"
            text: qsTr("Duplicate")
            onTriggered: pane.chat.duplicate(rowMenu.conversationId)
        }
        Entry {
            iconName: "download"
            text: qsTr("Export as Markdown…")
            onTriggered: pane.exportWanted(rowMenu.conversationId, "markdown")
        }
        Entry {
            iconName: "download"
            text: qsTr("Export as JSON…")
            onTriggered: pane.exportWanted(rowMenu.conversationId, "json")
        }
        Entry {
            iconName: "download"
            text: qsTr("Export as HTML…")
            onTriggered: pane.exportWanted(rowMenu.conversationId, "html")
        }
        Entry {
            iconName: "download"
            text: qsTr("Export as PDF…")
            onTriggered: pane.exportWanted(rowMenu.conversationId, "pdf")
        }
        Entry {
            iconName: "trash"
            danger: true
            text: qsTr("Delete")
            hint: qsTr("Del")
            onTriggered: pane.chat.remove(rowMenu.conversationId)
        }
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
    }
}
