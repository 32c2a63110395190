import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// One page of the rail.
T.TabButton {
    id: control

    required property string iconName
    property string shortcutText: ""
    property bool dot: false

    implicitWidth: 40
    implicitHeight: 40
    hoverEnabled: true
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    focusPolicy: Qt.TabFocus
    Accessible.role: Accessible.PageTab
    Accessible.name: text

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            icon: control.iconName
            size: 20
            color: control.checked ? Theme.accent : control.hovered ? Theme.text : Theme.textMuted
        }
        Rectangle {
            visible: control.dot
            width: 8
            height: 8
            radius: 4
            x: 27
            y: 5
            color: Theme.success
            border.width: 1
            border.color: Theme.surfaceSunken
        }
    }
    background: Rectangle {
        radius: Theme.radiusCard
        color: control.checked ? Theme.accentSoft : control.down ? Theme.pressed : control.hovered ? Theme.hover : "transparent"

        Rectangle {
            visible: control.checked
            x: -8
            anchors.verticalCenter: parent.verticalCenter
            width: 3
            height: 20
            radius: 1
            color: Theme.accent
        }
        FocusRing {
            shown: control.visualFocus
            inset: true
            base: Theme.radiusCard
        }
    }
    ToolTip {
        visible: control.hovered
        atRight: true
        text: control.text
        hint: control.shortcutText
    }
}
