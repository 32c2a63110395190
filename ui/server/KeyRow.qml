import QtQuick
import Hearth.Controls
import Hearth.Server

/// One key: masked until shown, copied, revoked.
Item {
    id: row

    required property int index
    required property string modelData
    required property ServerModel server
    property bool shown: false

    implicitHeight: 36

    Hairline {
        visible: row.index > 0
        width: parent.width
    }
    Icon {
        x: 12
        anchors.verticalCenter: parent.verticalCenter
        icon: "key"
    }
    Figure {
        x: 38
        width: parent.width - 140
        height: parent.height
        text: row.shown ? row.modelData : row.server.maskedKey(row.modelData)
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: 4
        anchors.verticalCenter: parent.verticalCenter

        IconButton {
            iconName: row.shown ? "eye-off" : "eye"
            text: row.shown ? qsTr("Hide key") : qsTr("Show key")
            onClicked: row.shown = !row.shown
        }
        IconButton {
            iconName: "copy"
            text: qsTr("Copy key")
            onClicked: row.server.copy(row.modelData)
        }
        IconButton {
            iconName: "trash"
            enabled: !row.server.keysFixed
            text: qsTr("Revoke key")
            onClicked: row.server.removeKey(row.index)
        }
    }
}
