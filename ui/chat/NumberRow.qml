import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A number that may be absent: label, field with what absence means, and the range when it is wrong.
Item {
    id: row

    required property string label
    required property string value
    property string placeholder: ""
    property string problem: ""
    /// Whoever listens sets `problem`: empty when the text was applied, else the range in words.
    signal applied(string text)

    implicitHeight: problem !== "" ? 50 : 34

    Rectangle {
        visible: row.value !== ""
        width: 6
        height: 6
        radius: 3
        y: 13
        color: Theme.accent
    }
    Label {
        x: row.value !== "" ? 12 : 0
        height: 32
        text: row.label
        font: Theme.smallMedium
    }
    Field {
        anchors.right: parent.right
        y: 2
        width: 140
        compact: true
        figures: true
        error: row.problem !== ""
        placeholderText: row.placeholder
        text: row.value
        onEditingFinished: {
            row.applied(text);
            if (row.problem === "")
                text = Qt.binding(() => row.value);
        }
        Accessible.name: row.label
    }
    Label {
        visible: row.problem !== ""
        anchors.right: parent.right
        y: 32
        text: row.problem
        font: Theme.caption
        color: Theme.danger
    }
}
