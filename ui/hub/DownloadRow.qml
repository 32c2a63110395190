import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls

/// A download: how far it is, and what can be done with it.
Item {
    id: row

    required property string name
    required property string line
    required property real progress
    required property string downloadState
    required property string problem
    signal pauseWanted
    signal resumeWanted
    signal removeWanted
    signal useWanted

    implicitHeight: 56
    Accessible.role: Accessible.ListItem
    Accessible.name: name + ", " + line + (problem !== "" ? ", " + problem : "")

    RowLayout {
        anchors.fill: parent
        anchors.leftMargin: 8
        anchors.rightMargin: 8
        spacing: 10

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 3

            Label {
                Layout.fillWidth: true
                text: row.name
                font: Theme.bodyMedium
                elide: Text.ElideMiddle
            }
            ProgressBar {
                Layout.fillWidth: true
                Layout.preferredHeight: 4
                visible: row.downloadState === "running" || row.downloadState === "paused"
                unknown: row.downloadState === "running" && row.progress < 0
                value: Math.max(0, row.progress)
            }
            Label {
                Layout.fillWidth: true
                text: row.problem !== "" ? row.problem : row.line
                font: Theme.caption
                color: row.problem !== "" ? Theme.danger : Theme.textMuted
            }
        }
        Button {
            objectName: row.objectName + "Use"
            visible: row.downloadState === "done"
            compact: true
            role: "primary"
            text: qsTr("Use")
            onClicked: row.useWanted()
        }
        IconButton {
            objectName: row.objectName + "Pause"
            visible: row.downloadState === "running"
            iconName: "pause"
            text: qsTr("Pause")
            onClicked: row.pauseWanted()
        }
        IconButton {
            objectName: row.objectName + "Resume"
            visible: row.downloadState === "paused" || row.downloadState === "failed"
            iconName: "play"
            text: row.downloadState === "failed" ? qsTr("Try again from here") : qsTr("Go on")
            onClicked: row.resumeWanted()
        }
        IconButton {
            objectName: row.objectName + "Remove"
            iconName: row.downloadState === "done" ? "close" : "trash"
            text: row.downloadState === "done" ? qsTr("Take off the list, the files stay") : qsTr("Cancel and delete its parts")
            onClicked: row.removeWanted()
        }
    }
}
