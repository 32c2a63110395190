import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// One setting: label, help and flag at the left, its control at the right, or the reason why it is locked.
Item {
    id: row

    required property int index
    required property string key
    required property string label
    required property string help
    required property string flag
    required property string kind
    required property string value
    required property string standard
    required property list<string> choices
    required property list<string> choiceNames
    required property string locked
    required property bool changed
    required property SettingsModel settings
    property string problem: ""
    readonly property bool roomy: width > 560

    implicitHeight: texts.height + 20

    Hairline {
        visible: row.index > 0
        width: parent.width
    }
    Column {
        id: texts

        x: 16
        y: 10
        width: parent.width - (row.locked !== "" && row.roomy ? 320 : 250)
        spacing: 2

        Label {
            width: parent.width
            text: row.label
            font: Theme.bodyMedium
        }
        Label {
            width: parent.width
            text: row.help
            font: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Figure {
            text: row.flag
            font: Theme.figureCaption
            color: Theme.textFaint
        }
        Label {
            visible: row.problem !== ""
            width: parent.width
            text: row.problem
            font: Theme.caption
            color: Theme.danger
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
    Label {
        visible: row.locked !== ""
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        width: texts.x + parent.width - texts.width - 48
        horizontalAlignment: Text.AlignRight
        text: row.locked
        font: Theme.small
        color: Theme.info
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }
    IconButton {
        visible: row.changed && row.locked === ""
        anchors.right: parent.right
        anchors.rightMargin: 200
        anchors.verticalCenter: parent.verticalCenter
        iconName: "undo"
        iconSize: 14
        text: qsTr("Back to %1").arg(row.standard)
        onClicked: row.settings.reset(row.key)
    }
    Switch {
        visible: row.kind === "boolean" && row.locked === ""
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        checked: row.value === "true"
        Accessible.name: row.label
        onToggled: row.problem = row.settings.store(row.key, checked ? "true" : "false")
    }
    ComboBox {
        visible: row.kind === "choice" && row.locked === ""
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        width: 176
        font: Theme.figure
        model: row.choiceNames
        currentIndex: row.choices.indexOf(row.value)
        Accessible.name: row.label
        onActivated: index => row.problem = row.settings.store(row.key, row.choices[index])
    }
    Field {
        id: field

        visible: row.kind === "text" && row.locked === ""
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        width: 176
        figures: true
        error: row.problem !== ""
        placeholderText: row.standard
        text: row.value
        Accessible.name: row.label
        onEditingFinished: {
            if (text === row.value) {
                row.problem = "";
                return;
            }
            row.problem = row.settings.store(row.key, text);
            if (row.problem === "")
                text = Qt.binding(() => row.value);
        }
    }
}
