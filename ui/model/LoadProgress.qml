import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// A load as it goes: bytes, speed, time left, the steps, and Cancel.
Card {
    id: card

    required property ModelPageModel page
    readonly property bool known: page.bytesTotal > 0 && page.state === "loading"

    implicitHeight: layout.implicitHeight + 32

    ColumnLayout {
        id: layout

        x: 16
        y: 16
        width: parent.width - 32
        spacing: 10

        RowLayout {
            spacing: 6

            Figure {
                objectName: "loadBytes"
                text: card.known ? card.page.bytes(card.page.bytesDone) : ""
                visible: card.known
                font: Theme.figureTitle
            }
            Label {
                Layout.fillWidth: true
                text: card.known ? qsTr("of %1").arg(card.page.bytes(card.page.bytesTotal))
                                 : card.page.state === "unloading" ? qsTr("Giving the memory back") : qsTr("Looking at the files")
                font: Theme.small
                color: Theme.textMuted
            }
            Label {
                objectName: "loadPace"
                text: card.known ? card.page.loadPace : ""
                font: Theme.smallMedium
            }
        }
        ProgressBar {
            Layout.fillWidth: true
            unknown: !card.known
            value: card.known ? card.page.bytesDone / card.page.bytesTotal : 0
        }
        Repeater {
            model: card.page.state === "loading" ? card.page.loadSteps : []

            Item {
                id: step

                required property var modelData

                Layout.fillWidth: true
                implicitHeight: 18

                Icon {
                    visible: step.modelData.state === "done"
                    icon: "check"
                    size: 14
                    color: Theme.success
                    anchors.verticalCenter: parent.verticalCenter
                }
                Rectangle {
                    visible: step.modelData.state !== "done"
                    x: 4
                    width: 6
                    height: 6
                    radius: 3
                    color: step.modelData.state === "now" ? Theme.accent : "transparent"
                    border.width: step.modelData.state === "now" ? 0 : 1
                    border.color: Theme.borderControl
                    anchors.verticalCenter: parent.verticalCenter
                }
                Label {
                    x: 24
                    width: parent.width - 24 - took.width
                    height: parent.height
                    text: step.modelData.text
                    font: step.modelData.state === "now" ? Theme.smallMedium : Theme.small
                    color: step.modelData.state === "next" ? Theme.textMuted : Theme.text
                }
                Figure {
                    id: took

                    anchors.right: parent.right
                    height: parent.height
                    text: step.modelData.detail
                    color: Theme.textMuted
                }
            }
        }
        Button {
            objectName: "cancelLoad"
            Layout.fillWidth: true
            Layout.topMargin: 4
            visible: card.page.state === "loading"
            text: qsTr("Cancel")
            hint: qsTr("Esc")
            onClicked: card.page.cancel()
        }
    }
}
