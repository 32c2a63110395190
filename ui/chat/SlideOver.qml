import QtQuick
import Hearth.Theme

/// The dimmed ground behind a column that slides over the page; a click on it puts the column away.
Rectangle {
    id: ground

    required property bool shown
    signal dismissed

    visible: shown
    color: Theme.dim

    MouseArea {
        anchors.fill: parent
        hoverEnabled: true
        onWheel: wheel => wheel.accepted = true
        onClicked: ground.dismissed()
    }
}
