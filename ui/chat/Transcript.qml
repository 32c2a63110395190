import QtQuick
import QtQuick.Templates as T
import Qt.labs.qmlmodels
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// The conversation: a list of blocks that follows its end while the reader is there.
Item {
    id: transcript

    required property ChatModel chat
    /// One of two columns: its own rows and progress, and no tools that change the conversation.
    property bool column: false
    property TranscriptModel blocks: chat.transcript
    property string activity: chat.activity
    property real promptDone: chat.promptDone
    property real promptTotal: chat.promptTotal
    /// An answer is made anew: the button that asked for it goes away with the old one.
    signal askedAgain
    signal mapWanted
    signal editWanted(double messageId)

    ListView {
        id: list

        property bool following: true

        function toEnd(): void {
            following = true;
            positionViewAtEnd();
        }

        /// Leafs through versions without moving what stands above them.
        function keeping(change: var): void {
            const at = contentY;
            following = false;
            change();
            forceLayout();
            contentY = Math.max(originY, Math.min(at, originY + Math.max(0, contentHeight - height)));
        }

        /// By the keyboard; at the end it follows again.
        function scrollTo(y: real): void {
            const bottom = Math.max(originY, originY + contentHeight - height);
            contentY = Math.max(originY, Math.min(bottom, y));
            following = contentY >= bottom - 2;
        }

        objectName: "transcriptList"
        activeFocusOnTab: count > 0
        keyNavigationEnabled: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Messages")
        Keys.onUpPressed: scrollTo(contentY - 72)
        Keys.onDownPressed: scrollTo(contentY + 72)
        Keys.onPressed: event => {
            const pages = {
                [Qt.Key_PageUp]: contentY - height * 0.9,
                [Qt.Key_PageDown]: contentY + height * 0.9,
                [Qt.Key_Home]: originY,
                [Qt.Key_End]: originY + contentHeight
            };
            if (pages[event.key] === undefined)
                return;
            scrollTo(pages[event.key]);
            event.accepted = true;
        }
        anchors.fill: parent
        model: transcript.blocks
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        cacheBuffer: 600
        reuseItems: false
        footer: Item {
            width: 1
            height: 24
        }
        onContentHeightChanged: if (following)
            follow.restart()
        onMovementEnded: following = atYEnd
        onMovementStarted: following = false
        onHeightChanged: if (following)
            follow.restart()

        FocusRing {
            parent: list
            shown: list.activeFocus
            inset: true
        }

        // After the layout of this turn, not within it.
        Timer {
            id: follow

            interval: 0
            onTriggered: if (list.following)
                list.positionViewAtEnd()
        }

        T.ScrollBar.vertical: ScrollBar {
            onPressedChanged: if (!pressed)
                list.following = list.atYEnd
            else
                list.following = false
        }

        WheelHandler {
            acceptedDevices: PointerDevice.Mouse | PointerDevice.TouchPad
            onWheel: event => {
                const lines = event.pixelDelta.y !== 0 ? event.pixelDelta.y : event.angleDelta.y / 120 * 72;
                const top = list.originY;
                const bottom = Math.max(top, list.originY + list.contentHeight - list.height);
                list.contentY = Math.max(top, Math.min(bottom, list.contentY - lines));
                list.following = list.contentY >= bottom - 2;
            }
        }

        delegate: DelegateChooser {
            role: "kind"

            DelegateChoice {
                roleValue: "user"

                UserBlock {
                    required property double messageId

                    width: ListView.view.width
                    busy: transcript.chat.busy
                    column: transcript.column
                    onCopyWanted: transcript.chat.copyMessage(messageId)
                    marked: transcript.chat.foundWords
                    onEditWanted: transcript.editWanted(messageId)
                    onVersionWanted: step => list.keeping(() => transcript.chat.selectVersion(messageId, step))
                    onMoreWanted: button => messageMenu.show(button, messageId, false, false)
                }
            }
            DelegateChoice {
                roleValue: "reasoning"

                ReasoningBar {
                    required property double messageId

                    width: ListView.view.width
                    onToggled: transcript.blocks.setReasoningOpen(messageId, !open)
                }
            }
            DelegateChoice {
                roleValue: "math"

                MathBlock {
                    required indent
                    required quote
                    required marker

                    width: ListView.view.width
                }
            }
            DelegateChoice {
                roleValue: "code"

                CodeBlock {
                    required property int index
                    required indent
                    required quote

                    width: ListView.view.width
                    onCopyWanted: transcript.chat.copyText(transcript.blocks.wholeCode(index))
                    onWrapWanted: wrapped => transcript.blocks.setWrapped(index, wrapped)
                }
            }
            DelegateChoice {
                roleValue: "table"

                TableBlock {
                    required indent
                    required quote

                    width: ListView.view.width
                    onLinkWanted: address => linkDialog.ask(address)
                }
            }
            DelegateChoice {
                roleValue: "rule"

                BlockFrame {
                    width: ListView.view.width
                    topSpace: 16

                    Hairline {
                        width: parent ? parent.width : 0
                    }
                }
            }
            DelegateChoice {
                roleValue: "footer"

                AnswerFooter {
                    required property double messageId

                    width: ListView.view.width
                    busy: transcript.chat.busy
                    column: transcript.column
                    ready: transcript.chat.ready && !transcript.column
                    continues: transcript.chat.remoteHost === ""
                    activity: transcript.activity
                    promptDone: transcript.promptDone
                    promptTotal: transcript.promptTotal
                    onCopyWanted: transcript.chat.copyMessage(messageId)
                    onAgainWanted: {
                        transcript.chat.regenerate(messageId);
                        transcript.askedAgain();
                    }
                    onVersionWanted: step => list.keeping(() => transcript.chat.selectVersion(messageId, step))
                    onEditWanted: transcript.editWanted(messageId)
                    onBranchWanted: transcript.chat.branch(messageId)
                    onContinueWanted: {
                        transcript.chat.continueAnswer(messageId);
                        transcript.askedAgain();
                    }
                    onShortenWanted: {
                        transcript.chat.regenerateShortened(messageId);
                        transcript.askedAgain();
                    }
                    onMoreWanted: button => messageMenu.show(button, messageId, true, goesOn)
                }
            }
            DelegateChoice {
                ProseBlock {
                    required indent
                    required quote
                    required marker

                    width: ListView.view.width
                    marked: transcript.chat.foundWords
                    onLinkWanted: address => linkDialog.ask(address)
                }
            }
        }

        Connections {
            target: transcript.chat

            property double shownId: -1

            function onConversationChanged(): void {
                if (shownId === transcript.chat.currentId)
                    return;
                shownId = transcript.chat.currentId;
                list.toEnd();
            }
            function onRevealed(row: int): void {
                if (row < 0)
                    return;
                list.following = false;
                list.positionViewAtIndex(row, ListView.Beginning);
            }
        }
    }
    IconButton {
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 16
        visible: !list.following && list.contentHeight > list.height
        size: 32
        iconName: "chevron-down"
        text: qsTr("Newest")
        onClicked: list.toEnd()

        background: Rectangle {
            radius: 16
            color: Theme.surfaceRaised
            border.width: 1
            border.color: Theme.borderStrong
        }
    }
    // One for all messages: a menu of its own for each would be made with every block.
    Menu {
        id: messageMenu

        property double messageId: 0
        property bool answer: false
        property bool goesOn: false

        function show(button: Item, id: double, isAnswer: bool, mayGoOn: bool): void {
            messageId = id;
            answer = isAnswer;
            goesOn = mayGoOn;
            popup(button, 0, button.height);
        }

        objectName: "messageMenu"
        implicitWidth: 240

        MenuItem {
            implicitWidth: 228
            height: visible ? implicitHeight : 0
            visible: messageMenu.answer
            iconName: "continue"
            text: qsTr("Continue")
            enabled: messageMenu.goesOn && transcript.chat.ready && transcript.chat.remoteHost === "" && !transcript.chat.busy
            onTriggered: {
                transcript.chat.continueAnswer(messageMenu.messageId);
                transcript.askedAgain();
            }
        }
        MenuItem {
            implicitWidth: 228
            iconName: "branch"
            text: qsTr("New chat from here")
            onTriggered: transcript.chat.branch(messageMenu.messageId)
        }
        MenuItem {
            implicitWidth: 228
            iconName: "branch"
            text: qsTr("All branches…")
            onTriggered: transcript.mapWanted()
        }
        MenuItem {
            implicitWidth: 228
            iconName: "trash"
            danger: true
            enabled: !transcript.chat.busy
            text: qsTr("Delete from here on")
            onTriggered: transcript.chat.removeMessage(messageMenu.messageId)
        }
    }
    Dialog {
        id: linkDialog

        property string address: ""

        function ask(wanted: string): void {
            address = wanted;
            open();
        }

        title: qsTr("Open this address in the browser?")
        body: address
        acceptText: qsTr("Open")
        onAccepted: transcript.chat.openLink(address)
    }
}
