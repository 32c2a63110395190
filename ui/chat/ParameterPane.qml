import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// System prompt and sampling parameters of the chat.
Rectangle {
    id: pane

    required property ChatModel chat
    readonly property ParameterModel parameters: chat.parameters
    signal closeWanted

    PresetDialog {
        id: presetDialog

        chat: pane.chat
    }
    color: Theme.surface

    Hairline {
        height: parent.height
    }
    Label {
        x: 17
        height: Theme.headerHeight
        text: qsTr("Parameters")
        font: Theme.heading
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: 8
        height: Theme.headerHeight
        spacing: 6

        Chip {
            objectName: "changedChip"
            anchors.verticalCenter: parent.verticalCenter
            visible: pane.parameters.changedCount > 0
            tone: "busy"
            text: qsTr("%n changed", "", pane.parameters.changedCount)
        }
        IconButton {
            objectName: "presetMenu"
            anchors.verticalCenter: parent.verticalCenter
            size: 32
            iconSize: 18
            iconName: "more"
            text: qsTr("More")
            onClicked: menu.popup(this, 0, height)

            Menu {
                id: menu

                implicitWidth: 260

                MenuItem {
                    implicitWidth: 248
                    iconName: "plus"
                    text: qsTr("Save as preset…")
                    onTriggered: presetDialog.open()
                }
                MenuItem {
                    implicitWidth: 248
                    iconName: "bolt"
                    enabled: pane.parameters.presetAvailable
                    text: qsTr("Use the model’s preset")
                    onTriggered: pane.parameters.applyPreset()
                }
                MenuItem {
                    implicitWidth: 248
                    iconName: "trash"
                    danger: true
                    enabled: pane.chat.preset !== ""
                    text: qsTr("Delete this preset")
                    onTriggered: pane.chat.removePreset(pane.chat.preset)
                }
            }
        }
        IconButton {
            anchors.verticalCenter: parent.verticalCenter
            size: 32
            iconSize: 18
            iconName: "panel-right"
            checked: true
            text: qsTr("Hide parameters")
            onClicked: pane.closeWanted()
        }
    }
    Flickable {
        id: scroller

        anchors.fill: parent
        anchors.topMargin: Theme.headerHeight
        anchors.bottomMargin: foot.height
        contentHeight: column.height + 16
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        FollowFocus {
            view: scroller
        }
        Column {
            id: column

            x: 17
            width: scroller.width - 33
            spacing: 2

            ComboBox {
                objectName: "presetCombo"
                width: parent.width
                model: pane.chat.presetChoices
                currentIndex: pane.chat.presetIndex
                onActivated: index => {
                    pane.chat.choosePresetAt(index);
                    currentIndex = Qt.binding(() => pane.chat.presetIndex);
                }
                Accessible.name: qsTr("Preset")
            }
            Item {
                width: 1
                height: 8
            }
            Item {
                width: parent.width
                height: 24

                Label {
                    height: parent.height
                    text: qsTr("System prompt")
                    font: Theme.smallMedium
                }
                Label {
                    anchors.right: parent.right
                    height: parent.height
                    visible: pane.chat.systemTokens > 0
                    text: qsTr("%1 tokens").arg(pane.chat.systemTokens)
                    font: Theme.figureCaption
                    color: Theme.textMuted
                }
            }
            TextBox {
                objectName: "systemPrompt"
                width: parent.width
                implicitHeight: Math.max(96, Math.min(220, contentHeight + 20))
                clip: true
                text: pane.chat.systemPrompt
                placeholderText: qsTr("What the model should know and how it should answer")
                onTextChanged: if (activeFocus)
                    pane.chat.systemPrompt = text
                Accessible.name: qsTr("System prompt")
            }
            Item {
                width: 1
                height: 10
            }
            Repeater {
                model: pane.parameters

                ParameterRow {
                    width: column.width
                    parameters: pane.parameters
                }
            }
            NumberRow {
                width: parent.width
                objectName: "maxTokensRow"
                label: qsTr("Max tokens")
                value: pane.parameters.maxTokens
                placeholder: qsTr("what fits")
                onApplied: text => problem = pane.parameters.setMaxTokens(text)
            }
            NumberRow {
                width: parent.width
                label: qsTr("Seed")
                value: pane.parameters.seed
                placeholder: qsTr("random")
                onApplied: text => problem = pane.parameters.setSeed(text)
            }
            StopStrings {
                width: parent.width
                parameters: pane.parameters
            }
            Item {
                width: parent.width
                height: 40

                Label {
                    height: parent.height
                    text: qsTr("When the context is full")
                    font: Theme.smallMedium
                }
                ComboBox {
                    objectName: "whenFull"
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    implicitWidth: 124
                    implicitHeight: 28
                    font: Theme.small
                    model: [qsTr("Stop and ask"), qsTr("Drop oldest")]
                    currentIndex: pane.parameters.dropsOldest ? 1 : 0
                    onActivated: index => {
                        pane.parameters.dropsOldest = index === 1;
                        currentIndex = Qt.binding(() => pane.parameters.dropsOldest ? 1 : 0);
                    }
                    Accessible.name: qsTr("When the context is full")
                }
            }
        }
    }
    Item {
        id: foot

        anchors.bottom: parent.bottom
        width: parent.width
        height: 48

        Hairline {
            width: parent.width
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: 12
            anchors.verticalCenter: parent.verticalCenter
            spacing: 8

            Button {
                objectName: "resetParameters"
                compact: true
                role: "quiet"
                enabled: pane.chat.presetEdited
                text: pane.chat.preset !== "" ? qsTr("Reset to “%1”").arg(pane.chat.preset) : qsTr("Reset all")
                onClicked: pane.chat.preset !== "" ? pane.chat.resetToPreset() : pane.parameters.resetAll()
            }
            Button {
                objectName: "savePreset"
                compact: true
                text: qsTr("Save as…")
                onClicked: presetDialog.open()
            }
        }
    }
}
