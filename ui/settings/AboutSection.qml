import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// Which program this is, its licence, and where it keeps what is yours.
Column {
    id: section

    required property SettingsModel settings

    spacing: 12

    Label {
        height: 32
        text: section.settings.sections[section.settings.section]
        font: Theme.title
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Card {
        width: parent.width
        height: facts.height

        Column {
            id: facts

            width: parent.width

            FactRow {
                objectName: "aboutVersion"
                first: true
                label: qsTr("Hearth %1").arg(section.settings.version)
                help: qsTr("Large language models on your own computer. Licence Apache-2.0.")
                action: qsTr("Copy")
                onTriggered: section.settings.copy("Hearth " + section.settings.version)
            }
            Repeater {
                model: Math.floor(section.settings.folders.length / 2)

                FactRow {
                    required property int index

                    objectName: "folder" + index
                    label: section.settings.folders[2 * index]
                    path: section.settings.folders[2 * index + 1]
                    action: qsTr("Copy")
                    onTriggered: section.settings.copy(path)
                }
            }
        }
    }
}
