import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// Settings by section, or those that a search finds; what a flag or the environment fixes is shown and locked.
FocusScope {
    id: view

    required property SettingsModel settings
    property list<string> presets
    readonly property bool wide: width >= 844
    readonly property bool searching: settings.search !== ""
    signal pageWanted(string page)
    signal importWanted
    signal presetRemoved(string name)

    function focusSearch(): void {
        if (wide)
            nav.focusSearch();
        else
            narrowSearch.forceActiveFocus(Qt.ShortcutFocusReason);
    }

    objectName: "settingsPage"

    Shortcut {
        sequence: "Ctrl+F"
        enabled: view.enabled
        onActivated: view.focusSearch()
    }
    SettingsNav {
        id: nav

        visible: view.wide
        width: 220
        height: parent.height
        settings: view.settings
    }
    Item {
        id: narrowHead

        visible: !view.wide
        width: parent.width
        height: visible ? 56 : 0

        Field {
            id: narrowSearch

            objectName: "settingsSearchNarrow"
            x: Theme.pagePadding
            y: 12
            width: Math.min(240, (parent.width - 60) / 2)
            iconName: "search"
            placeholderText: qsTr("Find a setting")
            text: view.settings.search
            onTextEdited: view.settings.search = text
            Keys.onEscapePressed: view.settings.search = ""
            Accessible.name: qsTr("Find a setting")
        }
        ComboBox {
            objectName: "sectionChoice"
            anchors.right: parent.right
            anchors.rightMargin: Theme.pagePadding
            y: 12
            width: Math.min(240, (parent.width - 60) / 2)
            model: view.settings.sections
            currentIndex: view.settings.section
            onActivated: index => view.settings.section = index
            Accessible.name: qsTr("Section")
        }
    }
    Flickable {
        id: scroller

        objectName: "settingsScroller"
        anchors.fill: parent
        anchors.leftMargin: view.wide ? 220 : 0
        anchors.topMargin: narrowHead.height
        contentHeight: content.y + content.height + 48
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        // What has the focus is in view.
        function reveal(item: Item): void {
            if (item === null)
                return;
            const top = item.mapToItem(contentItem, 0, 0).y;
            const inside = item.mapToItem(content, 0, 0);
            if (inside.x < 0 || inside.x > content.width || top < 0)
                return;
            if (top < contentY + 40)
                contentY = Math.max(0, top - 80);
            else if (top + item.height > contentY + height - 40)
                contentY = Math.min(contentHeight - height, top + item.height + 80 - height);
        }

        Column {
            id: content

            x: (scroller.width - width) / 2
            y: view.wide ? 20 : 8
            width: Math.min(720, scroller.width - 48)

            Loader {
                width: parent.width
                active: !view.searching && view.settings.section === 7
                visible: active
                sourceComponent: about
            }
            Repeater {
                model: view.settings

                SettingRow {
                    width: content.width
                    settings: view.settings
                    onPageWanted: page => view.pageWanted(page)
                    onFileWanted: (key, picker) => {
                        files.active = true;
                        (files.item as SettingFiles).pick(key, picker);
                    }
                }
            }
            Label {
                visible: !view.searching && view.settings.count === 0 && view.settings.section !== 7
                height: visible ? 44 : 0
                bottomPadding: 12
                text: view.settings.sections[view.settings.section]
                font: Theme.title
                Accessible.role: Accessible.Heading
                Accessible.name: text
            }
            Loader {
                width: parent.width
                active: !view.searching
                visible: active && sourceComponent !== null
                sourceComponent: view.settings.section === 1 ? chats : view.settings.section === 5 ? privacy : view.settings.section === 6 ? shortcuts : null
            }
            EmptyState {
                objectName: "nothingFound"
                visible: view.searching && view.settings.count === 0
                topPadding: 80
                width: parent.width
                title: qsTr("No setting is called that")
                help: qsTr("Labels, help, flags and environment names are searched.")
                action: qsTr("Show all")
                onTriggered: view.settings.search = ""
            }
        }
    }
    Connections {
        target: view.Window.window

        function onActiveFocusItemChanged(): void {
            if (view.enabled && view.activeFocus)
                scroller.reveal(view.Window.activeFocusItem);
        }
    }
    Connections {
        target: view.settings

        function onSectionChanged(): void {
            scroller.contentY = 0;
        }
        function onSearchChanged(): void {
            scroller.contentY = 0;
        }
    }
    Loader {
        id: files

        active: false
        sourceComponent: SettingFiles {
            settings: view.settings
        }
    }
    Component {
        id: chats

        ChatSection {
            topPadding: view.settings.count > 0 ? 24 : 0
            presets: view.presets
            onImportWanted: view.importWanted()
            onPresetRemoved: name => view.presetRemoved(name)
        }
    }
    Component {
        id: privacy

        PrivacySection {
            topPadding: 12
        }
    }
    Component {
        id: shortcuts

        Card {
            implicitHeight: table.height + 32

            ShortcutTable {
                id: table

                x: 16
                y: 16
                width: parent.width - 32
            }
        }
    }
    Component {
        id: about

        AboutSection {
            bottomPadding: 24
            settings: view.settings
        }
    }
}
