import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// One mode of the table: what it costs, or why it cannot be had.
T.AbstractButton {
    id: row

    required property string mode
    required property bool available
    required property string reason
    required property bool chosen
    required property string weights
    required property string total
    required property bool fits
    required property string fitsText
    required property string speed
    required property string quality
    /// Places of the columns.
    required property QuantizationColumns columns

    implicitHeight: 42
    enabled: available
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    checked: chosen
    text: mode
    Keys.onReturnPressed: row.clicked()
    Keys.onEnterPressed: row.clicked()
    Accessible.role: Accessible.RadioButton
    Accessible.checkable: true
    Accessible.checked: chosen
    Accessible.name: available ? qsTr("%1: %2 gigabytes, %3, %4 tokens a second, %5").arg(mode).arg(total).arg(fitsText).arg(speed).arg(quality) : qsTr("%1: not available. %2").arg(mode).arg(reason)

    background: Rectangle {
        color: row.chosen ? Theme.accentSoft : row.down ? Theme.pressed : row.hovered ? Theme.hover : "transparent"

        Rectangle {
            visible: row.chosen
            width: 2
            height: parent.height
            color: Theme.accent
        }
        Hairline {
            width: parent.width
        }
        FocusRing {
            shown: row.visualFocus
            inset: true
        }
    }
    contentItem: Item {
        Rectangle {
            x: 14
            anchors.verticalCenter: parent.verticalCenter
            width: 16
            height: 16
            radius: 8
            color: row.chosen ? Theme.accent : "transparent"
            border.width: row.chosen ? 0 : 1.5
            border.color: row.available ? Theme.borderControl : Theme.border

            Rectangle {
                anchors.centerIn: parent
                visible: row.chosen
                width: 6
                height: 6
                radius: 3
                color: Theme.accentText
            }
        }
        Figure {
            x: 38
            height: parent.height
            text: row.mode
            color: row.available ? Theme.text : Theme.textFaint
        }
        Figure {
            visible: row.columns.weightsShown && row.available
            x: row.columns.weightsEnd - width
            height: parent.height
            text: row.weights
        }
        Figure {
            visible: row.available
            x: row.columns.totalEnd - width
            height: parent.height
            text: row.total
        }
        Row {
            visible: row.fitsText !== "" && row.available
            x: row.columns.fits
            height: parent.height
            spacing: 6

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                icon: row.fits ? "check" : "warning"
                size: 14
                color: row.fits ? Theme.success : Theme.warning
            }
            Label {
                height: parent.height
                width: row.columns.fitsWidth - 20
                text: row.fitsText
                font: Theme.small
            }
        }
        Figure {
            visible: row.available
            x: row.columns.speedEnd - width
            height: parent.height
            text: row.speed
        }
        Label {
            visible: row.columns.qualityShown && row.available
            x: row.columns.quality
            width: parent.width - x - 12
            height: parent.height
            text: row.quality
            font: Theme.small
            color: Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Icon {
            visible: !row.available
            x: row.columns.reason
            anchors.verticalCenter: parent.verticalCenter
            icon: "info"
            size: 14
        }
        Label {
            visible: !row.available
            x: row.columns.reason + 20
            width: parent.width - x - 12
            height: parent.height
            text: row.reason
            font: Theme.small
            color: Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
    }
}
