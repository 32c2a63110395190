import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Monitor

/// A figure of the computer with a low chart beside it.
Card {
    id: card

    required property string title
    required property Chart chart

    implicitHeight: 76
    Accessible.role: Accessible.Chart
    Accessible.name: qsTr("%1: %2 %3").arg(title).arg(chart.figure).arg(chart.unit)
    Accessible.description: chart.scale

    Label {
        x: 16
        y: 10
        text: card.title
        font: Theme.small
        color: Theme.textMuted
    }
    Row {
        x: 16
        y: 28
        spacing: 5

        Figure {
            id: figure

            text: card.chart.known ? card.chart.figure : "–"
            font: Theme.figureTitle
        }
        Label {
            anchors.baseline: figure.baseline
            text: card.chart.unit
            font: Theme.small
            color: Theme.textMuted
        }
    }
    Label {
        x: 16
        y: 54
        width: 172
        text: card.chart.scale
        font: Theme.caption
        color: Theme.textMuted
    }
    Sparkline {
        x: 196
        y: 12
        width: parent.width - x - 16
        height: parent.height - 24
        chart: card.chart
        ink: Theme.textMuted
        grid: Theme.border
    }
}
