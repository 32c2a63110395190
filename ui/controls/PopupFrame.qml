import QtQuick
import Hearth.Theme

/// The ground of menus, popups, toasts and dialogs: a raised sheet with two plain rectangles behind it.
Item {
    Rectangle {
        anchors.fill: parent
        anchors.margins: -2
        anchors.topMargin: 1
        anchors.bottomMargin: -5
        radius: Theme.radiusPopup + 4
        color: Theme.popupShade
    }
    Rectangle {
        anchors.fill: parent
        anchors.margins: -1
        anchors.topMargin: 0
        anchors.bottomMargin: -2
        radius: Theme.radiusPopup + 2
        color: Theme.popupShade
    }
    Rectangle {
        anchors.fill: parent
        radius: Theme.radiusPopup
        color: Theme.surfaceRaised
        border.width: 1
        border.color: Theme.borderStrong
    }
}
