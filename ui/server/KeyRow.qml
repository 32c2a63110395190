import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// One key: its name, a masked piece of it, when it was last used, and what can be done with it.
T.ItemDelegate {
    id: row

    required property int index
    required property string label
    required property string masked
    required property string lastUse
    property bool fixed: false
    signal copyWanted
    signal renameWanted
    signal revokeWanted

    implicitHeight: 36
    hoverEnabled: true
    focusPolicy: Qt.StrongFocus
    text: label
    Accessible.role: Accessible.ListItem
    Accessible.name: lastUse !== "" ? qsTr("Key %1, %2, last used: %3").arg(label).arg(masked).arg(lastUse) : qsTr("Key %1, %2, not used yet").arg(label).arg(masked)
    onClicked: menu.popup(more, 0, more.height)
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Keys.onMenuPressed: clicked()
    Keys.onDeletePressed: if (!fixed)
        revokeWanted()

    background: Rectangle {
        color: row.hovered ? Theme.hover : "transparent"

        Hairline {
            visible: row.index > 0
            width: parent.width
        }
        FocusRing {
            shown: row.visualFocus
            inset: true
        }
    }
    contentItem: Item {
        Icon {
            x: 12
            anchors.verticalCenter: parent.verticalCenter
            icon: "key"
        }
        Label {
            x: 38
            width: parent.width * 0.5 - 46
            height: parent.height
            text: row.label
        }
        Figure {
            x: parent.width * 0.5
            height: parent.height
            text: row.masked
            color: Theme.textMuted
        }
        Label {
            anchors.right: more.left
            anchors.rightMargin: 8
            height: parent.height
            text: row.lastUse
            font: Theme.small
            color: Theme.textMuted
        }
        IconButton {
            id: more

            objectName: "keyMenu"
            anchors.right: parent.right
            anchors.rightMargin: 4
            anchors.verticalCenter: parent.verticalCenter
            iconName: "more"
            focusPolicy: Qt.NoFocus
            text: qsTr("What can be done with this key")
            onClicked: row.clicked()
        }
    }
    Menu {
        id: menu

        MenuItem {
            objectName: "copyKey"
            iconName: "copy"
            text: qsTr("Copy key")
            onTriggered: row.copyWanted()
        }
        MenuItem {
            objectName: "renameKey"
            iconName: "edit"
            text: qsTr("Rename")
            enabled: !row.fixed
            onTriggered: row.renameWanted()
        }
        MenuItem {
            objectName: "revokeKey"
            iconName: "trash"
            danger: true
            text: qsTr("Revoke")
            enabled: !row.fixed
            onTriggered: row.revokeWanted()
        }
    }
}
