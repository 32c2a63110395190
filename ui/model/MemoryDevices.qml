import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Bars of several devices side by side, with one table as their legend; the handle of the first moves them all.
Item {
    id: devices

    required property ModelPageModel page
    readonly property var plans: page.devicePlans
    readonly property int count: plans.length
    readonly property real barWidth: Math.max(12, Math.min(40, 140 / Math.max(1, count) - 12))
    readonly property bool inColumns: count <= 3
    /// Figures of the table: one a device, or their sum where there is no room.
    readonly property var columns: inColumns ? plans : [page.plan]
    property string pointed: ""

    function shortName(name: string): string {
        return name.startsWith("cuda:") ? qsTr("GPU %1").arg(name.slice(5)) : name;
    }

    component Bar: MemoryBar {
        id: one

        property int number: 0

        objectName: "memoryBar" + number
        x: 20 + number * (devices.barWidth + 12)
        y: 22
        width: devices.barWidth
        height: devices.height - 22
        animated: !handle.dragging && !handle.activeFocus
        pointed: devices.pointed
        clip: false
        Accessible.name: qsTr("Memory plan of %1").arg(devices.shortName(plan.device))

        Label {
            y: -22
            width: parent.width
            height: 16
            horizontalAlignment: Text.AlignHCenter
            text: devices.inColumns ? devices.shortName(one.plan.device) : one.number
            font: Theme.caption
            color: Theme.textMuted
        }
    }

    Bar {
        id: first

        plan: devices.plans[0]
    }
    Repeater {
        model: devices.plans.slice(1)

        Bar {
            required property int index
            required property var modelData

            number: index + 1
            plan: modelData
        }
    }
    MemoryMark {
        visible: devices.page.plan.largest > 0
        bar: first
    }
    MemoryHandle {
        id: handle

        objectName: "memoryHandle"
        visible: devices.page.plan.perToken > 0 && devices.page.contextLocked === ""
        bar: first
        page: devices.page
    }
    Column {
        x: 26 + devices.count * (devices.barWidth + 12)
        y: 0
        width: devices.width - x

        Row {
            anchors.right: parent.right
            height: 22

            Repeater {
                model: devices.inColumns ? devices.plans : []

                Label {
                    required property var modelData

                    width: 46
                    horizontalAlignment: Text.AlignRight
                    text: devices.shortName(modelData.device)
                    font: Theme.caption
                    color: Theme.textMuted
                }
            }
        }
        Repeater {
            model: [["free", qsTr("Free"), Theme.memFree, "transparent"], ["reserve", qsTr("Reserve"), "transparent", Theme.memReserve],
                    ["work", qsTr("Workspace"), Theme.memWork, "transparent"], ["kv", qsTr("KV cache"), Theme.memKv, "transparent"],
                    ["weights", qsTr("Weights"), Theme.memWeights, "transparent"], ["other", qsTr("Other"), Theme.memOtherFill, Theme.memOther]]

            Item {
                id: line

                required property var modelData

                width: parent ? parent.width : 0
                height: 32
                Accessible.role: Accessible.StaticText
                Accessible.name: modelData[1] + ": " + devices.columns.map(plan => devices.page.bytes(plan[modelData[0]])).join(", ")

                Hairline {
                    width: parent.width
                }
                HoverHandler {
                    onHoveredChanged: devices.pointed = hovered ? line.modelData[0] : ""
                }
                MemoryKey {
                    anchors.verticalCenter: parent.verticalCenter
                    label: line.modelData[1]
                    figure: ""
                    fill: line.modelData[2]
                    hatch: line.modelData[3]
                }
                Row {
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter

                    Repeater {
                        model: devices.columns

                        Figure {
                            required property var modelData

                            width: devices.inColumns ? 46 : 60
                            horizontalAlignment: Text.AlignRight
                            text: devices.page.gigabytes(modelData[line.modelData[0]])
                        }
                    }
                }
            }
        }
        Hairline {
            width: parent.width
        }
        Label {
            width: parent.width
            topPadding: 10
            text: qsTr("The KV cache holds %1 tokens. Drag its edge for more or less.").arg(Number(devices.page.context).toLocaleString(Qt.locale(), "f", 0))
            font: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
}
