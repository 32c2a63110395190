import QtQuick
import Hearth.Theme
import Hearth.Controls

/// One request of the table.
Item {
    id: row

    required property double requestId
    required property string time
    required property string client
    required property string endpoint
    required property string promptTokens
    required property string generatedTokens
    required property string requestState
    required property int status
    required property string speed
    required property string seconds
    required property bool live
    required property bool roomy
    signal cancelWanted

    implicitHeight: 36

    component Cell: Label {
        height: parent ? parent.height : 0
        font: Theme.small
    }
    component Amount: Figure {
        height: parent ? parent.height : 0
        horizontalAlignment: Text.AlignRight
    }

    Rectangle {
        anchors.fill: parent
        color: hover.hovered ? Theme.hover : "transparent"
    }
    Figure {
        x: 24
        height: parent.height
        text: row.time
        color: Theme.textMuted
    }
    Cell {
        x: 112
        width: row.roomy ? 130 : 90
        text: row.client
    }
    Figure {
        visible: row.roomy
        x: 252
        width: 140
        height: parent.height
        text: row.endpoint
        color: Theme.textMuted
    }
    Amount {
        x: (row.roomy ? 392 : 200)
        width: 66
        text: row.promptTokens
    }
    Amount {
        x: (row.roomy ? 462 : 266)
        width: 80
        text: row.generatedTokens
    }
    Row {
        x: row.roomy ? 566 : 366
        height: parent.height
        spacing: 7

        Rectangle {
            visible: row.requestState === "generating" || row.requestState === "prefill"
            width: 6
            height: 6
            radius: 3
            color: Theme.accent
            anchors.verticalCenter: parent.verticalCenter
        }
        Icon {
            visible: !row.live || row.requestState === "queued"
            icon: row.requestState === "done" ? "check" : row.requestState === "queued" ? "clock" : row.requestState === "cancelled" ? "close" : "error"
            size: 14
            color: row.requestState === "done" ? Theme.success : row.requestState === "failed" ? Theme.danger : Theme.textMuted
            anchors.verticalCenter: parent.verticalCenter
        }
        Cell {
            text: row.requestState === "queued" ? qsTr("waiting") : row.requestState === "prefill" ? qsTr("reading the prompt")
                  : row.requestState === "generating" ? qsTr("generating") : row.requestState === "done" ? qsTr("finished")
                  : row.requestState === "cancelled" ? qsTr("cancelled") : row.status > 0 ? qsTr("%1 refused").arg(row.status) : qsTr("failed")
            color: row.requestState === "failed" ? Theme.danger : row.live && row.requestState !== "queued" ? Theme.text : Theme.textMuted
        }
    }
    Amount {
        visible: row.roomy
        anchors.right: secondsText.left
        width: 70
        text: row.speed
    }
    Amount {
        id: secondsText

        anchors.right: parent.right
        anchors.rightMargin: 56
        width: 70
        text: row.seconds + " s"
    }
    IconButton {
        objectName: "cancelRequest"
        visible: row.live
        anchors.right: parent.right
        anchors.rightMargin: 18
        anchors.verticalCenter: parent.verticalCenter
        iconName: "close"
        text: qsTr("Cancel this request")
        onClicked: row.cancelWanted()
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
    }
    HoverHandler {
        id: hover
    }
}
