import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// One conversation of the list, with its menu and the field that renames it.
T.ItemDelegate {
    id: row

    required property double conversationId
    required property string title
    required property string snippet
    required property bool current
    required property bool busy
    property bool renaming: false
    signal renamed(string title)
    signal removeWanted

    function beginRename(): void {
        renaming = true;
        field.text = title;
        field.forceActiveFocus();
        field.selectAll();
    }

    implicitHeight: snippet !== "" ? 48 : 34
    hoverEnabled: true
    text: title
    highlighted: current
    Accessible.name: title
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            row.clicked();
        else if (event.key === Qt.Key_F2)
            beginRename();
        else if (event.key === Qt.Key_Delete)
            removeWanted();
        else if (event.key === Qt.Key_Menu)
            menu.popup(menuButton);
        else
            return;
        event.accepted = true;
    }

    contentItem: Item {
        Label {
            id: titleLabel

            visible: !row.renaming
            x: 10
            y: row.snippet !== "" ? 6 : 0
            width: parent.width - (row.hovered || row.busy ? 44 : 20)
            height: row.snippet !== "" ? 20 : parent.height
            text: row.title
            font: row.current ? Theme.bodyMedium : Theme.body
        }
        Label {
            visible: row.snippet !== "" && !row.renaming
            x: 10
            y: 25
            width: titleLabel.width
            text: row.snippet
            font: Theme.caption
            color: Theme.textMuted
        }
        Rectangle {
            visible: row.busy && !row.hovered
            anchors.right: parent.right
            anchors.rightMargin: 12
            anchors.verticalCenter: parent.verticalCenter
            width: 6
            height: 6
            radius: 3
            color: Theme.accent
        }
        IconButton {
            id: menuButton

            visible: row.hovered || menu.visible || row.visualFocus
            anchors.right: parent.right
            anchors.rightMargin: 3
            anchors.verticalCenter: parent.verticalCenter
            focusPolicy: Qt.NoFocus
            iconName: "more"
            text: qsTr("More")
            onClicked: menu.popup(menuButton, 0, height)
        }
        Field {
            id: field

            visible: row.renaming
            anchors.fill: parent
            anchors.margins: 2
            compact: true
            onAccepted: {
                row.renamed(text);
                row.renaming = false;
            }
            onActiveFocusChanged: if (!activeFocus)
                row.renaming = false
            Keys.onEscapePressed: row.renaming = false
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.current ? Theme.selected : row.down ? Theme.pressed : row.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: row.visualFocus
            inset: true
        }
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        onTapped: menu.popup()
    }
    Menu {
        id: menu

        MenuItem {
            iconName: "edit"
            text: qsTr("Rename")
            hint: "F2"
            onTriggered: row.beginRename()
        }
        MenuItem {
            iconName: "trash"
            danger: true
            text: qsTr("Delete")
            hint: qsTr("Del")
            onTriggered: row.removeWanted()
        }
    }
}
