import QtQuick
import Hearth.Theme
import Hearth.Controls

/// The two big figures above a memory bar.
Item {
    id: figures

    required property string leftLabel
    required property string leftFigure
    required property string rightLabel
    required property string rightFigure
    property bool alarming: false

    implicitHeight: 48

    component Side: Column {
        id: side

        required property string label
        required property string figure
        property bool toRight: false
        property bool alarming: false

        Label {
            anchors.right: side.toRight ? parent.right : undefined
            text: side.label
            font: Theme.small
            color: side.alarming ? Theme.danger : Theme.textMuted
        }
        Row {
            anchors.right: side.toRight ? parent.right : undefined
            spacing: 5

            Figure {
                id: number

                text: side.figure
                font: Theme.figureBig
                color: side.alarming ? Theme.danger : Theme.text
            }
            Label {
                anchors.baseline: number.baseline
                text: qsTr("GB")
                font: Theme.small
                color: side.alarming ? Theme.danger : Theme.textMuted
            }
        }
    }

    Side {
        label: figures.leftLabel
        figure: figures.leftFigure
    }
    Side {
        anchors.right: parent.right
        label: figures.rightLabel
        figure: figures.rightFigure
        toRight: true
        alarming: figures.alarming
    }
}
