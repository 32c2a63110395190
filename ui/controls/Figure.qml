import QtQuick
import Hearth.Theme

/// A number that changes or stands in a column.
Label {
    font: Theme.figure
}
