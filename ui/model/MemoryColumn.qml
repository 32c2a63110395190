import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// The plan for the device, drawn; after a load what was measured, and the difference.
Item {
    id: column

    required property ModelPageModel page
    property bool horizontal: false
    readonly property bool measured: page.isLoadedOne && page.state === "ready" && page.measured.known
    readonly property bool loading: page.isLoadedOne && page.state === "loading"
    readonly property planFacts facts: measured ? page.measured : page.plan
    readonly property planFacts planned: page.plan

    readonly property real landed: !loading ? 1 : page.bytesTotal > 0 ? page.bytesDone / page.bytesTotal : 0
    readonly property real landedBytes: landed * facts.weights

    function difference(now: real, plan: real): string {
        if (!measured || !planned.known)
            return "";
        const apart = now - plan;
        if (Math.abs(apart) < 5e5)
            return qsTr("as planned");
        return apart > 0 ? qsTr("%1 more than planned").arg(page.bytes(apart)) : qsTr("%1 less than planned").arg(page.bytes(-apart));
    }

    implicitHeight: horizontal ? 126 : 520

    Row {
        id: head

        width: parent.width
        height: 24
        spacing: 8

        Icon {
            anchors.verticalCenter: parent.verticalCenter
            icon: "cpu"
            size: 18
        }
        Label {
            width: parent.width - total.width - 34
            height: parent.height
            text: qsTr("This computer’s memory")
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
    Item {
        id: figures

        y: 32
        width: parent.width
        height: 48

        Label {
            text: column.loading ? qsTr("In memory now") : column.measured ? qsTr("Hearth uses, measured") : column.facts.known && !column.facts.fits ? qsTr("Hearth would use") : qsTr("Hearth will use")
            font: Theme.small
            color: Theme.textMuted
        }
        Row {
            y: 18
            spacing: 5

            Figure {
                text: column.loading ? column.page.gigabytes(column.landedBytes) : column.facts.known ? column.page.gigabytes(column.facts.needed) : "–"
                font: Theme.figureBig
            }
            Label {
                anchors.baseline: parent.children[0].baseline
                text: qsTr("GB")
                font: Theme.small
                color: Theme.textMuted
            }
        }
        Label {
            anchors.right: parent.right
            text: column.loading ? qsTr("Still to come") : column.facts.missing > 0 ? qsTr("Over by") : qsTr("Stays free")
            font: Theme.small
            color: column.facts.missing > 0 ? Theme.danger : Theme.textMuted
        }
        Row {
            anchors.right: parent.right
            y: 18
            spacing: 5

            Figure {
                text: !column.facts.known ? "–" : column.page.gigabytes(column.loading ? column.facts.needed - column.landedBytes : column.facts.missing > 0 ? column.facts.missing : column.facts.free)
                font: Theme.figureBig
                color: column.facts.missing > 0 ? Theme.danger : Theme.text
            }
            Label {
                anchors.baseline: parent.children[0].baseline
                text: qsTr("GB")
                font: Theme.small
                color: column.facts.missing > 0 ? Theme.danger : Theme.textMuted
            }
        }
    }
    MemoryBar {
        id: bar

        objectName: "memoryBar"
        y: 92
        x: column.horizontal ? 0 : 4
        width: column.horizontal ? parent.width : 56
        height: column.horizontal ? 20 : Math.max(200, parent.height - 96)
        vertical: !column.horizontal
        plan: column.facts
        loading: column.loading
        landed: column.landed
    }
    Column {
        visible: !column.horizontal && column.facts.known
        x: 84
        y: 92
        width: parent.width - 84
        spacing: 6

        MemoryLegend {
            width: parent.width
            label: qsTr("Free")
            help: column.facts.largest > 0 ? qsTr("up to %1 tokens would fit").arg(Number(column.facts.largest).toLocaleString(Qt.locale(), "f", 0)) : ""
            figure: column.page.gigabytes(column.facts.free)
            fill: Theme.memFree
        }
        MemoryLegend {
            width: parent.width
            visible: column.facts.reserve > 0
            label: qsTr("Reserve")
            figure: column.page.gigabytes(column.facts.reserve)
            hatch: Theme.memReserve
            muted: true
        }
        MemoryLegend {
            width: parent.width
            label: qsTr("Activations, workspace")
            help: column.difference(column.facts.work, column.planned.work)
            figure: column.page.gigabytes(column.facts.work)
            fill: Theme.memWork
        }
        MemoryLegend {
            width: parent.width
            label: qsTr("KV cache")
            help: column.measured ? column.difference(column.facts.kv, column.planned.kv) : qsTr("room for %1 tokens, %2 each").arg(Number(column.planned.room).toLocaleString(Qt.locale(), "f", 0)).arg(column.page.bytes(column.planned.perToken))
            figure: column.page.gigabytes(column.facts.kv)
            fill: Theme.memKv
        }
        MemoryLegend {
            width: parent.width
            label: qsTr("Weights")
            help: column.loading && column.page.bytesTotal > 0 ? qsTr("%1 landed").arg(column.page.bytes(column.landedBytes))
                                                             : column.difference(column.facts.weights, column.planned.weights)
            figure: column.page.gigabytes(column.facts.weights)
            fill: Theme.memWeights
        }
        MemoryLegend {
            width: parent.width
            label: qsTr("Other programs")
            figure: column.page.gigabytes(column.facts.other)
            fill: Theme.memOtherFill
            hatch: Theme.memOther
            muted: true
        }
    }
}
