import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// What a model is, and what keeps it from loading.
Card {
    id: card

    required property ModelPageModel page

    implicitHeight: column.height + 28

    Column {
        id: column

        x: 16
        y: 14
        width: parent.width - 32
        spacing: 6

        Label {
            width: parent.width
            text: card.page.name
            font: Theme.bodyStrong
        }
        Figure {
            width: parent.width
            text: card.page.shownPath
            font: Theme.figureCaption
            color: Theme.textMuted
            elide: Text.ElideMiddle
        }
        ProgressBar {
            visible: card.page.inspecting
            width: parent.width
            unknown: true
        }
        Repeater {
            model: card.page.cardRows

            Item {
                id: row

                required property var modelData

                width: column.width
                height: Math.max(20, value.implicitHeight + 4)

                Label {
                    width: 80
                    height: 20
                    text: row.modelData.label
                    font: Theme.small
                    color: Theme.textMuted
                }
                Label {
                    id: value

                    x: 84
                    y: 2
                    width: parent.width - 84
                    text: row.modelData.value
                    font: Theme.small
                    wrapMode: Text.Wrap
                    maximumLineCount: 2
                }
            }
        }
        Hairline {
            visible: !card.page.inspecting
            width: parent.width
        }
        Repeater {
            model: card.page.problems

            Item {
                id: problem

                required property string modelData

                width: column.width
                height: problemText.implicitHeight + 4

                Icon {
                    y: 1
                    icon: "error"
                    color: Theme.danger
                }
                Label {
                    id: problemText

                    x: 24
                    width: parent.width - 24
                    text: problem.modelData
                    font: Theme.small
                    color: Theme.danger
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
            }
        }
        Row {
            visible: card.page.loadable
            spacing: 8

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                icon: "success"
                color: Theme.success
            }
            Label {
                text: qsTr("Complete; headers checked")
                font: Theme.small
            }
        }
        Repeater {
            model: card.page.notes

            Label {
                required property string modelData

                width: column.width
                text: modelData
                font: Theme.caption
                color: Theme.textMuted
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
    }
}
