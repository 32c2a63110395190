import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Modes with what they cost; those that this build lacks keep their name and say why.
Rectangle {
    id: table

    required property ModelPageModel page
    readonly property bool roomy: width > 560

    implicitHeight: column.height + 2
    radius: Theme.radiusCard
    color: Theme.surfaceRaised
    border.width: 1
    border.color: Theme.border

    component Head: Label {
        height: 32
        font: Theme.captionMedium
        color: Theme.textMuted
    }

    Column {
        id: column

        x: 1
        y: 1
        width: parent.width - 2

        Rectangle {
            width: parent.width
            height: 32
            radius: Theme.radiusCard
            color: Theme.surfaceSunken

            Head {
                x: 38
                text: qsTr("Mode")
            }
            Head {
                x: 130
                width: 84
                text: qsTr("Weights GB")
                horizontalAlignment: Text.AlignRight
            }
            Head {
                x: 220
                width: 70
                text: qsTr("Total GB")
                horizontalAlignment: Text.AlignRight
            }
            Head {
                x: 312
                text: qsTr("Fits")
            }
            Head {
                visible: table.roomy
                x: table.width - 190
                text: qsTr("Quality")
            }
        }
        Repeater {
            model: table.page.quantizations

            Item {
                id: row

                required property var modelData

                width: column.width
                height: modelData.available ? 42 : 34

                Rectangle {
                    anchors.fill: parent
                    visible: row.modelData.chosen
                    color: Theme.accentSoft

                    Rectangle {
                        width: 2
                        height: parent.height
                        color: Theme.accent
                    }
                }
                Hairline {
                    width: parent.width
                }
                Rectangle {
                    x: 14
                    anchors.verticalCenter: parent.verticalCenter
                    width: 16
                    height: 16
                    radius: 8
                    color: row.modelData.chosen ? Theme.accent : "transparent"
                    border.width: row.modelData.chosen ? 0 : 1.5
                    border.color: Theme.border

                    Rectangle {
                        anchors.centerIn: parent
                        visible: row.modelData.chosen
                        width: 6
                        height: 6
                        radius: 3
                        color: Theme.accentText
                    }
                }
                Figure {
                    x: 38
                    height: parent.height
                    text: row.modelData.mode
                    font: Theme.figure
                    color: row.modelData.available ? Theme.text : Theme.textFaint
                }
                Figure {
                    x: 130
                    width: 84
                    height: parent.height
                    horizontalAlignment: Text.AlignRight
                    text: row.modelData.weights
                }
                Figure {
                    x: 220
                    width: 70
                    height: parent.height
                    horizontalAlignment: Text.AlignRight
                    text: row.modelData.total
                }
                Row {
                    visible: row.modelData.fitsText !== "" && row.modelData.available
                    x: 312
                    height: parent.height
                    spacing: 6

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        icon: row.modelData.fits ? "check" : "warning"
                        size: 14
                        color: row.modelData.fits ? Theme.success : Theme.warning
                    }
                    Label {
                        height: parent.height
                        text: row.modelData.fitsText
                        font: Theme.small
                    }
                }
                Label {
                    visible: table.roomy && row.modelData.available
                    x: table.width - 190
                    width: 180
                    height: parent.height
                    text: row.modelData.quality
                    font: Theme.small
                    color: Theme.textMuted
                }
                Row {
                    visible: !row.modelData.available
                    x: 142
                    height: parent.height
                    spacing: 6

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        icon: "info"
                        size: 14
                    }
                    Label {
                        width: row.width - 180
                        height: row.height
                        text: row.modelData.reason
                        font: Theme.small
                        color: Theme.textMuted
                    }
                }
            }
        }
    }
}
