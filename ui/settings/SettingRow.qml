import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// One setting: label, help, flag and default at the left, its control at the right; the title of its card above the
/// first, what is to be said of the card below the last.
SettingFacts {
    id: row

    readonly property bool roomy: width >= 560

    objectName: "setting-" + key
    implicitHeight: body.y + body.height + (noteLabel.visible ? noteLabel.height + 8 : 0)

    Label {
        visible: row.title !== ""
        y: row.index > 0 ? 24 : 0
        height: 32
        width: parent.width
        text: row.title
        font: Theme.title
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Item {
        id: body

        y: row.title === "" ? 0 : row.index > 0 ? 68 : 44
        width: parent.width
        height: Math.max(56, row.roomy ? texts.height + 20 : texts.height + controls.height + 30)
        clip: true

        // The corners of the card are those of its first and last rows.
        Card {
            y: row.title === "" ? -12 : 0
            width: parent.width
            height: parent.height - y + (row.last ? 0 : 12)
        }
        Hairline {
            visible: row.title === ""
            x: 1
            width: parent.width - 2
        }
        Column {
            id: texts

            x: 16
            y: row.roomy ? Math.max(10, (body.height - height) / 2) : 10
            width: row.roomy ? body.width - controls.width - 48 : body.width - 32
            spacing: 2

            Label {
                width: parent.width
                text: row.label
                font: Theme.bodyMedium
            }
            Label {
                width: parent.width
                visible: text !== ""
                text: row.help
                font: Theme.caption
                color: Theme.textMuted
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
            Figure {
                objectName: "flag-" + row.key
                visible: row.flag !== ""
                width: parent.width
                text: row.flag + (row.environment !== "" ? "  " + row.environment : "") + (row.standard !== "" ? "  " + qsTr("default %1").arg(row.standard) : "")
                font: Theme.figureCaption
                color: Theme.textFaint
            }
            Label {
                visible: row.blocked !== ""
                width: parent.width
                text: row.blocked
                font: Theme.caption
                color: Theme.warning
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
            Label {
                objectName: "problem-" + row.key
                visible: row.problem !== ""
                width: parent.width
                text: row.problem
                font: Theme.caption
                color: Theme.danger
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
        Row {
            id: controls

            x: row.roomy ? body.width - width - 16 : 16
            y: row.roomy ? (body.height - height) / 2 : texts.y + texts.height + 10
            spacing: 8

            Chip {
                objectName: "source-" + row.key
                visible: row.source !== ""
                anchors.verticalCenter: parent.verticalCenter
                tone: "info"
                iconName: "terminal"
                text: row.source
            }
            IconButton {
                objectName: "reset-" + row.key
                visible: row.changed && row.open
                anchors.verticalCenter: parent.verticalCenter
                iconName: "undo"
                iconSize: 14
                text: row.standard !== "" ? qsTr("Back to %1").arg(row.standard) : qsTr("Back to the default")
                Accessible.description: row.label
                onClicked: {
                    row.problem = "";
                    row.settings.reset(row.key);
                }
            }
            SettingControl {
                anchors.verticalCenter: parent.verticalCenter
                row: row
                most: row.roomy ? 260 : body.width - 76
            }
        }
    }
    Label {
        id: noteLabel

        visible: row.note !== ""
        y: body.y + body.height + 8
        width: parent.width
        text: row.note
        font: Theme.caption
        color: Theme.textMuted
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
