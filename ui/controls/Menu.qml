import QtQuick
import QtQuick.Templates as T

T.Menu {
    id: control

    implicitWidth: 200
    implicitHeight: contentItem.implicitHeight + topPadding + bottomPadding
    padding: 6
    margins: 6
    overlap: 0

    contentItem: ListView {
        implicitHeight: contentHeight
        model: control.contentModel
        interactive: false
        currentIndex: control.currentIndex
    }
    background: PopupFrame {}
}
