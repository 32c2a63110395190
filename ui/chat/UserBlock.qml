import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// A question: a sunken block at the right, with its versions and tools below it.
BlockFrame {
    id: block

    required property inlineText content
    required property int version
    required property int versions
    required property bool busy
    signal copyWanted
    signal editWanted
    signal versionWanted(int step)

    topSpace: 20

    Rectangle {
        id: bubble

        x: (parent ? parent.width : 0) - width
        width: Math.min(600, parent ? parent.width : 0, text.implicitWidth + 34)
        height: text.height + 20
        radius: Theme.radiusMessage
        color: Theme.userMessage

        InlineView {
            id: text

            x: 16
            y: 10
            width: parent.width - 32
            content: block.content
        }
    }
    Row {
        id: tools

        readonly property bool shown: hover.hovered || editButton.activeFocus || copyButton.activeFocus

        anchors.right: bubble.right
        anchors.top: bubble.bottom
        height: 28
        opacity: shown || block.versions > 1 ? 1 : 0

        Behavior on opacity {
            NumberAnimation {
                duration: Theme.quick
            }
        }

        VersionSwitch {
            visible: block.versions > 1
            version: block.version
            versions: block.versions
            enabled: !block.busy
            onStepped: step => block.versionWanted(step)
        }
        CopyButton {
            id: copyButton

            visible: tools.shown
            text: qsTr("Copy message")
            onClicked: block.copyWanted()
        }
        IconButton {
            id: editButton

            visible: tools.shown
            enabled: !block.busy
            iconName: "edit"
            text: qsTr("Edit and ask again")
            onClicked: block.editWanted()
        }
    }
    HoverHandler {
        id: hover
    }
}
