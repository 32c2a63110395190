import QtQuick
import Hearth.Controls

/// Leafs through the versions of a message: ‹2/3›.
Row {
    id: control

    required property int version
    required property int versions
    signal stepped(int step)

    IconButton {
        objectName: "previousVersion"
        iconName: "chevron-left"
        text: qsTr("Previous version")
        enabled: control.enabled && control.version > 1
        onClicked: control.stepped(-1)
    }
    Figure {
        anchors.verticalCenter: parent.verticalCenter
        text: control.version + "/" + control.versions
    }
    IconButton {
        objectName: "nextVersion"
        iconName: "chevron-right"
        text: qsTr("Next version")
        enabled: control.enabled && control.version < control.versions
        onClicked: control.stepped(1)
    }
}
