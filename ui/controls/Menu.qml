import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

T.Menu {
    id: control

    implicitWidth: 200
    implicitHeight: contentItem.implicitHeight + topPadding + bottomPadding
    padding: 6
    margins: Theme.zoom < 1 ? -1 : 6
    rightMargin: Theme.zoom < 1 ? -1 : 6 + Theme.beyond.width
    bottomMargin: Theme.zoom < 1 ? -1 : 6 + Theme.beyond.height
    overlap: 0

    contentItem: ListView {
        implicitHeight: contentHeight
        model: control.contentModel
        interactive: false
        currentIndex: control.currentIndex
    }
    background: PopupFrame {}
}
