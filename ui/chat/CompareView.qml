import QtQuick
import Hearth.Controls
import Hearth.Chat

/// Two answers to each question, each in a column over the same conversation, and the choice between them.
FocusScope {
    id: view

    required property ChatModel chat
    readonly property CompareModel compare: chat.compare
    signal picked

    function pick(side: int): void {
        chat.pick(side);
        picked();
    }

    objectName: "compareView"

    Notice {
        id: remark

        objectName: "compareRemark"
        anchors.top: parent.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.margins: visible ? 12 : 0
        visible: view.compare.remark !== ""
        height: visible ? implicitHeight : 0
        tone: "info"
        text: view.compare.remark
    }
    CompareColumn {
        id: leftColumn

        objectName: "compareLeft"
        anchors.top: remark.bottom
        anchors.topMargin: remark.visible ? 8 : 0
        anchors.bottom: parent.bottom
        width: Math.floor(parent.width / 2)
        chat: view.chat
        side: view.compare.left
        name: qsTr("Left answer")
        onPicked: view.pick(0)
    }
    Hairline {
        anchors.top: leftColumn.top
        anchors.bottom: parent.bottom
        x: leftColumn.width
        width: 1
    }
    CompareColumn {
        objectName: "compareRight"
        anchors.top: leftColumn.top
        anchors.bottom: parent.bottom
        x: leftColumn.width + 1
        width: parent.width - x
        chat: view.chat
        side: view.compare.right
        name: qsTr("Right answer")
        onPicked: view.pick(1)
    }
    Shortcut {
        sequence: "Alt+1"
        enabled: view.compare.undecided
        onActivated: view.pick(0)
    }
    Shortcut {
        sequence: "Alt+2"
        enabled: view.compare.undecided
        onActivated: view.pick(1)
    }
}
