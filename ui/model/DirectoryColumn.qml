import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Models that were opened or found, a search among them, the ways to open one, and the card of the one shown.
Rectangle {
    id: column

    required property ModelPageModel page
    property bool searchShown: false
    signal browseWanted
    signal browseFileWanted
    signal searchFolderWanted
    signal getModelsWanted
    signal connectWanted

    function openSearch(): void {
        searchShown = true;
        search.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    color: Theme.surfaceSunken
    Component.onCompleted: page.directory.scanOnce()

    Label {
        x: 18
        height: Theme.headerHeight
        text: qsTr("Models")
        font: Theme.heading
    }
    IconButton {
        id: getModels

        objectName: "getModels"
        anchors.right: browse.left
        anchors.rightMargin: 6
        y: 10
        iconName: "download"
        text: qsTr("Get models…")
        onClicked: column.getModelsWanted()
    }
    IconButton {
        id: connectServer

        objectName: "connectServer"
        anchors.right: getModels.left
        anchors.rightMargin: 6
        y: 10
        iconName: "plug"
        text: qsTr("Connect to a server…")
        onClicked: column.connectWanted()
    }
    IconButton {
        objectName: "searchModels"
        anchors.right: connectServer.left
        anchors.rightMargin: 6
        y: 10
        iconName: "search"
        text: qsTr("Search models")
        shortcutText: "Ctrl+F"
        checked: column.searchShown
        onClicked: {
            if (column.searchShown) {
                column.searchShown = false;
                column.page.directory.filter = "";
            } else {
                column.openSearch();
            }
        }
    }
    Button {
        id: browse

        objectName: "browseModels"
        anchors.right: parent.right
        anchors.rightMargin: 13
        y: 8
        iconName: "folder"
        text: qsTr("Browse")
        onClicked: menu.popup(0, height + 4)

        Menu {
            id: menu

            width: 240

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
            MenuItem {
                iconName: "search"
                text: qsTr("Search another folder…")
                onTriggered: column.searchFolderWanted()
            }
            MenuItem {
                iconName: "refresh"
                text: qsTr("Look again")
                onTriggered: column.page.directory.rescan()
            }
        }
    }
    Field {
        id: search

        objectName: "modelSearch"
        visible: column.searchShown
        x: 12
        y: Theme.headerHeight
        width: parent.width - 25
        iconName: "search"
        placeholderText: qsTr("Name, type or folder")
        onTextChanged: column.page.directory.filter = text
        Accessible.name: qsTr("Search models")
        Keys.onEscapePressed: {
            text = "";
            column.searchShown = false;
            list.forceActiveFocus(Qt.TabFocusReason);
        }
        Keys.onDownPressed: list.forceActiveFocus(Qt.TabFocusReason)
    }
    ListView {
        id: list

        objectName: "recentList"
        anchors.top: search.visible ? search.bottom : parent.top
        anchors.topMargin: search.visible ? 6 : Theme.headerHeight
        anchors.bottom: card.visible ? card.top : parent.bottom
        anchors.bottomMargin: 12
        x: 12
        width: parent.width - 25
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: true
        keyNavigationEnabled: true
        model: column.page.directory
        T.ScrollBar.vertical: ScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Models")
        Keys.onReturnPressed: choose()
        Keys.onEnterPressed: choose()
        Keys.onSpacePressed: choose()
        Keys.onDeletePressed: column.page.recent.forget(column.page.directory.pathAt(currentIndex))

        function choose(): void {
            const path = column.page.directory.pathAt(currentIndex);
            if (path !== "")
                column.page.choosePath(path);
        }

        header: Label {
            visible: list.count === 0
            height: visible ? 36 : 0
            leftPadding: 6
            text: column.page.directory.filter !== "" ? qsTr("Nothing found") : qsTr("Nothing opened yet")
            font: Theme.small
            color: Theme.textMuted
        }
        section.property: "section"
        section.delegate: Label {
            required property string section

            height: 30
            leftPadding: 6
            text: section
            font: Theme.captionMedium
            color: Theme.textMuted
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        footer: Item {
            width: list.width
            height: drop.y + drop.height + 4

            Column {
                id: words

                width: parent.width
                spacing: 4
                topPadding: 8

                Label {
                    visible: column.page.directory.searching
                    leftPadding: 6
                    text: qsTr("Looking through the folders…")
                    font: Theme.caption
                    color: Theme.textMuted
                }
                Repeater {
                    model: column.page.directory.problems

                    Label {
                        required property string modelData

                        width: words.width
                        leftPadding: 6
                        text: modelData
                        font: Theme.caption
                        color: Theme.warning
                        wrapMode: Text.Wrap
                        maximumLineCount: 3
                    }
                }
            }
            Item {
                id: drop

                y: words.height + 6
                width: parent.width
                height: 36

                Repeater {
                    model: 2

                    Row {
                        required property int index

                        y: index * (drop.height - 1)
                        spacing: 3

                        Repeater {
                            model: Math.floor(drop.width / 7)

                            Rectangle {
                                width: 4
                                height: 1
                                color: Theme.borderStrong
                            }
                        }
                    }
                }
                Repeater {
                    model: 2

                    Column {
                        required property int index

                        x: index * (drop.width - 1)
                        spacing: 3

                        Repeater {
                            model: Math.floor(drop.height / 7)

                            Rectangle {
                                width: 1
                                height: 4
                                color: Theme.borderStrong
                            }
                        }
                    }
                }
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
            required property int index

            width: ListView.view.width
            pointed: list.activeFocus && list.currentIndex === index
            onClicked: {
                list.currentIndex = index;
                column.page.choosePath(path);
            }
            onForgotten: column.page.recent.forget(path)
        }
    }
    ModelCard {
        id: card

        objectName: "modelCard"
        visible: column.page.path !== "" && column.height >= 620
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
