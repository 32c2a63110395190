import QtQuick
import Hearth.Theme

/// A shortcut as the keys that are pressed together: "Ctrl+Shift+N".
Row {
    id: control

    required property string keys
    /// The parts; a plus that is itself a key ends the text.
    readonly property var parts: keys.endsWith("++") ? [keys.slice(0, -2), "+"] : keys.split("+")

    spacing: 3
    Accessible.role: Accessible.StaticText
    Accessible.name: keys

    Repeater {
        model: control.parts

        Rectangle {
            id: cap

            required property string modelData

            width: Math.max(18, label.implicitWidth + 10)
            height: 18
            radius: Theme.radiusSmall
            color: Theme.surfaceRaised
            border.width: 1
            border.color: Theme.borderStrong

            Label {
                id: label

                anchors.centerIn: parent
                text: cap.modelData
                font: Theme.caption
                color: Theme.text
            }
        }
    }
}
