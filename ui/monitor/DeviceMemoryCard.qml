import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model
import Hearth.Monitor

/// The memory of the device that the model is on, with its parts as they were measured.
Card {
    id: card

    required property MonitorModel model
    readonly property planFacts facts: model.deviceMemory

    function gigabytes(value: real): string {
        return Number(value / 1e9).toLocaleString(Qt.locale(), "f", 2);
    }

    implicitHeight: column.implicitHeight + 28

    ColumnLayout {
        id: column

        x: 16
        y: 12
        width: parent.width - 32
        spacing: 8

        RowLayout {
            spacing: 8

            ColumnLayout {
                spacing: 0

                Label {
                    text: qsTr("Memory")
                    font: Theme.small
                    color: Theme.textMuted
                }
                Row {
                    spacing: 5

                    Figure {
                        id: used

                        text: card.gigabytes(card.facts.other + card.facts.needed)
                        font: Theme.figureBig
                    }
                    Label {
                        anchors.baseline: used.baseline
                        text: qsTr("of %1 GB, measured").arg(card.gigabytes(card.facts.total))
                        font: Theme.small
                        color: Theme.textMuted
                    }
                }
            }
            Label {
                Layout.fillWidth: true
                Layout.alignment: Qt.AlignBottom
                horizontalAlignment: Text.AlignRight
                text: card.model.planDifference
                font: Theme.caption
                color: Theme.textMuted
            }
        }
        MemoryBar {
            Layout.fillWidth: true
            implicitHeight: 22
            vertical: false
            plan: card.facts
        }
        Flow {
            Layout.fillWidth: true
            spacing: 20

            MemoryKey {
                label: qsTr("Other programs")
                figure: card.gigabytes(card.facts.other)
                fill: Theme.memOtherFill
                hatch: Theme.memOther
            }
            MemoryKey {
                label: qsTr("Weights")
                figure: card.gigabytes(card.facts.weights)
                fill: Theme.memWeights
            }
            MemoryKey {
                label: qsTr("KV cache")
                figure: card.gigabytes(card.facts.kv)
                fill: Theme.memKv
            }
            MemoryKey {
                label: qsTr("Activations, workspace")
                figure: card.gigabytes(card.facts.work)
                fill: Theme.memWork
            }
            MemoryKey {
                label: qsTr("Free")
                figure: card.gigabytes(card.facts.free)
                fill: Theme.memFree
            }
        }
    }
}
