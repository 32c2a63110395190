import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// The head of the page: which model, its state, and where its settings come from.
PageHeader {
    id: header

    required property ModelPageModel page
    required property bool browseShown
    readonly property bool locked: page.state === "loading"
    signal browseWanted
    signal browseFileWanted
    signal getModelsWanted
    signal connectWanted

    Row {
        x: Theme.pagePadding
        height: parent.height
        spacing: 12

        Label {
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, header.width - origin.width - 190)
            text: header.page.path !== "" ? header.page.name : qsTr("Model")
            font: Theme.heading
        }
        Chip {
            objectName: "modelStateChip"
            anchors.verticalCenter: parent.verticalCenter
            visible: header.page.path !== "" && !header.page.inspecting
            tone: !header.page.isLoadedOne ? "neutral" : header.page.state === "loading" ? "busy" : header.page.state === "ready" ? "success" : header.page.state === "failed" ? "danger" : "neutral"
            iconName: header.page.isLoadedOne && header.page.state === "ready" ? "check" : ""
            text: !header.page.isLoadedOne ? qsTr("not loaded") : header.page.state === "loading" ? qsTr("loading")
                  : header.page.state === "ready" ? qsTr("loaded in %1 s").arg(header.page.loadSeconds)
                  : header.page.state === "failed" ? qsTr("did not load") : qsTr("not loaded")
        }
    }
    Row {
        id: origin

        anchors.right: parent.right
        anchors.rightMargin: 16
        height: parent.height
        spacing: 8

        Label {
            visible: text !== "" && header.width > 700
            height: parent.height
            text: header.locked ? qsTr("Choices are locked while loading") : header.page.loadable ? qsTr("Settings come from:") : ""
            font: Theme.small
            color: Theme.textMuted
        }
        Chip {
            objectName: "settingsOrigin"
            anchors.verticalCenter: parent.verticalCenter
            visible: header.page.loadable && !header.locked
            text: header.page.ownChoices ? qsTr("last used with this model") : qsTr("global default")
        }
        IconButton {
            objectName: "resetChoices"
            anchors.verticalCenter: parent.verticalCenter
            visible: header.page.loadable && header.page.ownChoices && !header.locked
            iconName: "undo"
            text: qsTr("Back to the global defaults")
            onClicked: header.page.resetChoices()
        }
        Button {
            anchors.verticalCenter: parent.verticalCenter
            visible: header.browseShown && !header.locked
            iconName: "folder"
            text: qsTr("Browse")
            onClicked: menu.popup(0, height + 4)

            Menu {
                id: menu

                MenuItem {
                    iconName: "folder"
                    text: qsTr("Model directory…")
                    onTriggered: header.browseWanted()
                }
                MenuItem {
                    iconName: "file"
                    text: qsTr(".gguf file…")
                    onTriggered: header.browseFileWanted()
                }
                MenuItem {
                    iconName: "download"
                    text: qsTr("Get models…")
                    onTriggered: header.getModelsWanted()
                }
                MenuItem {
                    iconName: "plug"
                    text: qsTr("Connect to a server…")
                    onTriggered: header.connectWanted()
                }
            }
        }
    }
}
