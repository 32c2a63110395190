import QtQuick
import Hearth.Controls
import Hearth.Settings

/// A slider with the figure beside it: a size in percent or in pixels.
Row {
    id: control

    required property SettingFacts row
    readonly property bool percent: row.key === "scale"
    readonly property real value: Number(row.value)

    function shown(size: real): string {
        return percent ? Math.round(size * 100) + "%" : qsTr("%1 px").arg(size);
    }
    function take(typed: string): void {
        const figure = Number.parseFloat(typed);
        row.store(Number.isNaN(figure) ? typed : percent ? String(figure / 100) : String(figure));
    }

    spacing: 12

    Slider {
        id: slider

        objectName: "slider-" + control.row.key
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width - field.width - 12
        from: control.row.minimum
        to: control.row.maximum
        stepSize: control.percent ? 0.05 : 1
        snapMode: Slider.SnapAlways
        value: control.value
        changed: control.row.changed
        enabled: control.row.open
        Accessible.name: control.row.label
        Accessible.description: control.shown(value)
        // What it changes moves the slider itself under the pointer, so a drag of the scale counts at its end.
        onMoved: if (!pressed || !control.percent)
            control.row.store(String(Math.round(value * 100) / 100))
        onPressedChanged: if (!pressed && control.percent && Math.abs(value - control.value) > 0.001)
            control.row.store(String(Math.round(value * 100) / 100))
    }
    Field {
        id: field

        objectName: "field-" + control.row.key
        anchors.verticalCenter: parent.verticalCenter
        width: 66
        compact: true
        figures: true
        error: control.row.problem !== ""
        text: control.shown(control.percent && slider.pressed ? slider.value : control.value)
        enabled: control.row.open
        Accessible.name: control.row.label
        onEditingFinished: {
            if (text === control.shown(control.value))
                return;
            control.take(text);
            if (control.row.problem === "")
                text = Qt.binding(() => control.shown(control.percent && slider.pressed ? slider.value : control.value));
        }
    }
}
