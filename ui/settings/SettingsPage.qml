import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// Settings by group; what a flag or the environment fixes is shown and locked.
FocusScope {
    id: view

    required property SettingsModel settings
    readonly property bool wide: width >= 844

    objectName: "settingsPage"

    Rectangle {
        id: nav

        visible: view.wide
        width: 220
        height: parent.height
        color: Theme.surfaceSunken

        Label {
            x: 18
            height: Theme.headerHeight
            text: qsTr("Settings")
            font: Theme.heading
        }
        Column {
            x: 8
            y: Theme.headerHeight
            width: parent.width - 17
            spacing: 2

            Repeater {
                model: view.settings.groups

                T.AbstractButton {
                    id: entry

                    required property int index
                    required property string modelData

                    width: parent ? parent.width : 0
                    implicitHeight: 34
                    hoverEnabled: true
                    text: modelData
                    onClicked: view.settings.group = index

                    contentItem: Label {
                        leftPadding: 10
                        text: entry.text
                        font: entry.index === view.settings.group ? Theme.bodyMedium : Theme.body
                    }
                    background: Rectangle {
                        radius: Theme.radius
                        color: entry.index === view.settings.group ? Theme.selected : entry.hovered ? Theme.hover : "transparent"

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
    Flickable {
        id: scroller

        anchors.fill: parent
        anchors.leftMargin: view.wide ? 220 : 0
        contentHeight: card.y + card.height + 60
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        Label {
            x: card.x
            y: 20
            height: 32
            text: view.settings.groups[view.settings.group]
            font: Theme.title
        }
        ComboBox {
            visible: !view.wide
            anchors.right: card.right
            y: 20
            model: view.settings.groups
            currentIndex: view.settings.group
            onActivated: index => view.settings.group = index
        }
        Card {
            id: card

            y: 64
            width: Math.min(720, scroller.width - 48)
            x: (scroller.width - width) / 2
            height: rows.height

            Column {
                id: rows

                width: parent.width

                Repeater {
                    model: view.settings

                    SettingRow {
                        width: rows.width
                        settings: view.settings
                    }
                }
            }
        }
        Label {
            x: card.x
            anchors.top: card.bottom
            anchors.topMargin: 12
            width: card.width
            text: view.settings.group === 0 ? qsTr("Scale takes effect at the next start.") : view.settings.group === 2 ? qsTr("Load defaults take effect with the next load.") : view.settings.group > 2 ? qsTr("Server settings take effect when the server is switched on again.") : ""
            font: Theme.caption
            color: Theme.textMuted
        }
    }
}
