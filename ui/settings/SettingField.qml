import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// A number, a text or a path. What is out of range stays as typed, with the range below.
Row {
    id: control

    required property SettingFacts row
    readonly property string picker: row.kind === "path" ? row.settings.picker(row.key) : ""

    spacing: 4

    Field {
        id: field

        objectName: "field-" + control.row.key
        width: parent.width - (browse.visible ? browse.width + 4 : 0)
        figures: control.row.kind === "number"
        font: Theme.figure
        error: control.row.problem !== ""
        placeholderText: control.row.standard !== "" ? control.row.standard : qsTr("not set")
        text: control.row.value
        enabled: control.row.open
        Accessible.name: control.row.label
        Accessible.description: control.row.help
        Keys.onEscapePressed: event => {
            event.accepted = text !== control.row.value || control.row.problem !== "";
            control.row.problem = "";
            text = Qt.binding(() => control.row.value);
        }
        onEditingFinished: {
            if (text === control.row.value) {
                control.row.problem = "";
                return;
            }
            control.row.store(text);
            if (control.row.problem === "")
                text = Qt.binding(() => control.row.value);
        }
    }
    IconButton {
        id: browse

        objectName: "browse-" + control.row.key
        visible: control.picker !== "" && control.row.open
        anchors.verticalCenter: parent.verticalCenter
        iconName: control.picker === "file" ? "file" : "folder"
        text: qsTr("Browse")
        Accessible.description: control.row.label
        onClicked: control.row.fileWanted(control.row.key, control.picker)
    }
}
