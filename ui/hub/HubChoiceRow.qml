import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls

/// One loadable choice of files.
Card {
    id: row

    required property var modelData
    readonly property string label: modelData.label
    readonly property string problem: modelData.problem
    readonly property string fit: modelData.fit
    signal downloadWanted

    implicitHeight: layout.implicitHeight + 20
    Accessible.role: Accessible.ListItem
    Accessible.name: label + ", " + modelData.detail + ", " + (problem !== "" ? problem : fit)

    RowLayout {
        id: layout

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        anchors.margins: 12
        spacing: 12

        ColumnLayout {
            Layout.fillWidth: true
            spacing: 2

            Label {
                Layout.fillWidth: true
                text: row.label
                font: Theme.bodyMedium
            }
            Label {
                Layout.fillWidth: true
                text: row.modelData.detail
                font: Theme.caption
                color: Theme.textMuted
            }
            Label {
                Layout.fillWidth: true
                visible: row.problem !== ""
                text: row.problem
                font: Theme.caption
                color: Theme.danger
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
        Chip {
            visible: row.fit !== "" && row.problem === ""
            text: row.fit
            tone: row.modelData.tone
        }
        Button {
            objectName: row.objectName + "Download"
            compact: true
            iconName: "download"
            enabled: row.problem === "" && !row.modelData.running
            text: row.modelData.running ? qsTr("In the list") : qsTr("Download")
            onClicked: row.downloadWanted()
        }
    }
}
