import QtQuick
import Hearth.Theme
import Hearth.Controls

/// No model yet: the ways to one.
Flickable {
    id: page

    required property bool starterAvailable
    signal useStarter
    signal browse
    signal hubWanted

    objectName: "firstRunPage"
    contentHeight: column.y + column.height + 32
    boundsBehavior: Flickable.StopAtBounds

    Column {
        id: column

        width: Math.min(720, page.width - 48)
        anchors.horizontalCenter: parent.horizontalCenter
        y: Math.max(24, (page.height - height) / 2 - 40)
        spacing: 12

        Image {
            source: Theme.icon("hearth")
            sourceSize.width: 56
            sourceSize.height: 56
            width: 56
            height: 56
        }
        Column {
            width: parent.width
            topPadding: 8
            bottomPadding: 12
            spacing: 4

            Label {
                text: qsTr("No model yet")
                font: Theme.display
            }
            Label {
                width: parent.width
                text: qsTr("Everything runs on this computer. Choose where the first model comes from.")
                font: Theme.reading
                color: Theme.textMuted
                wrapMode: Text.Wrap
            }
        }
        WayCard {
            objectName: "starterCard"
            width: parent.width
            visible: page.starterAvailable
            recommended: true
            iconName: "bolt"
            title: qsTr("Use the starter model")
            body: qsTr("SmolLM2-135M-Instruct: small enough for any computer, good for a first look. 98 MB, already on this computer, Apache-2.0 licence.")
            action: qsTr("Use it")
            onTriggered: page.useStarter()
        }
        WayCard {
            objectName: "browseCard"
            width: parent.width
            recommended: !page.starterAvailable
            iconName: "folder"
            title: qsTr("Open a model directory")
            body: qsTr("Hugging Face layout or a .gguf file, used in place and never copied. Or drop it anywhere on this window.")
            action: qsTr("Browse")
            onTriggered: page.browse()
        }
        WayCard {
            objectName: "getModelsCard"
            width: parent.width
            iconName: "download"
            title: qsTr("Get a model")
            body: qsTr("Search a hub for open models, see which fit on this computer, download one. Downloads go on where they stopped and are checked.")
            action: qsTr("Search")
            onTriggered: page.hubWanted()
        }
        Label {
            width: parent.width
            visible: !page.starterAvailable
            text: qsTr("The starter model is not on this computer: “make run” fetches it.")
            font: Theme.small
            color: Theme.textMuted
            wrapMode: Text.Wrap
        }
    }
}
