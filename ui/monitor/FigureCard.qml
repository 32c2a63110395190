import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A figure that needs no chart.
Card {
    id: card

    required property string title
    required property string figure
    required property string unit

    implicitHeight: 62
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("%1: %2 %3").arg(title).arg(figure).arg(unit)

    Label {
        x: 16
        y: 10
        width: parent.width - 32
        text: card.title
        font: Theme.small
        color: Theme.textMuted
    }
    Row {
        x: 16
        y: 28
        spacing: 5

        Figure {
            id: number

            text: card.figure
            font: Theme.figureTitle
        }
        Label {
            anchors.baseline: number.baseline
            width: Math.min(implicitWidth, card.width - number.width - 37)
            text: card.unit
            font: Theme.small
            color: Theme.textMuted
        }
    }
}
