import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// A model that cannot be loaded as it is: what is wrong with which file, and the way to another one.
Rectangle {
    id: card

    required property ModelPageModel page
    signal browseWanted

    implicitHeight: layout.implicitHeight + 28
    radius: Theme.radiusCard
    color: Theme.surfaceRaised
    border.width: 1
    border.color: Theme.danger
    Accessible.role: Accessible.AlertMessage
    Accessible.name: qsTr("%1 cannot be loaded").arg(card.page.name)

    RowLayout {
        id: layout

        x: 16
        y: 14
        width: parent.width - 30
        spacing: 12

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 2
            icon: "error"
            size: 20
            color: Theme.danger
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 4

            Label {
                Layout.fillWidth: true
                text: qsTr("%1 cannot be loaded").arg(card.page.name)
                font: Theme.heading
            }
            Repeater {
                model: card.page.problems

                Label {
                    required property string modelData

                    Layout.fillWidth: true
                    text: modelData
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                    lineHeight: 20
                    lineHeightMode: Text.FixedHeight
                }
            }
        }
        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            spacing: 8

            Button {
                Layout.alignment: Qt.AlignRight
                objectName: "inspectAgain"
                compact: true
                text: qsTr("Look again")
                onClicked: card.page.choosePath(card.page.path)
            }
            Button {
                Layout.alignment: Qt.AlignRight
                compact: true
                text: qsTr("Open another")
                onClicked: card.browseWanted()
            }
        }
    }
}
