import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// The sections of the settings, and a search over all of them.
Rectangle {
    id: nav

    required property SettingsModel settings

    function focusSearch(): void {
        search.forceActiveFocus(Qt.ShortcutFocusReason);
        search.selectAll();
    }

    color: Theme.surfaceSunken

    Label {
        x: 18
        height: Theme.headerHeight
        text: qsTr("Settings")
        font: Theme.heading
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Field {
        id: search

        objectName: "settingsSearch"
        x: 8
        y: Theme.headerHeight
        width: parent.width - 17
        iconName: "search"
        placeholderText: qsTr("Find a setting")
        hint: activeFocus ? "" : "Ctrl+F"
        text: nav.settings.search
        onTextEdited: nav.settings.search = text
        Keys.onEscapePressed: nav.settings.search = ""
        Accessible.name: qsTr("Find a setting")
    }
    Column {
        id: entries

        x: 8
        y: Theme.headerHeight + 44
        width: parent.width - 17
        spacing: 2
        Accessible.role: Accessible.PageTabList
        Accessible.name: qsTr("Settings")

        Repeater {
            model: nav.settings.sections

            T.AbstractButton {
                id: entry

                required property int index
                required property string modelData
                readonly property bool current: index === nav.settings.section && nav.settings.search === ""

                objectName: "section" + index
                width: parent ? parent.width : 0
                implicitHeight: 34
                hoverEnabled: true
                text: modelData
                checked: current
                onClicked: nav.settings.section = index
                Keys.onReturnPressed: clicked()
                Keys.onEnterPressed: clicked()
                Keys.onDownPressed: if (index < nav.settings.sections.length - 1)
                    nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                Keys.onUpPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
                Accessible.role: Accessible.PageTab
                Accessible.name: text
                Accessible.checked: current

                contentItem: Item {
                    Icon {
                        x: 10
                        anchors.verticalCenter: parent.verticalCenter
                        icon: ["sun", "chat", "folder", "gpu", "server", "key", "keyboard", "info"][entry.index]
                        color: entry.current ? Theme.text : Theme.textMuted
                    }
                    Label {
                        x: 36
                        width: parent.width - x - 8
                        height: parent.height
                        text: entry.text
                        font: entry.current ? Theme.bodyMedium : Theme.body
                    }
                }
                background: Rectangle {
                    radius: Theme.radius
                    color: entry.current ? Theme.selected : entry.hovered ? Theme.hover : "transparent"

                    FocusRing {
                        shown: entry.visualFocus
                        inset: true
                    }
                }
            }
        }
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
    }
}
