import QtQuick
import Hearth.Theme

/// A ground of 45 degree lines.
Image {
    property color ink: Theme.memOther

    fillMode: Image.Tile
    horizontalAlignment: Image.AlignLeft
    verticalAlignment: Image.AlignTop
    source: "image://hatch/" + ink.toString().substring(1)
    Accessible.ignored: true
}
