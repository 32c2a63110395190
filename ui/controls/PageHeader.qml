import QtQuick
import Hearth.Theme

/// The 48 px head of a page or column, with a hairline below unless `plain`.
Item {
    property bool plain: false

    implicitHeight: Theme.headerHeight

    Hairline {
        visible: !parent.plain
        anchors.bottom: parent.bottom
        width: parent.width
    }
}
