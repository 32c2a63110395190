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
            anchors.verticalCenter: parent.verticalCenter
            visible: pane.parameters.changedCount > 0
            tone: "busy"
            text: qsTr("%n changed", "", pane.parameters.changedCount)
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

        Column {
            id: column

            x: 17
            width: scroller.width - 33
            spacing: 2

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
                visible: pane.parameters.presetAvailable
                compact: true
                text: qsTr("Use the model’s preset")
                onClicked: pane.parameters.applyPreset()
            }
            Button {
                objectName: "resetParameters"
                compact: true
                enabled: pane.parameters.changedCount > 0
                text: qsTr("Reset all")
                onClicked: pane.parameters.resetAll()
            }
        }
    }
}
