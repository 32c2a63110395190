import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Monitor

/// What GPU, engine and computer do now, and over the last minutes; only what is really measured.
FocusScope {
    id: view

    required property MonitorModel model
    /// In view: otherwise nothing here changes.
    property bool shown: true
    readonly property bool wide: width >= 1044
    readonly property bool middle: width >= 704

    objectName: "monitorPage"

    Binding {
        target: view.model
        property: "active"
        value: view.shown
    }
    PageHeader {
        id: header

        width: parent.width

        Label {
            x: Theme.pagePadding
            height: parent.height
            text: qsTr("Monitor")
            font: Theme.heading
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: Theme.pagePadding
            anchors.verticalCenter: parent.verticalCenter
            spacing: 12

            Segmented {
                objectName: "monitorRange"
                options: [qsTr("1 min"), qsTr("5 min"), qsTr("30 min")]
                current: view.model.range
                onChosen: index => view.model.range = index
            }
            Button {
                objectName: "monitorPause"
                iconName: view.model.paused ? "play" : "pause"
                text: view.model.paused ? qsTr("Go on") : qsTr("Pause")
                onClicked: view.model.paused = !view.model.paused
            }
            Button {
                id: copy

                property bool done: false

                objectName: "monitorCopy"
                iconName: done ? "check" : "copy"
                text: view.middle ? qsTr("Copy numbers") : qsTr("Copy")
                onClicked: {
                    view.model.copyNumbers();
                    done = true;
                    copied.restart();
                }

                Timer {
                    id: copied

                    interval: 1200
                    onTriggered: copy.done = false
                }
            }
        }
    }
    Flickable {
        id: scroller

        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        contentHeight: column.implicitHeight + 40
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        FollowFocus {
            view: scroller
        }
        ColumnLayout {
            id: column

            x: view.middle ? Theme.pagePadding : 16
            y: 18
            width: scroller.width - 2 * x
            spacing: 12

            SectionHead {
                objectName: "gpuAbsence"
                visible: view.model.gpus.length === 0
                iconName: "gpu"
                title: qsTr("GPU")
                facts: view.model.gpuAbsence
                remark: view.model.cost
            }
            Repeater {
                model: view.model.gpus

                ColumnLayout {
                    id: gpu

                    required property int index
                    required property GpuCharts modelData

                    Layout.fillWidth: true
                    spacing: 12

                    SectionHead {
                        iconName: "gpu"
                        title: gpu.modelData.name
                        facts: gpu.modelData.driver
                        remark: gpu.index === 0 ? view.model.cost : ""
                    }
                    GridLayout {
                        Layout.fillWidth: true
                        columns: view.wide ? 5 : view.middle ? 2 : 1
                        columnSpacing: 12
                        rowSpacing: 12

                        ChartCard {
                            Layout.fillWidth: true
                            Layout.preferredWidth: 1
                            title: qsTr("Memory")
                            chart: gpu.modelData.memory
                        }
                        ChartCard {
                            Layout.fillWidth: true
                            Layout.preferredWidth: 1
                            visible: chart.known
                            title: qsTr("Utilisation")
                            chart: gpu.modelData.utilisation
                        }
                        ChartCard {
                            Layout.fillWidth: true
                            Layout.preferredWidth: 1
                            visible: chart.known
                            title: qsTr("Temperature")
                            chart: gpu.modelData.temperature
                        }
                        ChartCard {
                            Layout.fillWidth: true
                            Layout.preferredWidth: 1
                            visible: chart.known
                            title: qsTr("Power")
                            chart: gpu.modelData.power
                        }
                        ChartCard {
                            Layout.fillWidth: true
                            Layout.preferredWidth: 1
                            visible: chart.known
                            title: qsTr("Memory clock")
                            chart: gpu.modelData.memoryClock
                        }
                    }
                }
            }
            SectionHead {
                Layout.topMargin: 8
                iconName: "bolt"
                title: qsTr("Engine")
                facts: view.model.engineLine
            }
            DeviceMemoryCard {
                objectName: "deviceMemory"
                Layout.fillWidth: true
                visible: view.model.engineThere && facts.known
                model: view.model
            }
            GridLayout {
                Layout.fillWidth: true
                visible: view.model.engineThere
                columns: view.wide ? 3 : view.middle ? 2 : 1
                columnSpacing: 12
                rowSpacing: 12

                ChartCard {
                    objectName: "chartGenerated"
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    title: qsTr("Generated, all requests")
                    chart: view.model.generated
                    ink: Theme.accent
                }
                ChartCard {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    title: qsTr("Requests in the batch")
                    chart: view.model.batch
                    ink: Theme.accent
                }
                ChartCard {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    title: qsTr("KV blocks used")
                    chart: view.model.blocks
                    ink: Theme.accent
                }
            }
            GridLayout {
                Layout.fillWidth: true
                visible: view.model.engineThere
                columns: view.wide ? 6 : view.middle ? 3 : 2
                columnSpacing: 12
                rowSpacing: 12

                Repeater {
                    model: view.model.engineThere ? 6 : 0

                    FigureCard {
                        required property int index
                        readonly property var row: view.model.figures[index]

                        Layout.fillWidth: true
                        Layout.preferredWidth: 1
                        title: row ? row.title : ""
                        figure: row ? row.figure : ""
                        unit: row ? row.unit : ""
                    }
                }
            }
            SectionHead {
                Layout.topMargin: 8
                iconName: "cpu"
                title: qsTr("Computer")
                facts: view.model.computerLine
            }
            GridLayout {
                Layout.fillWidth: true
                columns: view.middle ? 2 : 1
                columnSpacing: 12
                rowSpacing: 12

                ComputerCard {
                    objectName: "chartCpu"
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    title: qsTr("CPU")
                    chart: view.model.cpu
                }
                ComputerCard {
                    Layout.fillWidth: true
                    Layout.preferredWidth: 1
                    title: qsTr("Memory")
                    chart: view.model.memory
                }
            }
        }
    }
}
