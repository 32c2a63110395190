import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// One bar on the device's total: other programs, weights, KV cache, workspace, reserve, free. Lies unless `vertical`.
/// What has not landed yet is hatched; what does not fit stands above the limit.
Rectangle {
    id: bar

    required property planFacts plan
    property bool vertical: true
    /// 0..1 of the weights that have arrived; 1 when nothing loads.
    property real landed: 1
    property bool loading: false
    /// Off while something is dragged: a drag is simply right.
    property bool animated: true
    readonly property real span: Math.max(1, plan.total, plan.other + plan.reserve + plan.needed)
    readonly property real density: ((vertical ? height : width) - 2) / span
    readonly property real over: plan.missing > 0 ? Math.max(3, plan.missing * density) : 0

    radius: Theme.radiusSmall
    color: Theme.memFree
    border.width: 1
    border.color: Theme.borderStrong
    clip: true
    Accessible.role: Accessible.Chart
    Accessible.name: qsTr("Memory plan")

    MemorySegment {
        id: other

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        bytes: bar.plan.other
        fill: Theme.memOtherFill
        hatch: Theme.memOther
    }
    MemorySegment {
        id: weights

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        from: other.end
        bytes: bar.plan.weights
        fill: bar.loading ? Theme.surfaceRaised : Theme.memWeights
        hatch: bar.loading ? Theme.memWeights : "transparent"

        Rectangle {
            visible: bar.loading
            width: bar.vertical ? parent.width : parent.width * bar.landed
            height: bar.vertical ? parent.height * bar.landed : parent.height
            y: parent.height - height
            color: Theme.memWeights
        }
    }
    MemorySegment {
        id: kv

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        from: weights.end
        bytes: bar.plan.kv
        fill: bar.loading ? Theme.surfaceRaised : Theme.memKv
        hatch: bar.loading ? Theme.memKv : "transparent"
    }
    MemorySegment {
        id: work

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        from: kv.end
        bytes: bar.plan.work
        fill: bar.loading ? Theme.surfaceRaised : Theme.memWork
        hatch: bar.loading ? Theme.memWork : "transparent"
    }
    MemorySegment {
        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        from: work.end
        bytes: bar.plan.reserve
        hatch: Theme.memReserve
    }
    Rectangle {
        visible: bar.over > 0
        x: bar.vertical ? 1 : bar.width - 1 - bar.over
        y: 1
        width: bar.vertical ? bar.width - 2 : bar.over
        height: bar.vertical ? bar.over : bar.height - 2
        color: Theme.dangerSoft

        Hatch {
            anchors.fill: parent
            ink: Theme.danger
        }
        Rectangle {
            width: bar.vertical ? parent.width : 2
            height: bar.vertical ? 2 : parent.height
            y: bar.vertical ? parent.height - 2 : 0
            color: Theme.danger
        }
    }
}
