import QtQuick
import Hearth.Theme
import Hearth.Model

/// The dashed line across a memory bar where the KV cache of the largest context that fits would end.
Item {
    id: mark

    required property MemoryBar bar
    readonly property real place: bar.kvFrom + bar.plan.largest * bar.plan.perToken * bar.density

    visible: bar.plan.known && bar.plan.largest > 0 && bar.plan.perToken > 0
    x: bar.vertical ? bar.x - 5 : bar.x + 1 + place
    y: bar.vertical ? bar.y + bar.height - 1 - place : bar.y - 5
    width: bar.vertical ? bar.width + 10 : 1.5
    height: bar.vertical ? 1.5 : bar.height + 10

    Repeater {
        model: Math.floor((mark.bar.vertical ? mark.width : mark.height) / 5)

        Rectangle {
            required property int index

            x: mark.bar.vertical ? index * 5 : 0
            y: mark.bar.vertical ? 0 : index * 5
            width: mark.bar.vertical ? 3 : 1.5
            height: mark.bar.vertical ? 1.5 : 3
            color: Theme.text
        }
    }
}
