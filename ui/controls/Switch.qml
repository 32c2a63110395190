import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// On or off, at once. `large` is the server's.
T.Switch {
    id: control

    property bool large: false

    implicitWidth: large ? 60 : 34
    implicitHeight: large ? 34 : 20
    hoverEnabled: true
    Accessible.role: Accessible.CheckBox
    Accessible.checkable: true
    Accessible.checked: checked

    indicator: Rectangle {
        width: control.implicitWidth
        height: control.implicitHeight
        radius: height / 2
        color: control.checked ? (control.enabled ? Theme.accent : Theme.borderStrong) : "transparent"
        border.width: control.checked ? 0 : 1.5
        border.color: control.enabled ? Theme.borderControl : Theme.border

        Behavior on color {
            ColorAnimation {
                duration: Theme.quick
            }
        }

        Rectangle {
            readonly property int inset: control.large ? 5 : 4

            width: parent.height - 2 * inset
            height: width
            radius: width / 2
            y: inset
            x: control.checked ? parent.width - width - inset : inset
            color: control.checked ? Theme.accentText : control.enabled ? Theme.borderControl : Theme.border

            Behavior on x {
                enabled: !Theme.lessMotion

                NumberAnimation {
                    duration: Theme.quick
                    easing.type: Easing.OutCubic
                }
            }
        }
        FocusRing {
            shown: control.visualFocus
            base: control.implicitHeight / 2
        }
    }
}
