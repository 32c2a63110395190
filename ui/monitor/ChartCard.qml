import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Monitor

/// A figure and its last minutes.
Card {
    id: card

    required property string title
    required property Chart chart
    property color ink: Theme.textMuted

    implicitHeight: 168
    Accessible.role: Accessible.Chart
    Accessible.name: chart.known ? qsTr("%1: %2 %3").arg(title).arg(chart.figure).arg(chart.unit) : qsTr("%1: not known").arg(title)
    Accessible.description: chart.scale

    Label {
        x: 16
        y: 12
        width: parent.width - 32
        text: card.title
        font: Theme.small
        color: Theme.textMuted
    }
    Row {
        id: now

        x: 16
        y: 30
        spacing: 5

        Figure {
            id: figure

            text: card.chart.known ? card.chart.figure : "–"
            font: Theme.figureBig
        }
        Label {
            anchors.baseline: figure.baseline
            text: card.chart.known ? card.chart.unit : ""
            font: Theme.small
            color: Theme.textMuted
        }
    }
    Label {
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 42
        width: Math.min(implicitWidth, parent.width - now.width - 44)
        text: card.chart.scale
        font: Theme.caption
        color: Theme.textMuted
    }
    Sparkline {
        x: 16
        y: 64
        width: parent.width - 32
        height: 76
        chart: card.chart
        ink: card.ink
        grid: Theme.border
    }
    Label {
        x: 16
        y: 144
        text: card.chart.span
        font: Theme.caption
        color: Theme.textMuted
    }
    Label {
        anchors.right: parent.right
        anchors.rightMargin: 16
        y: 144
        text: qsTr("now")
        font: Theme.caption
        color: Theme.textMuted
    }
}
