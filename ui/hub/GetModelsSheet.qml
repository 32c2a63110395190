import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Hub

/// Search on the hub, one repository, and the downloads. Nothing is asked before the user searches.
T.Popup {
    id: sheet

    required property HubPageModel hub
    signal useWanted(string path)

    objectName: "getModelsSheet"
    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(860, parent ? parent.width - 48 : 860)
    height: Math.min(720, parent ? parent.height - 48 : 720)
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onOpened: search.takeFocus()

    T.Overlay.modal: Dim {}
    contentItem: FocusScope {
        focus: true
        Accessible.role: Accessible.Dialog
        Accessible.name: qsTr("Get models")

        Label {
            x: 20
            height: Theme.headerHeight
            text: qsTr("Get models")
            font: Theme.heading
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        Label {
            x: 130
            width: parent.width - x - 60
            height: Theme.headerHeight
            text: qsTr("from %1; kept in %2").arg(sheet.hub.hubName).arg(sheet.hub.cacheFolder)
            font: Theme.small
            color: Theme.textMuted
            elide: Text.ElideMiddle
        }
        IconButton {
            objectName: "closeGetModels"
            anchors.right: parent.right
            anchors.rightMargin: 14
            y: 10
            iconName: "close"
            text: qsTr("Close")
            shortcutText: "Esc"
            onClicked: sheet.close()
        }
        Hairline {
            y: Theme.headerHeight
            width: parent.width
        }
        HubSearch {
            id: search

            anchors.top: parent.top
            anchors.topMargin: Theme.headerHeight + 1
            anchors.bottom: downloads.top
            width: parent.width
            visible: sheet.hub.repository === ""
            enabled: visible
            hub: sheet.hub
        }
        HubRepository {
            anchors.fill: search
            visible: sheet.hub.repository !== ""
            enabled: visible
            hub: sheet.hub
            onVisibleChanged: if (!visible && sheet.opened)
                search.takeFocus()
        }
        HubDownloads {
            id: downloads

            anchors.bottom: parent.bottom
            anchors.bottomMargin: 1
            x: 1
            width: parent.width - 2
            height: implicitHeight
            hub: sheet.hub
            onUseWanted: path => {
                sheet.useWanted(path);
                sheet.close();
            }
        }
    }
    background: PopupFrame {}
}
