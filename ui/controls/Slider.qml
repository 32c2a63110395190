import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// Grey at its default, accent when `changed`; `origin` (0..1) is where the fill starts.
T.Slider {
    id: control

    property bool changed: false
    property real origin: 0

    implicitWidth: 200
    implicitHeight: 20
    hoverEnabled: true
    Accessible.role: Accessible.Slider

    readonly property color ink: !enabled ? Theme.borderStrong : changed ? Theme.accent : Theme.textMuted

    background: Item {
        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width
            height: 4
            radius: 2
            color: Theme.borderStrong
        }
        Rectangle {
            readonly property real low: Math.min(control.origin, control.visualPosition)

            visible: control.changed
            anchors.verticalCenter: parent.verticalCenter
            x: low * parent.width
            width: Math.abs(control.visualPosition - control.origin) * parent.width
            height: 4
            radius: 2
            color: control.ink
        }
    }
    handle: Rectangle {
        x: control.visualPosition * (control.width - width)
        y: (control.height - height) / 2
        width: 16
        height: 16
        radius: 8
        color: Theme.surfaceRaised
        border.width: 2
        border.color: control.ink

        FocusRing {
            shown: control.visualFocus
            base: 8
        }
    }
}
