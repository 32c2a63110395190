import QtQuick
import Hearth.Theme

/// The keyboard-focus ring around its parent; `inset` inside rows.
Rectangle {
    property bool shown: false
    property bool inset: false
    property int base: Theme.radius

    visible: shown
    anchors.fill: parent
    anchors.margins: inset ? 0 : -4
    radius: inset ? base : base + 4
    color: "transparent"
    border.width: 2
    border.color: Theme.accent
}
