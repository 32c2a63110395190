import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The server's log lines; never prompts, never keys.
Item {
    id: view

    required property ServerModel server

    Item {
        id: head

        width: parent.width
        height: 44

        Hairline {
            width: parent.width
        }
        Label {
            x: 24
            height: parent.height
            text: qsTr("Log")
            font: Theme.heading
        }
        Label {
            anchors.right: parent.right
            anchors.rightMargin: 24
            height: parent.height
            text: qsTr("Prompts are not logged")
            font: Theme.small
            color: Theme.textMuted
        }
    }
    ListView {
        id: list

        objectName: "serverLog"
        anchors.top: head.bottom
        anchors.bottom: parent.bottom
        x: 24
        width: parent.width - 48
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: view.server.log
        onCountChanged: follow.restart()

        Timer {
            id: follow

            interval: 0
            onTriggered: list.positionViewAtEnd()
        }
        T.ScrollBar.vertical: ScrollBar {}
        delegate: Item {
            id: line

            required property string modelData
            readonly property list<string> parts: modelData.split("\t")
            readonly property string level: parts[1]

            width: ListView.view.width
            height: 20

            Figure {
                height: parent.height
                text: line.parts[0]
                color: Theme.textMuted
            }
            Label {
                x: 100
                height: parent.height
                text: line.level
                font: Theme.small
                color: line.level.startsWith("warn") ? Theme.warning : line.level.startsWith("err") ? Theme.danger : Theme.textMuted
            }
            Label {
                x: 156
                width: parent.width - 156
                height: parent.height
                text: line.parts[2]
                font: Theme.small
            }
        }
    }
}
