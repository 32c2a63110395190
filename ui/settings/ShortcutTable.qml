import QtQuick
import Hearth.Theme
import Hearth.Controls

/// Every shortcut of the window: the sheet and the settings page show this one list.
Column {
    id: table

    /// Groups of [title, [[keys, what they do], ...]]; keys of one shortcut are parted by spaces, alternatives by " / ".
    readonly property var groups: [
        [qsTr("Everywhere"), [
            ["Ctrl+1", qsTr("Chat")], ["Ctrl+2", qsTr("Model")], ["Ctrl+3", qsTr("Server")], ["Ctrl+4", qsTr("Monitor")],
            ["Ctrl+5 / Ctrl+,", qsTr("Settings")], ["Ctrl+N", qsTr("New chat")], ["Ctrl+Shift+N", qsTr("New temporary chat")],
            ["Ctrl+O", qsTr("Open a model directory")], ["Ctrl++ / Ctrl+-", qsTr("Everything larger or smaller")],
            ["Ctrl+0", qsTr("Size of everything as it was")], ["Ctrl+/", qsTr("These shortcuts")], ["Ctrl+Q", qsTr("Quit")]]],
        [qsTr("Chat"), [
            ["Enter", qsTr("Send")], ["Shift+Enter", qsTr("New line")], ["Up", qsTr("Edit your last message, in an empty composer")],
            ["Esc", qsTr("Stop the answer or the load; end editing")], ["Ctrl+F", qsTr("Search titles and text")],
            ["Ctrl+Shift+D", qsTr("Compare two answers, or end it")], ["Alt+1 / Alt+2", qsTr("Go on with the left or the right answer")],
            ["F2", qsTr("Rename the chat under the focus")], ["Del", qsTr("Delete the chat under the focus")],
            ["Shift+F10", qsTr("Menu of the chat under the focus")]]],
        [qsTr("Model"), [
            ["Ctrl+F", qsTr("Find a model")], ["Left / Right", qsTr("Context by 1,024 tokens, on the edge of the memory bar")],
            ["PgUp / PgDown", qsTr("Context by 8,192 tokens")], ["Home / End", qsTr("Least context, largest that fits")],
            ["Esc", qsTr("Cancel the load")]]],
        [qsTr("Settings"), [["Ctrl+F", qsTr("Find a setting")]]]
    ]

    readonly property bool twoColumns: width >= 560

    spacing: 20

    Repeater {
        model: table.groups

        Column {
            id: group

            required property var modelData

            width: table.width
            spacing: 8

            Label {
                text: group.modelData[0]
                font: Theme.bodyStrong
                Accessible.role: Accessible.Heading
                Accessible.name: text
            }
            Grid {
                width: parent.width
                columns: table.twoColumns ? 2 : 1
                columnSpacing: 32
                rowSpacing: 2
                flow: Grid.LeftToRight

                Repeater {
                    model: group.modelData[1]

                    Item {
                        id: line

                        required property var modelData
                        readonly property list<string> keys: modelData[0].split(" / ")

                        width: table.twoColumns ? (table.width - 32) / 2 : table.width
                        height: Math.max(28, words.height + 8)
                        Accessible.role: Accessible.StaticText
                        Accessible.name: modelData[0] + ": " + modelData[1]

                        Label {
                            id: words

                            anchors.verticalCenter: parent.verticalCenter
                            width: parent.width - caps.width - 12
                            text: line.modelData[1]
                            color: Theme.textMuted
                            wrapMode: Text.Wrap
                            elide: Text.ElideNone
                        }
                        Row {
                            id: caps

                            anchors.right: parent.right
                            anchors.verticalCenter: parent.verticalCenter
                            spacing: 6

                            Repeater {
                                model: line.keys

                                KeyCap {
                                    required property string modelData

                                    keys: modelData
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
