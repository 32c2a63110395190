import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// Requests: running ones first, then those that ended.
Item {
    id: table

    required property ServerModel server
    readonly property bool roomy: width > 760

    component Head: Label {
        height: 32
        font: Theme.captionMedium
        color: Theme.textMuted
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
    }
    Rectangle {
        id: heads

        anchors.top: header.bottom
        width: parent.width
        height: 32
        color: Theme.surfaceSunken

        Head {
            x: 24
            text: qsTr("Time")
        }
        Head {
            x: 112
            text: qsTr("Client")
        }
        Head {
            visible: table.roomy
            x: 252
            text: qsTr("Endpoint")
        }
        Head {
            x: table.roomy ? 392 : 200
            width: 66
            horizontalAlignment: Text.AlignRight
            text: qsTr("Prompt")
        }
        Head {
            x: table.roomy ? 462 : 266
            width: 80
            horizontalAlignment: Text.AlignRight
            text: qsTr("Generated")
        }
        Head {
            x: table.roomy ? 566 : 366
            text: qsTr("State")
        }
        Head {
            visible: table.roomy
            anchors.right: parent.right
            anchors.rightMargin: 126
            text: qsTr("tok/s")
        }
        Head {
            anchors.right: parent.right
            anchors.rightMargin: 56
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
        T.ScrollBar.vertical: ScrollBar {}
        delegate: RequestRow {
            width: ListView.view.width
            roomy: table.roomy
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
