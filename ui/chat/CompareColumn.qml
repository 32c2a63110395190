import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// One side of a comparison: who answers and how, the conversation with its answer, the way to go on with that.
FocusScope {
    id: column

    required property ChatModel chat
    required property CompareSide side
    required property string name
    signal picked

    Accessible.role: Accessible.Grouping
    Accessible.name: name

    Item {
        id: head

        width: parent.width
        height: 60

        ComboBox {
            id: sourceCombo

            objectName: "compareSource"
            x: 16
            y: 6
            width: parent.width - 32 - settingsButton.width - 8
            model: column.chat.compare.sources
            currentIndex: column.side.source
            enabled: !column.chat.busy
            onActivated: index => {
                column.side.source = index;
                currentIndex = Qt.binding(() => column.side.source);
            }
            Accessible.name: qsTr("%1: model").arg(column.name)
        }
        IconButton {
            id: settingsButton

            objectName: "compareSettings"
            anchors.right: parent.right
            anchors.rightMargin: 16
            y: 6
            size: 32
            iconSize: 18
            iconName: "sliders"
            enabled: !column.chat.busy
            text: qsTr("%1: parameters").arg(column.name)
            onClicked: settings.open()

            CompareSettings {
                id: settings

                parameters: column.side.parameters
                name: settingsButton.text
                x: settingsButton.width - width
                y: settingsButton.height + 4
            }
        }
        Label {
            x: 16
            y: 40
            width: parent.width - 32
            height: 16
            text: column.side.settings
            font: Theme.caption
            color: Theme.textMuted
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    Transcript {
        anchors.top: head.bottom
        anchors.bottom: foot.top
        width: parent.width
        column: true
        chat: column.chat
        blocks: column.side.transcript
        activity: column.side.activity
        promptDone: column.side.promptDone
        promptTotal: column.side.promptTotal
    }
    Item {
        id: foot

        anchors.bottom: parent.bottom
        width: parent.width
        height: column.chat.compare.undecided ? 44 : 0
        visible: height > 0

        Button {
            objectName: "pickAnswer"
            anchors.centerIn: parent
            text: qsTr("Go on with this")
            hint: column.side === column.chat.compare.left ? "Alt+1" : "Alt+2"
            Accessible.name: qsTr("Go on with the %1").arg(column.name.toLowerCase())
            onClicked: column.picked()
        }
    }
}
