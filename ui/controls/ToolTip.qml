import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// A label that appears beside its parent; `hint` is a shortcut. Below the parent unless `atRight`.
T.ToolTip {
    id: control

    property string hint: ""
    property bool atRight: false

    x: atRight ? (parent ? parent.width + 6 : 0) : (parent ? (parent.width - implicitWidth) / 2 : 0)
    y: atRight ? (parent ? (parent.height - implicitHeight) / 2 : 0) : (parent ? parent.height + 6 : 0)
    implicitWidth: row.implicitWidth + leftPadding + rightPadding
    implicitHeight: Math.max(28, row.implicitHeight + 10)
    leftPadding: 10
    rightPadding: 10
    margins: Theme.zoom < 1 ? -1 : 6
    rightMargin: Theme.zoom < 1 ? -1 : 6 + Theme.beyond.width
    bottomMargin: Theme.zoom < 1 ? -1 : 6 + Theme.beyond.height
    delay: 400
    timeout: -1
    closePolicy: T.Popup.NoAutoClose

    contentItem: Item {
        Row {
            id: row

            anchors.verticalCenter: parent.verticalCenter
            spacing: 12

            Label {
                text: control.text
                font: Theme.smallMedium
                color: Theme.tooltipText
                width: Math.min(implicitWidth, 360)
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
            Label {
                visible: control.hint !== ""
                text: control.hint
                font: Theme.caption
                color: Theme.tooltipText
                opacity: 0.7
                anchors.verticalCenter: parent.verticalCenter
            }
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: Theme.tooltip
    }
}
