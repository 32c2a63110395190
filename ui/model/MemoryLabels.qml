import QtQuick
import Hearth.Model

/// The labels beside a standing memory bar, each as near to its part as the others let it.
Item {
    id: labels

    required property ModelPageModel page
    required property MemoryBar bar
    required property planFacts facts
    required property planFacts planned
    required property bool measured
    required property bool loading
    required property real landedBytes
    readonly property string hoveredPart: free.hovered ? "free" : reserve.hovered ? "reserve" : work.hovered ? "work" : kv.hovered ? "kv" : weights.hovered ? "weights" : other.hovered ? "other" : ""
    readonly property var places: settle([bar.freeCentre, bar.reserveCentre, bar.workCentre, bar.kvCentre, bar.weightsCentre, bar.otherCentre], [free.height, reserve.visible ? reserve.height : -6, work.height, kv.height, weights.height, other.height])

    function tokens(count: real): string {
        return Number(count).toLocaleString(Qt.locale(), "f", 0);
    }
    /// From places along the bar (its beginning below) to middles from above that never come closer than the labels
    /// are high.
    function settle(wanted: var, heights: var): var {
        const gap = 6;
        const end = bar.height;
        const at = wanted.map(place => end - 1 - place);
        let floor = 0;
        for (let i = 0; i < at.length; ++i) {
            at[i] = Math.max(at[i], floor + heights[i] / 2);
            floor = at[i] + heights[i] / 2 + gap;
        }
        let ceiling = end;
        for (let i = at.length - 1; i >= 0; --i) {
            at[i] = Math.min(at[i], ceiling - heights[i] / 2);
            ceiling = at[i] - heights[i] / 2 - gap;
        }
        return at;
    }
    function difference(now: real, plan: real): string {
        if (!measured || !planned.known)
            return "";
        const apart = now - plan;
        if (Math.abs(apart) < 5e5)
            return qsTr("as planned");
        return apart > 0 ? qsTr("%1 more than planned").arg(page.bytes(apart)) : qsTr("%1 less than planned").arg(page.bytes(-apart));
    }
    function level(along: real): real {
        return bar.height - 1 - along;
    }

    MemoryLabel {
        id: free

        width: parent.width
        part: "free"
        name: qsTr("Free")
        figure: labels.page.gigabytes(labels.facts.free)
        help: labels.measured ? qsTr("planned %1").arg(labels.page.gigabytes(labels.planned.free)) : labels.loading ? "" : labels.facts.largest > 0 ? qsTr("up to the mark: %1 tokens").arg(labels.tokens(labels.facts.largest)) : ""
        bytes: labels.facts.free
        total: labels.facts.total
        visible: labels.facts.missing <= 0
        target: labels.level(labels.bar.freeCentre)
        place: labels.places[0]
    }
    MemoryLabel {
        id: reserve

        visible: labels.facts.reserve > 0
        width: parent.width
        part: "reserve"
        name: qsTr("Reserve")
        figure: labels.page.gigabytes(labels.facts.reserve)
        help: labels.facts.device === "cpu" ? qsTr("kept for everything else") : qsTr("GPU memory share %1").arg(labels.page.memoryShare)
        muted: true
        bytes: labels.facts.reserve
        total: labels.facts.total
        pointed: labels.bar.hoveredPart === part
        target: labels.level(labels.bar.reserveCentre)
        place: labels.places[1]
    }
    MemoryLabel {
        id: work

        width: parent.width
        part: "work"
        name: qsTr("Activations, workspace")
        figure: labels.page.gigabytes(labels.facts.work)
        help: labels.difference(labels.facts.work, labels.planned.work)
        bytes: labels.facts.work
        total: labels.facts.total
        pointed: labels.bar.hoveredPart === part
        target: labels.level(labels.bar.workCentre)
        place: labels.places[2]
    }
    MemoryLabel {
        id: kv

        width: parent.width
        part: "kv"
        name: qsTr("KV cache")
        figure: labels.page.gigabytes(labels.facts.kv)
        help: labels.measured ? labels.difference(labels.facts.kv, labels.planned.kv)
            : labels.loading ? qsTr("next")
            : labels.facts.kv > labels.facts.kvContext * 1.01 ? qsTr("%1 tokens, room for %2; drag the edge").arg(labels.tokens(labels.facts.context)).arg(labels.tokens(labels.facts.room))
            : qsTr("%1 tokens; drag the edge").arg(labels.tokens(labels.facts.context))
        bytes: labels.facts.kv
        total: labels.facts.total
        pointed: labels.bar.hoveredPart === part
        target: labels.level(labels.bar.kvCentre)
        place: labels.places[3]
    }
    MemoryLabel {
        id: weights

        width: parent.width
        part: "weights"
        name: qsTr("Weights")
        figure: labels.page.gigabytes(labels.facts.weights)
        help: labels.loading ? qsTr("%1 landed").arg(labels.page.bytes(labels.landedBytes))
            : labels.measured ? labels.difference(labels.facts.weights, labels.planned.weights)
            : labels.page.quantizations.chosen > 0 ? qsTr("quantised while loading, from %1").arg(labels.page.trainedType) : labels.page.trainedType
        bytes: labels.facts.weights
        total: labels.facts.total
        pointed: labels.bar.hoveredPart === part
        target: labels.level(labels.bar.weightsCentre)
        place: labels.places[4]
    }
    MemoryLabel {
        id: other

        width: parent.width
        part: "other"
        name: qsTr("Other programs")
        figure: labels.page.gigabytes(labels.facts.other)
        muted: true
        bytes: labels.facts.other
        total: labels.facts.total
        pointed: labels.bar.hoveredPart === part
        target: labels.level(labels.bar.otherCentre)
        place: labels.places[5]
    }
}
