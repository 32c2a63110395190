import QtQuick
import QtQuick.Controls.impl
import Hearth.Theme

/// One of our icons, tinted. `name` is a file of resources/icons without its ending.
IconImage {
    id: icon

    required property string icon
    property int size: 16

    name: ""
    source: Theme.icon(icon.icon)
    sourceSize.width: Math.ceil(size * Theme.zoom)
    sourceSize.height: Math.ceil(size * Theme.zoom)
    width: size
    height: size
    color: Theme.textMuted
    Accessible.ignored: true
}
