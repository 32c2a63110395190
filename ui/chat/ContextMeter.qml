import QtQuick
import Hearth.Theme
import Hearth.Controls

/// How full the context is: used, this message, and both numbers. Warns above 90 %.
Row {
    id: meter

    required property real used
    required property real adding
    required property real total
    property bool labelled: true
    readonly property bool tight: total > 0 && used + adding > 0.9 * total

    spacing: 8
    Accessible.role: Accessible.Indicator
    Accessible.name: qsTr("Context: %1 of %2 tokens").arg(used + adding).arg(total)

    Label {
        visible: meter.labelled
        anchors.verticalCenter: parent.verticalCenter
        text: qsTr("Context")
        font: Theme.small
        color: Theme.textMuted
    }
    Rectangle {
        anchors.verticalCenter: parent.verticalCenter
        width: meter.labelled ? 118 : 96
        height: 7
        radius: 2
        color: Theme.memFree
        border.width: 1
        border.color: Theme.borderStrong

        Rectangle {
            id: usedPart

            x: 1
            y: 1
            width: Math.min(1, meter.used / Math.max(1, meter.total)) * (parent.width - 2)
            height: parent.height - 2
            color: meter.tight ? Theme.warning : Theme.textMuted
        }
        Rectangle {
            x: usedPart.x + usedPart.width
            y: 1
            width: Math.min(parent.width - 1 - x, meter.adding / Math.max(1, meter.total) * (parent.width - 2))
            height: parent.height - 2
            color: Theme.accent
        }
    }
    Figure {
        anchors.verticalCenter: parent.verticalCenter
        text: Number(meter.used + meter.adding).toLocaleString(Qt.locale(), "f", 0) + " / " + Number(meter.total).toLocaleString(Qt.locale(), "f", 0)
        color: meter.tight ? Theme.warning : Theme.textMuted
    }
}
