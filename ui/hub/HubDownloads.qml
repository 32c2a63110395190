import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Hub

/// The downloads of this program, at the foot of the sheet.
Rectangle {
    id: view

    required property HubPageModel hub
    signal useWanted(string path)

    implicitHeight: list.count === 0 ? 0 : 40 + Math.min(3.5, list.count) * 56
    visible: list.count > 0
    color: Theme.surfaceSunken
    radius: Theme.radiusPopup

    Hairline {
        width: parent.width
    }
    Label {
        x: 20
        y: 6
        height: 30
        text: view.hub.downloads.active > 0 ? qsTr("Downloads · %1 running or waiting").arg(view.hub.downloads.active) : qsTr("Downloads")
        font: Theme.captionMedium
        color: Theme.textMuted
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    ListView {
        id: list

        objectName: "hubDownloads"
        anchors.fill: parent
        anchors.topMargin: 36
        anchors.leftMargin: 12
        anchors.rightMargin: 12
        anchors.bottomMargin: 4
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: view.hub.downloads
        T.ScrollBar.vertical: ScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Downloads")

        delegate: DownloadRow {
            required property int index

            objectName: "hubDownload" + index
            width: ListView.view.width
            onPauseWanted: view.hub.pause(index)
            onResumeWanted: view.hub.resume(index)
            onRemoveWanted: view.hub.remove(index)
            onUseWanted: view.useWanted(view.hub.pathOf(index))
        }
    }
}
