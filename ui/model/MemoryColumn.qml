import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// The plan for the device, drawn; its KV edge can be dragged. After a load what was measured, and the difference.
Item {
    id: column

    required property ModelPageModel page
    property bool horizontal: false
    readonly property bool measured: page.isLoadedOne && page.state === "ready" && page.measured.known
    readonly property bool loading: page.isLoadedOne && page.state === "loading"
    readonly property planFacts facts: measured ? page.measured : page.plan
    readonly property planFacts planned: measured ? page.loadPlan : page.plan
    /// Several devices: a bar each. What was measured, and what loads, is of all together.
    readonly property bool several: !horizontal && !measured && !loading && page.devicePlans.length > 1
    readonly property bool onGpu: facts.known && facts.device !== "cpu"
    /// What rounds to nothing is as planned.
    readonly property bool offPlan: measured && planned.known && Math.abs(apart) >= 5e6
    readonly property real apart: measured && planned.known ? facts.needed - planned.needed : 0
    readonly property real landed: !loading ? 1 : page.bytesTotal > 0 ? page.bytesDone / page.bytesTotal : 0
    readonly property real landedBytes: landed * facts.weights

    implicitHeight: horizontal ? 132 + keys.height : 520

    Row {
        id: head

        width: parent.width
        height: 24
        spacing: 8

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            icon: column.onGpu ? "gpu" : "memory"
            size: 18
        }
        Label {
            width: parent.width - total.width - 34
            height: parent.height
            text: column.several ? qsTr("%1 GPUs").arg(column.page.devicePlans.length) : column.onGpu ? column.facts.device : qsTr("This computer’s memory")
            font: Theme.bodyStrong
        }
        Figure {
            id: total

            height: parent.height
            text: column.facts.known ? column.page.bytes(column.facts.total) : ""
            font: Theme.figureCaption
            color: Theme.textMuted
        }
    }
    MemoryFigures {
        y: 32
        width: parent.width
        alarming: column.facts.missing > 0
        leftLabel: column.loading ? qsTr("In memory now") : column.measured ? qsTr("Hearth uses, measured") : column.facts.known && !column.facts.fits ? qsTr("Hearth would use") : qsTr("Hearth will use")
        leftFigure: column.loading ? column.page.gigabytes(column.landedBytes) : column.facts.known ? column.page.gigabytes(column.facts.needed) : "–"
        rightLabel: column.loading ? qsTr("Still to come") : column.facts.missing > 0 ? qsTr("Over by") : column.offPlan ? (column.apart > 0 ? qsTr("More than planned") : qsTr("Less than planned")) : qsTr("Stays free")
        rightFigure: !column.facts.known ? "–" : column.page.gigabytes(column.loading ? column.facts.needed - column.landedBytes : column.facts.missing > 0 ? column.facts.missing : column.offPlan ? Math.abs(column.apart) : column.facts.free)
    }
    Loader {
        objectName: "memoryDevices"
        active: column.several
        visible: active
        y: 92
        width: parent.width
        height: bar.height
        sourceComponent: MemoryDevices {
            page: column.page
        }
    }
    MemoryBar {
        id: bar

        visible: !column.several
        objectName: "memoryBar"
        y: 92 + (column.horizontal ? 12 : 0)
        x: column.horizontal ? 0 : 20
        width: column.horizontal ? parent.width : 56
        height: column.horizontal ? 20 : Math.max(200, parent.height - 96 - (host.visible ? host.height + 16 : 0))
        vertical: !column.horizontal
        plan: column.facts
        loading: column.loading
        landed: column.landed
        animated: !handle.dragging && !handle.activeFocus
        pointed: labels.hoveredPart
    }
    MemoryMark {
        visible: !column.several && !column.measured && !column.loading && bar.plan.largest > 0 && bar.plan.perToken > 0
        bar: bar
    }
    MemoryHandle {
        id: handle

        objectName: "memoryHandle"
        visible: !column.several && !column.measured && !column.loading && bar.plan.known && bar.plan.perToken > 0 && column.page.contextLocked === ""
        bar: bar
        page: column.page
    }
    MemoryLabels {
        id: labels

        objectName: "memoryLabels"
        visible: !column.several && !column.horizontal && column.facts.known
        x: bar.x + bar.width + 6
        y: bar.y
        width: parent.width - x
        height: bar.height
        page: column.page
        bar: bar
        facts: column.facts
        planned: column.planned
        measured: column.measured
        loading: column.loading
        landedBytes: column.landedBytes
    }
    Flow {
        id: keys

        visible: column.horizontal && column.facts.known
        y: bar.y + bar.height + 10
        width: parent.width
        spacing: 16

        MemoryKey {
            label: qsTr("Other programs")
            figure: column.page.gigabytes(column.facts.other)
            fill: Theme.memOtherFill
            hatch: Theme.memOther
        }
        MemoryKey {
            label: qsTr("Weights")
            figure: column.page.gigabytes(column.facts.weights)
            fill: Theme.memWeights
        }
        MemoryKey {
            label: qsTr("KV cache")
            figure: column.page.gigabytes(column.facts.kv)
            fill: Theme.memKv
        }
        MemoryKey {
            label: qsTr("Workspace")
            figure: column.page.gigabytes(column.facts.work)
            fill: Theme.memWork
        }
        MemoryKey {
            label: qsTr("Reserve")
            visible: column.facts.reserve > 0
            figure: column.page.gigabytes(column.facts.reserve)
            hatch: Theme.memReserve
        }
        MemoryKey {
            label: qsTr("Free")
            figure: column.page.gigabytes(column.facts.free)
            fill: Theme.memFree
        }
    }
    HostMemory {
        id: host

        objectName: "hostMemory"
        visible: column.onGpu && !column.horizontal && column.page.hostTotal > 0
        width: parent.width
        anchors.bottom: parent.bottom
        page: column.page
    }
}
