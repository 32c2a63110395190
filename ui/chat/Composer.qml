import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// Where questions are written: one to ten lines, what they cost, Send or Stop.
Rectangle {
    id: composer

    required property ChatModel chat
    property bool narrow: false
    signal modelWanted
    /// A model is being loaded; Stop ends that.
    property bool loading: false
    signal filesWanted
    signal stopLoadWanted

    function focusInput(): void {
        input.forceActiveFocus();
    }

    implicitHeight: column.implicitHeight + 20
    radius: Theme.radiusMessage
    color: Theme.surfaceRaised
    border.width: 1
    border.color: input.activeFocus ? Theme.accent : Theme.borderStrong

    DropArea {
        objectName: "composerDrop"
        anchors.fill: parent
        anchors.topMargin: -40
        keys: ["text/uri-list"]
        onDropped: drop => {
            composer.chat.attachments.add(drop.urls);
            drop.accept();
            input.forceActiveFocus();
        }

        Rectangle {
            z: 1
            anchors.fill: parent
            anchors.topMargin: 40
            visible: (parent as DropArea).containsDrag
            radius: Theme.radiusMessage
            color: Theme.accentSoft
            border.width: 2
            border.color: Theme.accent

            Label {
                anchors.centerIn: parent
                text: qsTr("Attach")
                font: Theme.heading
                color: Theme.accent
            }
        }
    }
    Column {
        id: column

        x: 16
        y: 12
        width: parent.width - 26

        Row {
            visible: composer.chat.editing
            height: 28
            spacing: 8

            Chip {
                text: composer.chat.editingAnswer ? qsTr("Editing the answer: saves another version of it") : qsTr("Editing: sends another version of your message")
                tone: "info"
                iconName: "edit"
            }
            Button {
                compact: true
                role: "quiet"
                text: qsTr("Keep the old one")
                onClicked: composer.chat.cancelEdit()
            }
        }
        Flow {
            objectName: "attachments"
            visible: composer.chat.attachments.count > 0
            width: parent.width - 6
            spacing: 8
            bottomPadding: 8

            Repeater {
                model: composer.chat.attachments

                Rectangle {
                    id: file

                    required property int index
                    required property string name
                    required property string size
                    required property double tokens

                    width: Math.min(fileRow.implicitWidth + 12, composer.width - 40)
                    height: 28
                    radius: Theme.radius
                    color: Theme.surfaceRaised
                    border.width: 1
                    border.color: Theme.borderStrong
                    Accessible.role: Accessible.StaticText
                    Accessible.name: qsTr("Attached: %1, %2").arg(name).arg(size)

                    Row {
                        id: fileRow

                        x: 8
                        height: parent.height
                        spacing: 6

                        Icon {
                            anchors.verticalCenter: parent.verticalCenter
                            icon: "file"
                            size: 14
                        }
                        Label {
                            anchors.verticalCenter: parent.verticalCenter
                            width: Math.min(implicitWidth, 240)
                            text: file.name
                            font: Theme.small
                        }
                        Figure {
                            anchors.verticalCenter: parent.verticalCenter
                            text: file.tokens >= 0 ? qsTr("%1 · %2 tokens").arg(file.size).arg(Number(file.tokens).toLocaleString(Qt.locale(), "f", 0)) : file.size
                            font: Theme.figureCaption
                            color: Theme.textMuted
                        }
                        IconButton {
                            anchors.verticalCenter: parent.verticalCenter
                            size: 24
                            iconSize: 14
                            iconName: "close"
                            text: qsTr("Remove %1").arg(file.name)
                            onClicked: composer.chat.attachments.remove(file.index)
                        }
                    }
                }
            }
        }
        Flickable {
            id: scroller

            width: parent.width - 6
            height: Math.min(input.contentHeight + 4, 10 * 24)
            contentWidth: width
            contentHeight: input.contentHeight + 4
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            T.ScrollBar.vertical: ScrollBar {}

            TextEdit {
                id: input

                objectName: "composerInput"
                width: scroller.width - 12
                font: Theme.reading
                color: Theme.text
                selectionColor: Theme.accent
                selectedTextColor: Theme.accentText
                wrapMode: TextEdit.Wrap
                textFormat: TextEdit.PlainText
                selectByMouse: true
                focus: true
                text: composer.chat.draft
                onTextChanged: composer.chat.draft = text
                onCursorRectangleChanged: {
                    if (cursorRectangle.y < scroller.contentY)
                        scroller.contentY = cursorRectangle.y;
                    else if (cursorRectangle.y + cursorRectangle.height > scroller.contentY + scroller.height)
                        scroller.contentY = cursorRectangle.y + cursorRectangle.height - scroller.height;
                }
                Accessible.role: Accessible.EditableText
                Accessible.name: qsTr("Message")

                Keys.onTabPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                Keys.onBacktabPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
                Keys.onPressed: event => {
                    const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter;
                    if (enter && !(event.modifiers & Qt.ShiftModifier)) {
                        composer.chat.send();
                        event.accepted = true;
                    } else if (event.key === Qt.Key_Up && length === 0 && !composer.chat.busy) {
                        composer.chat.editLast();
                        event.accepted = true;
                    } else if (event.matches(StandardKey.Paste) && composer.chat.attachments.paste()) {
                        event.accepted = true;
                    } else if (event.key === Qt.Key_Escape && composer.chat.editing) {
                        composer.chat.cancelEdit();
                        event.accepted = true;
                    }
                }

                Connections {
                    target: composer.chat

                    function onDraftChanged(): void {
                        if (input.text !== composer.chat.draft) {
                            input.text = composer.chat.draft;
                            input.cursorPosition = input.length;
                        }
                    }
                }
                Label {
                    visible: input.length === 0 && input.preeditText === ""
                    width: parent.width
                    text: composer.chat.compare.undecided ? qsTr("Choose the answer to go on with") : composer.chat.compare.active ? qsTr("Ask both") : composer.chat.ready ? qsTr("Write to %1").arg(composer.chat.modelName) : qsTr("Load a model to chat")
                    font: Theme.reading
                    color: Theme.textFaint
                }
            }
        }
        Item {
            width: parent.width
            height: 40

            IconButton {
                id: attachButton

                objectName: "attach"
                anchors.left: parent.left
                anchors.leftMargin: -6
                anchors.verticalCenter: parent.verticalCenter
                iconName: "paperclip"
                text: qsTr("Attach text files")
                onClicked: composer.filesWanted()
            }
            Label {
                anchors.left: attachButton.right
                anchors.leftMargin: 8
                anchors.verticalCenter: parent.verticalCenter
                visible: !composer.narrow && composer.chat.ready && composer.chat.draftTokens > 0
                text: qsTr("%1 tokens to send").arg(Number(composer.chat.draftTokens).toLocaleString(Qt.locale(), "f", 0))
                font: Theme.small
                color: Theme.textMuted
            }
            Row {
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: 10

                ContextMeter {
                    anchors.verticalCenter: parent.verticalCenter
                    visible: composer.chat.ready && composer.chat.contextTotal > 0
                    used: composer.chat.contextUsed
                    adding: composer.chat.draftTokens
                    total: composer.chat.contextTotal
                    labelled: !composer.narrow
                }
                Button {
                    visible: !composer.chat.ready && !composer.loading
                    compact: true
                    text: qsTr("Choose a model")
                    onClicked: composer.modelWanted()
                }
                SendButton {
                    objectName: "sendButton"
                    busy: composer.chat.busy || composer.loading
                    enabled: busy || composer.chat.canSend
                    onSendWanted: composer.chat.send()
                    onStopWanted: composer.chat.busy ? composer.chat.stop() : composer.stopLoadWanted()
                }
            }
        }
    }
}
