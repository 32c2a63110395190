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
    /// In one of two columns: Copy alone.
    property bool column: false
    signal copyWanted
    signal editWanted
    signal versionWanted(int step)
    signal moreWanted(Item button)
    required property var attachments
    property var marked: []
    property bool unfolded: false
    readonly property bool tall: text.implicitHeight > 12 * 24 + 8

    topSpace: 20

    Rectangle {
        id: bubble

        x: (parent ? parent.width : 0) - width
        width: Math.min(600, parent ? parent.width : 0, Math.max(text.implicitWidth + 34, files.implicitWidth + 32, fold.visible ? fold.implicitWidth + 16 : 0))
        height: files.height + text.visibleHeight + (fold.visible ? fold.height : 0) + 20
        radius: Theme.radiusMessage
        color: Theme.userMessage

        Flow {
            id: files

            x: 16
            y: 10
            width: parent.width - 32
            height: visible ? implicitHeight + (text.plain !== "" ? 6 : 0) : 0
            visible: block.attachments.length > 0
            spacing: 6

            Repeater {
                model: block.attachments

                Chip {
                    required property string modelData

                    iconName: "file"
                    text: modelData
                    color: Theme.surfaceRaised
                }
            }
        }
        Item {
            x: 16
            y: 10 + files.height
            width: parent.width - 32
            height: text.visibleHeight
            clip: block.tall

            InlineView {
                id: text

                readonly property real visibleHeight: text.plain === "" ? 0 : block.tall && !block.unfolded ? 12 * 24 : height

                width: parent.width
                content: block.content
                marked: block.marked
            }
        }
        Button {
            id: fold

            visible: block.tall
            x: 8
            anchors.bottom: parent.bottom
            anchors.bottomMargin: 4
            compact: true
            role: "quiet"
            text: block.unfolded ? qsTr("Show less") : qsTr("Show all")
            onClicked: block.unfolded = !block.unfolded
        }
    }
    Row {
        id: tools

        readonly property bool shown: hover.hovered || editButton.activeFocus || copyButton.activeFocus || moreButton.activeFocus

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
            visible: block.versions > 1 && !block.column
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

            visible: tools.shown && !block.column
            enabled: !block.busy
            iconName: "edit"
            text: qsTr("Edit and ask again")
            onClicked: block.editWanted()
        }
        IconButton {
            id: moreButton

            visible: tools.shown && !block.column
            iconName: "more"
            text: qsTr("More")
            onClicked: block.moreWanted(moreButton)
        }
    }
    HoverHandler {
        id: hover
    }
}
