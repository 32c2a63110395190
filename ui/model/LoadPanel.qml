import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Load, its progress, and what can be done with a loaded model.
Item {
    id: panel

    required property ModelPageModel page
    readonly property bool loading: page.state === "loading" || page.state === "unloading"
    readonly property bool loaded: page.state === "ready" && page.isLoadedOne
    signal chatWanted

    implicitHeight: layout.implicitHeight

    Shortcut {
        sequence: "Escape"
        enabled: panel.page.state === "loading" && panel.visible
        onActivated: panel.page.cancel()
    }

    ColumnLayout {
        id: layout

        width: parent.width
        spacing: 8

        LoadProgress {
            Layout.fillWidth: true
            visible: panel.loading
            page: panel.page
        }
        Label {
            Layout.fillWidth: true
            visible: !panel.loading && text !== ""
            text: panel.page.planError !== "" ? panel.page.planError
                  : panel.loaded ? qsTr("Unloading gives %1 back. A changed choice takes effect with Reload.").arg(panel.page.bytes(panel.page.measured.needed))
                  : panel.page.plan.known && !panel.page.plan.fits ? qsTr("Does not fit yet. Choose a way out, or free %1.").arg(panel.page.bytes(panel.page.plan.missing))
                  : panel.page.cancelled ? qsTr("Cancelled. Everything is free again.")
                  : panel.page.loadable && panel.page.loadNote !== "" ? panel.page.loadNote
                  : panel.page.loadable ? qsTr("Nothing is written; the files stay as they are.")
                  : panel.page.problems.length > 0 ? qsTr("This model cannot be loaded as it is.") : ""
            font: Theme.small
            color: panel.page.planError !== "" || (panel.page.plan.known && !panel.page.plan.fits && !panel.loaded) ? Theme.danger : Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        RowLayout {
            visible: !panel.loading
            spacing: 8

            Button {
                objectName: "unloadButton"
                Layout.fillWidth: true
                visible: panel.page.state === "ready"
                large: true
                iconName: "unload"
                text: qsTr("Unload")
                onClicked: panel.page.unload()
            }
            Button {
                objectName: "reloadButton"
                visible: panel.loaded
                large: true
                text: qsTr("Reload")
                enabled: panel.page.loadable
                onClicked: panel.page.load()
            }
            Button {
                objectName: "loadButton"
                Layout.fillWidth: true
                visible: !panel.loaded && panel.page.path !== ""
                large: true
                role: "primary"
                text: qsTr("Load")
                enabled: panel.page.loadable && panel.page.contextProblem === "" && !(panel.page.plan.known && !panel.page.plan.fits)
                onClicked: panel.page.load()
            }
            Button {
                objectName: "loadMore"
                visible: !panel.loaded && panel.page.loadable
                large: true
                implicitWidth: 40
                leftPadding: 0
                iconName: "more"
                Accessible.name: qsTr("More")
                onClicked: more.popup(width - more.width, -more.height - 4)

                Menu {
                    id: more

                    width: 250

                    MenuItem {
                        iconName: "terminal"
                        text: qsTr("Copy the command line")
                        onTriggered: panel.page.copyCommandLine()
                    }
                    MenuItem {
                        iconName: "refresh"
                        text: qsTr("Look at the files again")
                        onTriggered: panel.page.choosePath(panel.page.path)
                    }
                    MenuItem {
                        iconName: "undo"
                        enabled: panel.page.ownChoices
                        text: qsTr("Back to the global defaults")
                        onTriggered: panel.page.resetChoices()
                    }
                }
            }
            Button {
                objectName: "openChat"
                Layout.fillWidth: true
                visible: panel.loaded
                large: true
                role: "primary"
                text: qsTr("Open chat")
                onClicked: panel.chatWanted()
            }
        }
    }
}
