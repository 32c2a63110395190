import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// Requests: running ones first, then those that ended. Enter looks closely, Delete cancels.
Item {
    id: table

    required property ServerModel server
    readonly property RequestColumns columns: RequestColumns {
        width: table.width
    }
    signal inspectWanted(double requestId)

    component Head: Label {
        height: 32
        font: Theme.captionMedium
        color: Theme.textMuted
    }
    component NumberHead: Head {
        width: 80
        horizontalAlignment: Text.AlignRight
    }

    PageHeader {
        id: header

        width: parent.width

        Row {
            x: 24
            height: parent.height
            spacing: 10

            Label {
                height: parent.height
                text: qsTr("Requests")
                font: Theme.heading
                Accessible.role: Accessible.Heading
                Accessible.name: text
            }
            Chip {
                anchors.verticalCenter: parent.verticalCenter
                visible: table.server.requests.running > 0
                tone: "busy"
                text: qsTr("%1 running").arg(table.server.requests.running)
            }
            Chip {
                anchors.verticalCenter: parent.verticalCenter
                visible: table.server.requests.waiting > 0
                text: qsTr("%1 waiting").arg(table.server.requests.waiting)
            }
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: 16
            height: parent.height
            spacing: 12

            Row {
                height: parent.height
                spacing: 4
                visible: table.server.requests.togetherSpeed !== "" && table.columns.speedShown

                Figure {
                    height: parent.height
                    text: table.server.requests.togetherSpeed
                }
                Label {
                    height: parent.height
                    text: qsTr("tok/s together")
                    font: Theme.small
                    color: Theme.textMuted
                }
            }
            Row {
                height: parent.height
                spacing: 8

                Label {
                    height: parent.height
                    text: qsTr("Record")
                    font: Theme.small
                    color: table.server.recording ? Theme.accent : Theme.textMuted
                }
                Switch {
                    id: recordSwitch

                    objectName: "recordSwitch"
                    anchors.verticalCenter: parent.verticalCenter
                    checked: table.server.recording
                    Accessible.name: qsTr("Record prompts and answers of new requests")
                    Accessible.description: table.server.recordingWords
                    onToggled: {
                        table.server.recording = checked;
                        checked = Qt.binding(() => table.server.recording);
                    }

                    ToolTip {
                        visible: recordSwitch.hovered
                        text: qsTr("Keeps prompts and answers in memory, to look at them")
                    }
                }
            }
            Button {
                objectName: "clearFinished"
                anchors.verticalCenter: parent.verticalCenter
                role: "quiet"
                compact: true
                text: qsTr("Clear finished")
                enabled: table.server.requests.count > table.server.requests.running + table.server.requests.waiting
                onClicked: table.server.clearFinished()
            }
        }
    }
    Rectangle {
        id: heads

        anchors.top: header.bottom
        width: parent.width
        height: 32
        color: Theme.surfaceSunken

        Head {
            x: table.columns.time
            text: qsTr("Time")
        }
        Head {
            x: table.columns.client
            text: qsTr("Client")
        }
        Head {
            visible: table.columns.modelShown
            x: table.columns.model
            text: qsTr("Model")
        }
        Head {
            visible: table.columns.endpointShown
            x: table.columns.endpoint
            text: qsTr("Endpoint")
        }
        NumberHead {
            x: table.columns.promptEnd - width
            text: qsTr("Prompt")
        }
        NumberHead {
            x: table.columns.generatedEnd - width
            text: qsTr("Generated")
        }
        Head {
            x: table.columns.state
            text: qsTr("State")
        }
        NumberHead {
            visible: table.columns.speedShown
            x: table.columns.speedEnd - width
            text: qsTr("tok/s")
        }
        NumberHead {
            x: table.columns.durationEnd - width
            text: qsTr("Duration")
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    ListView {
        id: list

        objectName: "requestList"
        anchors.top: heads.bottom
        anchors.bottom: parent.bottom
        width: parent.width
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: table.server.requests
        activeFocusOnTab: count > 0
        keyNavigationEnabled: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Requests")
        onActiveFocusChanged: if (activeFocus && currentIndex < 0 && count > 0)
            currentIndex = 0
        Keys.onReturnPressed: (currentItem as RequestRow)?.clicked()
        Keys.onEnterPressed: (currentItem as RequestRow)?.clicked()
        Keys.onSpacePressed: (currentItem as RequestRow)?.clicked()
        Keys.onDeletePressed: (currentItem as RequestRow)?.cancelIfLive()
        T.ScrollBar.vertical: ScrollBar {}
        delegate: RequestRow {
            width: ListView.view.width
            columns: table.columns
            chosen: ListView.isCurrentItem && ListView.view.activeFocus
            onClicked: {
                list.currentIndex = index;
                table.inspectWanted(requestId);
            }
            onCancelWanted: table.server.cancelRequest(requestId)
        }
    }
    EmptyState {
        visible: list.count === 0
        anchors.centerIn: list
        width: parent.width - 48
        title: qsTr("No requests yet")
        help: table.server.on ? qsTr("Paste a snippet into a terminal to send the first one.") : qsTr("The server is off.")
    }
}
