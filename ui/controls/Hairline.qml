import QtQuick
import Hearth.Theme

/// One-pixel line between things; horizontal unless `vertical`.
Rectangle {
    property bool vertical: false

    implicitWidth: 1
    implicitHeight: 1
    color: Theme.border
}
