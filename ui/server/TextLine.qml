import QtQuick
import Hearth.Controls
import Hearth.Server

/// A setting that is typed. What cannot be stays as typed, with the reason below.
SettingLine {
    id: line

    required property ServerModel server
    required property string key
    required property string value
    property string placeholder: ""
    property bool figures: false
    property real fieldWidth: 200
    readonly property string locked: server.lockedBy(key)

    help: locked

    Field {
        id: field

        objectName: line.key + "Field"
        width: line.fieldWidth
        figures: line.figures
        enabled: line.locked === ""
        error: line.problem !== ""
        text: line.value
        placeholderText: line.placeholder
        Accessible.name: line.label
        Accessible.description: line.problem !== "" ? line.problem : line.help
        Keys.onEscapePressed: {
            line.problem = "";
            text = Qt.binding(() => line.value);
        }
        onEditingFinished: {
            line.problem = line.server.setText(line.key, text);
            if (line.problem === "")
                text = Qt.binding(() => line.value);
        }
    }
}
