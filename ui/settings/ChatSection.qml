import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// What the settings hold of chats: presets, chats of other programs.
Column {
    id: section

    required property list<string> presets
    signal importWanted
    signal presetRemoved(string name)

    spacing: 12

    Card {
        width: parent.width
        height: chats.height

        FactRow {
            id: chats

            objectName: "importChats"
            first: true
            label: qsTr("Chats of other programs")
            help: qsTr("Reads exports of ChatGPT and LM Studio, and Hearth's own, as JSON files; chats that are here already stay as they are")
            action: qsTr("Import chats…")
            onTriggered: section.importWanted()
        }
    }
    Label {
        topPadding: 12
        text: qsTr("Presets")
        font: Theme.title
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Card {
        width: parent.width
        height: list.height

        Column {
            id: list

            width: parent.width

            FactRow {
                first: true
                visible: section.presets.length === 0
                label: qsTr("No presets yet")
                help: qsTr("A preset keeps a system prompt and parameters: “Save as preset” in the parameters beside a chat")
            }
            Repeater {
                model: section.presets

                FactRow {
                    required property int index
                    required property string modelData

                    objectName: "preset" + index
                    first: index === 0
                    label: modelData
                    action: qsTr("Delete")
                    onTriggered: section.presetRemoved(modelData)
                }
            }
        }
    }
}
