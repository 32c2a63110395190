import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat
import Hearth.Remote

/// Conversations, the transcript with its composer, parameters. Side columns slide over where there is no room.
FocusScope {
    id: page

    required property ChatModel chat
    /// Of the model page: "loading" is said here as well, with how far it is.
    property string modelState: "empty"
    property string modelStatus: ""
    required property RemoteModel remote
    signal modelWanted
    signal connectWanted
    signal stopLoadWanted

    readonly property bool wide: width >= 1224
    readonly property bool middle: width >= 904
    property bool listOpen: false
    property bool parametersOpen: true
    readonly property bool comparing: chat.compare.active
    readonly property bool parametersShown: !comparing && (wide ? parametersOpen : slidParameters)
    property bool slidParameters: false

    function files(): ChatFiles {
        filesLoader.active = true;
        return filesLoader.item as ChatFiles;
    }

    function focusComposer(): void {
        composer.focusInput();
    }
    function importChats(): void {
        files().importChats();
    }
    function toggleCompare(): void {
        if (comparing)
            chat.endCompare();
        else
            chat.startCompare();
        composer.focusInput();
    }

    objectName: "chatPage"

    Shortcut {
        sequence: "Ctrl+Shift+D"
        enabled: page.enabled && !page.chat.busy
        onActivated: page.toggleCompare()
    }
    Shortcut {
        sequence: "Ctrl+F"
        enabled: page.enabled
        onActivated: {
            page.listOpen = true;
            conversations.focusSearch();
        }
    }
    Shortcut {
        sequence: "Escape"
        enabled: page.enabled && page.chat.busy
        onActivated: page.chat.stop()
    }
    Shortcut {
        sequence: "Escape"
        enabled: page.enabled && !page.chat.busy && page.modelState === "loading"
        onActivated: page.stopLoadWanted()
    }
    Shortcut {
        sequence: "Escape"
        enabled: page.enabled && !page.chat.busy && page.modelState !== "loading" && ((page.slidParameters && !page.wide) || (page.listOpen && !page.middle))
        onActivated: {
            page.listOpen = page.slidParameters = false;
            composer.focusInput();
        }
    }
    Component.onCompleted: composer.focusInput()

    Item {
        id: middlePart

        anchors.top: parent.top
        anchors.bottom: parent.bottom
        anchors.left: parent.left
        anchors.leftMargin: page.middle ? 264 : 0
        anchors.right: parent.right
        anchors.rightMargin: page.wide && page.parametersShown ? 296 : 0

        PageHeader {
            id: header

            width: parent.width

            Row {
                anchors.left: parent.left
                anchors.leftMargin: page.middle ? Theme.pagePadding : 8
                anchors.right: headerTools.left
                anchors.rightMargin: 8
                height: parent.height
                spacing: 6

                IconButton {
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !page.middle
                    size: 32
                    iconSize: 18
                    iconName: "panel-left"
                    text: qsTr("Chats")
                    onClicked: page.listOpen = !page.listOpen
                }
                Label {
                    anchors.verticalCenter: parent.verticalCenter
                    objectName: "chatTitle"
                    visible: !titleField.visible
                    width: Math.min(implicitWidth, parent.width - 48 - (temporaryChip.visible ? temporaryChip.width + 6 : 0))
                    text: page.chat.title
                    font: Theme.heading
                }
                Field {
                    id: titleField

                    objectName: "titleField"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: false
                    width: Math.min(360, parent.width - 48)
                    compact: true
                    Accessible.name: qsTr("Title")
                    onAccepted: {
                        page.chat.rename(page.chat.currentId, text);
                        visible = false;
                    }
                    onActiveFocusChanged: if (!activeFocus)
                        visible = false
                    Keys.onEscapePressed: visible = false
                }
                IconButton {
                    objectName: "renameChat"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: page.chat.currentId !== 0 && !titleField.visible
                    iconName: "edit"
                    text: qsTr("Rename")
                    onClicked: {
                        titleField.text = page.chat.title;
                        titleField.visible = true;
                        titleField.forceActiveFocus();
                        titleField.selectAll();
                    }
                }
                Chip {
                    id: temporaryChip

                    objectName: "temporaryChip"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: page.chat.temporary
                    iconName: "clock"
                    text: qsTr("Temporary: nothing is kept")
                }
            }
            Row {
                id: headerTools

                anchors.right: parent.right
                anchors.rightMargin: 8
                height: parent.height
                spacing: 4

                ModelButton {
                    objectName: "modelButton"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !page.comparing
                    modelName: page.chat.modelName
                    ready: page.chat.ready
                    localReady: page.chat.localReady
                    remote: page.remote
                    onModelWanted: page.modelWanted()
                    onConnectWanted: page.connectWanted()
                }
                Button {
                    objectName: "endCompare"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: page.comparing
                    compact: true
                    text: qsTr("End comparing")
                    enabled: !page.chat.busy
                    onClicked: page.toggleCompare()
                }
                IconButton {
                    objectName: "startCompare"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !page.comparing
                    enabled: page.chat.ready && !page.chat.busy && !page.chat.editing
                    size: 32
                    iconSize: 18
                    iconName: "columns"
                    text: qsTr("Compare two answers")
                    shortcutText: "Ctrl+Shift+D"
                    onClicked: page.toggleCompare()
                }
                IconButton {
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !page.middle
                    size: 32
                    iconSize: 18
                    iconName: "plus"
                    text: qsTr("New chat")
                    shortcutText: "Ctrl+N"
                    onClicked: page.chat.newChat()
                }
                IconButton {
                    objectName: "showMap"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: page.chat.branches > 1
                    size: 32
                    iconSize: 18
                    iconName: "branch"
                    text: qsTr("Branches")
                    onClicked: branchMap.open()
                }
                IconButton {
                    id: exportButton

                    objectName: "exportChat"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: page.chat.currentId !== 0
                    size: 32
                    iconSize: 18
                    iconName: "download"
                    text: qsTr("Export")
                    onClicked: exportMenu.popup(exportButton, 0, height)

                    Menu {
                        id: exportMenu

                        Repeater {
                            model: [["markdown", "Markdown"], ["json", "JSON"], ["html", "HTML"], ["pdf", "PDF"]]

                            MenuItem {
                                required property var modelData

                                text: modelData[1]
                                onTriggered: page.files().exportChat(page.chat.currentId, modelData[0])
                            }
                        }
                    }
                }
                IconButton {
                    objectName: "showParameters"
                    anchors.verticalCenter: parent.verticalCenter
                    visible: !page.parametersShown && !page.comparing
                    size: 32
                    iconSize: 18
                    iconName: "panel-right"
                    text: qsTr("Parameters")
                    onClicked: page.wide ? page.parametersOpen = true : page.slidParameters = true
                }
            }
        }
        Notice {
            id: notice

            anchors.top: header.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.margins: visible ? 12 : 0
            visible: page.chat.notice !== ""
            height: visible ? implicitHeight : 0
            text: page.chat.notice
            action: qsTr("Close")
            onTriggered: page.chat.dismissNotice()
        }
        RemoteNotice {
            id: lostNotice

            objectName: "lostNotice"
            anchors.top: notice.bottom
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.margins: visible ? 12 : 0
            height: visible ? implicitHeight : 0
            remote: page.remote
            localReady: page.chat.localReady
        }
        Loader {
            id: compareView

            anchors.top: lostNotice.bottom
            anchors.topMargin: lostNotice.visible ? 8 : 0
            anchors.bottom: composer.top
            anchors.bottomMargin: 4
            width: parent.width
            active: page.comparing
            sourceComponent: CompareView {
                chat: page.chat
                onPicked: composer.focusInput()
            }
        }
        Transcript {
            anchors.top: lostNotice.bottom
            anchors.topMargin: lostNotice.visible || notice.visible ? 8 : 0
            anchors.bottom: composer.top
            anchors.bottomMargin: 4
            width: parent.width
            visible: !page.comparing
            chat: page.chat
            onAskedAgain: composer.focusInput()
            onMapWanted: branchMap.open()
            onEditWanted: messageId => {
                page.chat.edit(messageId);
                composer.focusInput();
            }
        }
        EmptyState {
            visible: page.chat.transcript.count === 0 && !page.comparing
            anchors.centerIn: parent
            anchors.verticalCenterOffset: -40
            width: parent.width - 48
            title: page.chat.ready ? qsTr("Ask something") : page.modelState === "loading" || page.modelState === "failed" ? page.modelStatus : qsTr("No model loaded")
            help: page.chat.remoteHost !== "" ? qsTr("%1 answers at %2; what you write is sent there.").arg(page.chat.modelName).arg(page.chat.remoteHost)
                  : page.chat.ready ? qsTr("%1 runs on this computer; nothing leaves it.").arg(page.chat.modelName)
                                  : qsTr("Chats are here; answers need a model.")
            action: page.chat.ready || page.modelState === "loading" ? "" : page.modelState === "failed" ? qsTr("See why") : qsTr("Choose a model")
            onTriggered: page.modelWanted()
        }
        Composer {
            id: composer

            anchors.bottom: hints.top
            anchors.bottomMargin: 8
            anchors.horizontalCenter: parent.horizontalCenter
            width: Math.min(720, parent.width - (page.middle ? 48 : 32))
            chat: page.chat
            narrow: width < 560
            onModelWanted: page.modelWanted()
            loading: page.modelState === "loading"
            onFilesWanted: page.files().attach()
            onStopLoadWanted: page.stopLoadWanted()
        }
        Label {
            id: hints

            anchors.bottom: parent.bottom
            anchors.bottomMargin: visible ? 10 : 0
            anchors.horizontalCenter: parent.horizontalCenter
            visible: page.height > 560
            height: visible ? 16 : 0
            text: qsTr("Enter sends    Shift+Enter new line    Up edits your last message")
            font: Theme.caption
            color: Theme.textMuted
        }
    }
    SlideOver {
        anchors.fill: parent
        shown: !page.middle && page.listOpen
        onDismissed: page.listOpen = false
    }
    ConversationPane {
        id: conversations

        width: 264
        height: parent.height
        visible: page.middle || page.listOpen
        chat: page.chat
        onExportWanted: (conversationId, format) => page.files().exportChat(conversationId, format)
        onImportWanted: page.files().importChats()
        onOpened: {
            page.listOpen = false;
            composer.focusInput();
        }
    }
    SlideOver {
        anchors.fill: parent
        shown: !page.wide && page.slidParameters
        onDismissed: page.slidParameters = false
    }
    ParameterPane {
        anchors.right: parent.right
        width: 296
        height: parent.height
        visible: page.parametersShown
        chat: page.chat
        onCloseWanted: page.wide ? page.parametersOpen = false : page.slidParameters = false
    }
    Toast {
        id: toast

        anchors.horizontalCenter: middlePart.horizontalCenter
        anchors.bottom: parent.bottom
        anchors.bottomMargin: middlePart.height - composer.y + 8
        onTriggered: page.chat.undoRemove()
    }
    Connections {
        target: page.chat

        function onRemoved(title: string): void {
            toast.show(qsTr("“%1” deleted").arg(title), qsTr("Undo"));
        }
        function onMessagesRemoved(count: int): void {
            toast.show(qsTr("Messages deleted: %1").arg(count), qsTr("Undo"));
        }
        function onDone(what: string): void {
            toast.show(what, "");
        }
    }
    BranchMap {
        id: branchMap

        chat: page.chat
    }
    Loader {
        id: filesLoader

        active: false
        sourceComponent: ChatFiles {
            chat: page.chat
        }
    }
}
