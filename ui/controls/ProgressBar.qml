import QtQuick
import Hearth.Theme

/// 0..1, or an unknown amount of work while `unknown`.
Rectangle {
    id: control

    property real value: 0
    property bool unknown: false

    implicitWidth: 200
    implicitHeight: 6
    radius: 3
    color: Theme.border
    clip: true
    Accessible.role: Accessible.ProgressBar
    Accessible.name: unknown ? qsTr("Working") : qsTr("%1 percent").arg(Math.round(value * 100))

    Rectangle {
        id: piece

        width: control.unknown ? control.width * 0.3 : control.width * Math.max(0, Math.min(1, control.value))
        height: control.height
        radius: 3
        color: Theme.accent

        NumberAnimation on x {
            running: control.unknown && control.visible && !Theme.lessMotion
            from: -control.width * 0.3
            to: control.width
            duration: 1200
            loops: Animation.Infinite
            onRunningChanged: if (!running) piece.x = 0
        }
    }
}
