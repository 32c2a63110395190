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
    /// The part that a label or a legend points at.
    property string pointed: ""
    readonly property string hoveredPart: other.hovered ? "other" : weights.hovered ? "weights" : kv.hovered || more.hovered ? "kv" : work.hovered ? "work" : reserve.hovered ? "reserve" : ""
    readonly property real span: Math.max(1, plan.total, plan.other + plan.reserve + plan.needed)
    readonly property real length: (vertical ? height : width) - 2
    readonly property real density: length / span
    readonly property real over: plan.missing > 0 ? Math.max(3, plan.missing * density) : 0

    // Places along the bar, from its beginning, in pixels.
    readonly property real otherCentre: other.centre
    readonly property real weightsCentre: weights.centre
    readonly property real kvCentre: (kv.from + more.end) / 2
    readonly property real workCentre: work.centre
    readonly property real reserveCentre: reserve.centre
    readonly property real freeCentre: (reserve.end + length) / 2
    /// Where the context's part of the KV cache begins and ends.
    readonly property real kvFrom: kv.from
    readonly property real kvEdge: kv.end

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
        marked: bar.pointed === "other"
        bytes: bar.plan.other
        fill: Theme.memOtherFill
        hatch: Theme.memOther
    }
    MemorySegment {
        id: weights

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        marked: bar.pointed === "weights"
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
        marked: bar.pointed === "kv"
        from: weights.end
        bytes: bar.plan.kvContext
        fill: bar.loading ? Theme.surfaceRaised : Theme.memKv
        hatch: bar.loading ? Theme.memKv : "transparent"
    }
    // Room for more conversations than one of full length.
    MemorySegment {
        id: more

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        marked: bar.pointed === "kv"
        from: kv.end
        bytes: bar.plan.kv - bar.plan.kvContext
        fill: bar.loading ? Theme.surfaceRaised : Theme.memKv
        hatch: bar.loading ? Theme.memKv : "transparent"
    }
    MemorySegment {
        id: work

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        marked: bar.pointed === "work"
        from: more.end
        bytes: bar.plan.work
        fill: bar.loading ? Theme.surfaceRaised : Theme.memWork
        hatch: bar.loading ? Theme.memWork : "transparent"
    }
    MemorySegment {
        id: reserve

        vertical: bar.vertical
        density: bar.density
        animated: bar.animated
        marked: bar.pointed === "reserve"
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
