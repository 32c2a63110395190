import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// One sampling parameter: label, field, slider; marked and resettable when it differs from its default.
Item {
    id: row

    required property int index
    required property string key
    required property string label
    required property string help
    required property double value
    required property string valueText
    required property double minimum
    required property double maximum
    required property double step
    required property double origin
    required property bool changed
    required property ParameterModel parameters
    property string problem: ""

    implicitHeight: problem !== "" ? 66 : 50

    Rectangle {
        visible: row.changed
        width: 6
        height: 6
        radius: 3
        y: 11
        color: Theme.accent
    }
    Label {
        x: row.changed ? 12 : 0
        height: 28
        text: row.label
        font: Theme.smallMedium

        HoverHandler {
            id: labelHover
        }
        ToolTip {
            visible: labelHover.hovered
            text: row.help
        }
    }
    IconButton {
        visible: row.changed
        anchors.right: field.left
        anchors.rightMargin: 4
        iconName: "undo"
        iconSize: 14
        text: qsTr("Back to the default")
        onClicked: row.parameters.reset(row.index)
    }
    Field {
        id: field

        objectName: "parameter_" + row.key
        anchors.right: parent.right
        y: 2
        width: 64
        implicitHeight: 24
        compact: true
        figures: true
        error: row.problem !== ""
        text: row.valueText
        onEditingFinished: {
            if (text === row.valueText) {
                row.problem = "";
                return;
            }
            row.problem = row.parameters.setText(row.index, text);
            if (row.problem === "")
                text = Qt.binding(() => row.valueText);
        }
        Accessible.name: row.label
    }
    Slider {
        y: 28
        width: parent.width
        from: row.minimum
        to: row.maximum
        stepSize: row.step
        value: row.value
        changed: row.changed
        origin: row.origin
        onMoved: {
            row.problem = "";
            row.parameters.setValue(row.index, value);
            field.text = Qt.binding(() => row.valueText);
        }
        Accessible.name: row.label
    }
    Label {
        visible: row.problem !== ""
        y: 48
        text: row.problem
        font: Theme.caption
        color: Theme.danger
    }
}
