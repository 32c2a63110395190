import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The server's log, by level and by words; never prompts, never keys.
Item {
    id: view

    required property ServerModel server
    readonly property LogModel log: server.log
    readonly property bool roomy: width > 720

    Item {
        id: head

        width: parent.width
        height: 44

        Hairline {
            width: parent.width
        }
        Row {
            x: 24
            height: parent.height
            spacing: 12

            Label {
                height: parent.height
                text: qsTr("Log")
                font: Theme.heading
                Accessible.role: Accessible.Heading
                Accessible.name: text
            }
            Segmented {
                objectName: "logLevel"
                anchors.verticalCenter: parent.verticalCenter
                options: [qsTr("All"), qsTr("Warnings"), qsTr("Errors")]
                current: view.log.leastLevel
                onChosen: index => view.log.leastLevel = index
            }
            Field {
                id: filter

                objectName: "logFilter"
                anchors.verticalCenter: parent.verticalCenter
                width: view.roomy ? 190 : 130
                iconName: "search"
                placeholderText: qsTr("Filter")
                Accessible.name: qsTr("Filter the log")
                onTextChanged: view.log.filter = text
                Keys.onEscapePressed: clear()
            }
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: 20
            height: parent.height
            spacing: 4

            Label {
                visible: view.roomy
                height: parent.height
                rightPadding: 8
                text: qsTr("Prompts are not logged")
                font: Theme.small
                color: Theme.textMuted
            }
            CopyButton {
                objectName: "copyLog"
                anchors.verticalCenter: parent.verticalCenter
                enabled: view.log.count > 0
                text: qsTr("Copy the lines shown")
                onClicked: view.server.copy(view.log.text())
            }
            IconButton {
                objectName: "clearLog"
                anchors.verticalCenter: parent.verticalCenter
                enabled: view.log.total > 0
                iconName: "trash"
                text: qsTr("Clear the log")
                onClicked: view.log.clear()
            }
        }
    }
    ListView {
        id: list

        property bool following: true

        objectName: "serverLog"
        anchors.top: head.bottom
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 4
        x: 24
        width: parent.width - 48
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: view.log
        activeFocusOnTab: count > 0
        keyNavigationEnabled: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Log")
        onCountChanged: follow.restart()
        onHeightChanged: follow.restart()
        onMovementEnded: following = atYEnd
        Keys.onUpPressed: {
            contentY = Math.max(originY, contentY - 40);
            following = atYEnd;
        }
        Keys.onDownPressed: {
            contentY = Math.min(Math.max(originY, originY + contentHeight - height), contentY + 40);
            following = atYEnd;
        }

        Timer {
            id: follow

            interval: 0
            onTriggered: if (list.following)
                list.positionViewAtEnd()
        }
        FocusRing {
            parent: list
            shown: list.activeFocus
            inset: true
        }
        T.ScrollBar.vertical: ScrollBar {}
        delegate: Item {
            id: line

            required property string time
            required property int level
            required property string line
            readonly property string levelWord: level === 2 ? qsTr("error") : level === 1 ? qsTr("warn") : qsTr("info")

            width: ListView.view.width
            height: 20
            Accessible.role: Accessible.ListItem
            Accessible.name: time + ", " + levelWord + ": " + line.line

            Figure {
                height: parent.height
                text: line.time
                color: Theme.textMuted
            }
            Label {
                x: 100
                height: parent.height
                text: line.levelWord
                font: Theme.small
                color: line.level === 1 ? Theme.warning : line.level === 2 ? Theme.danger : Theme.textMuted
            }
            Label {
                x: 148
                width: parent.width - x - 8
                height: parent.height
                text: line.line
                font: Theme.small
            }
        }
    }
    Label {
        anchors.centerIn: list
        visible: view.log.total > 0 && view.log.count === 0
        text: qsTr("No line matches.")
        color: Theme.textMuted
    }
}
