import QtQuick
import Hearth.Theme

/// The dimmed window behind a dialog or a sheet.
Item {
    Rectangle {
        width: parent.width / Math.min(1, Theme.zoom)
        height: parent.height / Math.min(1, Theme.zoom)
        color: Theme.dim
    }
}
