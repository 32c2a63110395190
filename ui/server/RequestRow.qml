import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// One request of the table. The list has the keyboard; a row shows that it is meant.
T.ItemDelegate {
    id: row

    required property int index
    required property double requestId
    required property string time
    required property string client
    required property string modelName
    required property string endpoint
    required property string promptTokens
    required property string generatedTokens
    required property string requestState
    required property string stateWords
    required property string speed
    required property string seconds
    required property bool live
    required property RequestColumns columns
    property bool chosen: false
    signal cancelWanted

    function cancelIfLive(): void {
        if (live)
            cancelWanted();
    }

    implicitHeight: 36
    hoverEnabled: true
    focusPolicy: Qt.NoFocus
    text: client
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, %2, %3: %4, prompt %5, generated %6, %7 seconds").arg(time).arg(client).arg(endpoint).arg(stateWords).arg(promptTokens !== "" ? promptTokens : "0").arg(generatedTokens !== "" ? generatedTokens : "0").arg(seconds)

    component Cell: Label {
        height: 36
        font: Theme.small
    }
    component Amount: Figure {
        width: 80
        height: 36
        horizontalAlignment: Text.AlignRight
    }

    background: Rectangle {
        color: row.down ? Theme.pressed : row.hovered ? Theme.hover : "transparent"

        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
        FocusRing {
            shown: row.chosen
            inset: true
        }
    }
    contentItem: Item {
        Figure {
            x: row.columns.time
            height: parent.height
            text: row.time
            color: Theme.textMuted
        }
        Cell {
            x: row.columns.client
            width: row.columns.clientWidth
            text: row.client
        }
        Cell {
            visible: row.columns.modelShown
            x: row.columns.model
            width: row.columns.modelWidth
            text: row.modelName
            elide: Text.ElideMiddle
            color: Theme.textMuted
        }
        Figure {
            visible: row.columns.endpointShown
            x: row.columns.endpoint
            width: row.columns.endpointWidth
            height: parent.height
            text: row.endpoint
            color: Theme.textMuted
        }
        Amount {
            x: row.columns.promptEnd - width
            text: row.promptTokens
        }
        Amount {
            x: row.columns.generatedEnd - width
            text: row.generatedTokens
        }
        Row {
            x: row.columns.state
            height: parent.height
            spacing: 7

            Rectangle {
                visible: row.live && row.requestState !== "queued"
                width: 6
                height: 6
                radius: 3
                color: Theme.accent
                anchors.verticalCenter: parent.verticalCenter
            }
            Icon {
                id: glyph

                visible: !row.live || row.requestState === "queued"
                icon: row.requestState === "done" ? "check" : row.requestState === "queued" ? "clock" : row.requestState === "cancelled" ? "close" : "error"
                size: 14
                color: row.requestState === "done" ? Theme.success : row.requestState === "failed" ? Theme.danger : Theme.textMuted
                anchors.verticalCenter: parent.verticalCenter
            }
            Cell {
                width: Math.min(implicitWidth, row.columns.stateWidth - 20)
                text: row.stateWords
                color: row.requestState === "failed" ? Theme.danger : row.requestState === "queued" || row.requestState === "cancelled" ? Theme.textMuted : Theme.text
            }
        }
        Amount {
            visible: row.columns.speedShown
            x: row.columns.speedEnd - width
            text: row.speed
        }
        Amount {
            x: row.columns.durationEnd - width
            text: qsTr("%1 s").arg(row.seconds)
        }
        IconButton {
            objectName: "cancelRequest"
            visible: row.live
            anchors.right: parent.right
            anchors.rightMargin: 18
            anchors.verticalCenter: parent.verticalCenter
            focusPolicy: Qt.NoFocus
            iconName: "close"
            text: qsTr("Cancel this request")
            shortcutText: qsTr("Delete")
            onClicked: row.cancelWanted()
        }
    }
}
