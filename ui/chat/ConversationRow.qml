import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// One conversation of the list, with its menu and the field that renames it.
T.ItemDelegate {
    id: row

    required property double conversationId
    required property string title
    required property string snippet
    required property bool current
    required property bool busy
    required property bool pinned
    required property double hit
    required property inlineText markedTitle
    required property inlineText markedSnippet
    property bool renaming: false
    signal renamed(string title)
    signal removeWanted
    signal menuWanted(Item button)

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
    Accessible.name: snippet !== "" ? qsTr("%1: %2").arg(title).arg(snippet) : title
    Keys.onPressed: event => {
        if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
            row.clicked();
        else if (event.key === Qt.Key_F2)
            beginRename();
        else if (event.key === Qt.Key_Delete)
            removeWanted();
        else if (event.key === Qt.Key_Menu || (event.key === Qt.Key_F10 && event.modifiers & Qt.ShiftModifier))
            row.menuWanted(menuButton);
        else
            return;
        event.accepted = true;
    }

    contentItem: Item {
        Label {
            id: titleLabel

            visible: !row.renaming
            x: row.pinned ? 32 : 10
            y: row.snippet !== "" ? 6 : 0
            width: parent.width - x - (row.hovered || row.busy ? 34 : 10)
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
            opacity: 0
        }
        // A label with bold words: what the search found.
        Loader {
            active: row.snippet !== "" && !row.renaming
            x: 10
            y: 24
            width: titleLabel.width
            height: 18
            clip: true
            sourceComponent: InlineView {
                width: 2000
                content: row.markedSnippet
                enabled: false
                selectByMouse: false
                lineHeight: 16
                font: Theme.caption
                color: Theme.textMuted
                wrapMode: TextEdit.NoWrap
                Accessible.ignored: true
            }
        }
        Icon {
            visible: row.pinned && !row.renaming
            x: 10
            y: titleLabel.y + (titleLabel.height - height) / 2
            icon: "pin"
            size: 14
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

            visible: row.hovered || row.visualFocus
            anchors.right: parent.right
            anchors.rightMargin: 3
            anchors.verticalCenter: parent.verticalCenter
            focusPolicy: Qt.NoFocus
            iconName: "more"
            text: qsTr("More")
            onClicked: row.menuWanted(menuButton)
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
        onTapped: row.menuWanted(menuButton)
    }
}
