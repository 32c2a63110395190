import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// A setting of this load: label, one line of help, its control; or the reason why it cannot be changed.
Item {
    id: row

    required property string key
    required property string label
    required property string help
    required property string flag
    required property string kind
    required property string value
    required property string standard
    required property list<string> choices
    required property string locked
    required property bool own
    required property AdvancedModel settings
    property string problem: ""
    readonly property real controlWidth: kind === "boolean" ? 34 : kind === "choice" ? 128 : 96

    implicitHeight: Math.max(40, texts.height + 4)

    Column {
        id: texts

        width: parent.width - row.controlWidth - (row.own ? 44 : 16)
        spacing: 1

        Row {
            spacing: 6

            Rectangle {
                anchors.verticalCenter: parent.verticalCenter
                visible: row.own
                width: 6
                height: 6
                radius: 3
                color: Theme.accent
            }
            Label {
                text: row.label
                font: Theme.smallMedium
                color: row.locked !== "" ? Theme.textMuted : Theme.text
            }
        }
        Label {
            width: parent.width
            text: row.problem !== "" ? row.problem : row.locked !== "" ? row.locked : row.help
            font: Theme.caption
            color: row.problem !== "" ? Theme.danger : row.locked !== "" ? Theme.info : Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 3
        }
    }
    IconButton {
        visible: row.own && row.locked === ""
        anchors.right: parent.right
        anchors.rightMargin: row.controlWidth + 4
        y: 2
        iconName: "undo"
        iconSize: 14
        text: qsTr("Back to %1").arg(row.standard)
        onClicked: row.problem = row.settings.store(row.key, "")
    }
    Switch {
        objectName: "advanced_" + row.key
        visible: row.kind === "boolean"
        enabled: row.locked === ""
        anchors.right: parent.right
        y: 6
        checked: row.value === "true"
        Accessible.name: row.label
        Accessible.description: row.locked !== "" ? row.locked : row.help
        onToggled: {
            row.problem = row.settings.store(row.key, checked ? "true" : "false");
            checked = Qt.binding(() => row.value === "true");
        }
    }
    ComboBox {
        objectName: "advanced_" + row.key
        visible: row.kind === "choice"
        enabled: row.locked === ""
        anchors.right: parent.right
        width: row.controlWidth
        font: Theme.figure
        model: row.choices
        currentIndex: row.choices.indexOf(row.value)
        Accessible.name: row.label
        Accessible.description: row.locked !== "" ? row.locked : row.help
        onActivated: index => row.problem = row.settings.store(row.key, row.choices[index])
    }
    Field {
        objectName: "advanced_" + row.key
        visible: row.kind === "text"
        enabled: row.locked === ""
        anchors.right: parent.right
        width: row.controlWidth
        figures: true
        error: row.problem !== ""
        placeholderText: row.standard
        text: row.value
        Accessible.name: row.label
        Accessible.description: row.locked !== "" ? row.locked : row.help
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
