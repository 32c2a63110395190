import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

T.MenuItem {
    id: control

    property string iconName: ""
    property string hint: ""
    property bool danger: false
    readonly property color ink: !enabled ? Theme.textFaint : danger ? Theme.danger : Theme.text

    implicitWidth: 188
    implicitHeight: 32
    hoverEnabled: true
    Accessible.role: Accessible.MenuItem
    Accessible.name: text

    contentItem: Item {
        Icon {
            id: glyph

            visible: control.iconName !== ""
            icon: control.iconName !== "" ? control.iconName : "check"
            x: 10
            anchors.verticalCenter: parent.verticalCenter
            color: control.ink
        }
        Label {
            anchors.left: parent.left
            anchors.leftMargin: control.iconName !== "" ? 36 : 12
            anchors.right: hintLabel.left
            anchors.verticalCenter: parent.verticalCenter
            text: control.text
            color: control.ink
        }
        Label {
            id: hintLabel

            anchors.right: parent.right
            anchors.rightMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            text: control.hint
            font: Theme.caption
            color: Theme.textMuted
        }
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: control.down ? Theme.pressed : control.highlighted || control.hovered ? Theme.hover : "transparent"
    }
}
