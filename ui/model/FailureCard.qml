import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// A load that failed: what happened, the numbers, one row per way out.
Rectangle {
    id: card

    required property ModelPageModel page

    implicitHeight: layout.implicitHeight + 24
    radius: Theme.radiusCard
    color: Theme.surfaceRaised
    border.width: 1
    border.color: Theme.danger
    Accessible.role: Accessible.AlertMessage
    Accessible.name: page.errorTitle + ". " + page.error

    component Fact: Column {
        id: fact

        required property string label
        required property string figure
        property color ink: Theme.text

        Label {
            text: fact.label
            font: Theme.small
            color: Theme.textMuted
        }
        Figure {
            text: fact.figure
            font: Theme.figureTitle
            color: fact.ink
        }
    }

    ColumnLayout {
        id: layout

        x: 16
        y: 12
        width: parent.width - 28
        spacing: 10

        RowLayout {
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
                    objectName: "failureTitle"
                    Layout.fillWidth: true
                    text: card.page.errorTitle
                    font: Theme.heading
                }
                Label {
                    objectName: "failureText"
                    Layout.fillWidth: true
                    text: card.page.error
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                    lineHeight: 20
                    lineHeightMode: Text.FixedHeight
                }
            }
            CopyButton {
                Layout.alignment: Qt.AlignTop
                text: qsTr("Copy what happened")
                onClicked: card.page.copyError()
            }
            IconButton {
                Layout.alignment: Qt.AlignTop
                visible: card.page.state === "failed"
                iconName: "close"
                text: qsTr("Close")
                onClicked: card.page.dismissError()
            }
        }
        Row {
            Layout.leftMargin: 32
            visible: card.page.plan.known && card.page.plan.missing > 0
            spacing: 40

            Fact {
                label: qsTr("Needed")
                figure: card.page.bytes(card.page.plan.needed)
            }
            Fact {
                label: qsTr("Free for Hearth")
                figure: card.page.bytes(card.page.plan.needed - card.page.plan.missing)
            }
            Fact {
                label: qsTr("Missing")
                figure: card.page.bytes(card.page.plan.missing)
                ink: Theme.danger
            }
        }
        Repeater {
            model: card.page.waysOut

            Item {
                id: way

                required property int index
                required property var modelData

                Layout.fillWidth: true
                Layout.leftMargin: 32
                implicitHeight: 40

                Hairline {
                    width: parent.width
                }
                Label {
                    id: wayTitle

                    height: parent.height
                    text: way.modelData.title
                    font: Theme.bodyStrong
                }
                Label {
                    anchors.left: wayTitle.right
                    anchors.leftMargin: 8
                    anchors.right: wayButton.left
                    anchors.rightMargin: 8
                    height: parent.height
                    text: way.modelData.detail
                    color: Theme.textMuted
                }
                Button {
                    id: wayButton

                    objectName: "wayOut" + way.index
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    compact: true
                    text: way.modelData.button
                    onClicked: card.page.takeWayOut(way.index)
                }
            }
        }
    }
}
