import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// What leaves this computer, and when.
Column {
    id: section

    spacing: 12

    Label {
        topPadding: 12
        text: qsTr("What leaves this computer")
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
                first: true
                label: qsTr("Nothing by itself")
                help: qsTr("No statistics, no reports, no look for updates. Chats and settings are files of this computer.")
            }
            FactRow {
                label: qsTr("Get models")
                help: qsTr("Searches and downloads go to the hub when you ask for them (HF_ENDPOINT names another one); a token (HF_TOKEN) goes to the hub alone")
            }
            FactRow {
                label: qsTr("Links in answers")
                help: qsTr("Open in the browser when you press them, after their address was shown; pictures from the network are never loaded")
            }
        }
    }
}
