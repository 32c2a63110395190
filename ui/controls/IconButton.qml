import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// A button with an icon alone; `text` is its tooltip and accessible name.
T.Button {
    id: control

    required property string iconName
    property int size: 28
    property int iconSize: 16
    property color ink: checked || hovered || down ? Theme.text : Theme.textMuted
    property string shortcutText: ""
    /// A click ends the tooltip until the pointer comes again, so that it covers no menu.
    property bool tipSpent: false

    implicitWidth: size
    implicitHeight: size
    hoverEnabled: true
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    Accessible.role: Accessible.Button
    Accessible.name: text
    onPressed: tipSpent = true
    onHoveredChanged: if (!hovered)
        tipSpent = false

    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            icon: control.iconName
            size: control.iconSize
            color: control.enabled ? control.ink : Theme.textFaint
            opacity: control.enabled ? 1 : 0.6
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: !control.enabled ? "transparent" : control.down ? Theme.pressed : control.checked ? Theme.selected
                                                : control.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: control.visualFocus
        }
    }

    ToolTip {
        visible: control.hovered && !control.tipSpent && control.text !== ""
        text: control.text
        hint: control.shortcutText
    }
}
