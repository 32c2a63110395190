import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Models that were opened, the ways to open one, and the card of the one shown.
Rectangle {
    id: column

    required property ModelPageModel page
    signal browseWanted
    signal browseFileWanted

    color: Theme.surfaceSunken

    Label {
        x: 18
        height: Theme.headerHeight
        text: qsTr("Models")
        font: Theme.heading
    }
    Button {
        objectName: "browseModels"
        anchors.right: parent.right
        anchors.rightMargin: 13
        y: 8
        iconName: "folder"
        text: qsTr("Browse")
        onClicked: menu.popup(0, height + 4)

        Menu {
            id: menu

            MenuItem {
                iconName: "folder"
                text: qsTr("Model directory…")
                hint: "Ctrl+O"
                onTriggered: column.browseWanted()
            }
            MenuItem {
                iconName: "file"
                text: qsTr(".gguf file…")
                onTriggered: column.browseFileWanted()
            }
        }
    }
    ListView {
        id: list

        objectName: "recentList"
        anchors.top: parent.top
        anchors.topMargin: Theme.headerHeight
        anchors.bottom: card.visible ? card.top : parent.bottom
        anchors.bottomMargin: 12
        x: 12
        width: parent.width - 25
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: column.page.recent
        T.ScrollBar.vertical: ScrollBar {}
        header: Label {
            height: 28
            leftPadding: 6
            text: list.count > 0 ? qsTr("Recent") : qsTr("Nothing opened yet")
            font: Theme.captionMedium
            color: Theme.textMuted
        }
        footer: Item {
            width: list.width
            height: 52

            Rectangle {
                y: 12
                width: parent.width
                height: 36
                radius: Theme.radius
                color: "transparent"
                border.width: 1
                border.color: Theme.borderStrong

                Row {
                    anchors.centerIn: parent
                    spacing: 8

                    Icon {
                        icon: "download"
                        size: 14
                    }
                    Label {
                        text: qsTr("Drop a folder or a .gguf file")
                        font: Theme.small
                        color: Theme.textMuted
                    }
                }
            }
        }
        delegate: RecentRow {
            width: ListView.view.width
            onClicked: column.page.choosePath(path)
            onForgotten: column.page.recent.forget(path)
        }
    }
    ModelCard {
        id: card

        objectName: "modelCard"
        visible: column.page.path !== ""
        x: 12
        width: parent.width - 25
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 12
        page: column.page
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
    }
}
