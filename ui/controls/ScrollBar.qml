import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

T.ScrollBar {
    id: control

    implicitWidth: 10
    implicitHeight: 10
    padding: 2
    minimumSize: 0.06
    visible: policy !== T.ScrollBar.AlwaysOff && size < 1.0

    contentItem: Rectangle {
        implicitWidth: 6
        implicitHeight: 6
        radius: 3
        color: control.pressed ? Theme.borderControl : Theme.borderStrong
        opacity: control.active || control.hovered ? 1 : 0.55
    }
}
