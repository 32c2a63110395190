import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The keys: made, named, copied, revoked; and where they are kept.
ColumnLayout {
    id: list

    required property ServerModel server
    readonly property KeyModel keys: server.keys

    spacing: 8

    RowLayout {
        Layout.fillWidth: true
        spacing: 12

        Label {
            text: qsTr("Keys")
            font: Theme.bodyStrong
        }
        Label {
            objectName: "keyPlace"
            Layout.fillWidth: true
            horizontalAlignment: Text.AlignRight
            text: list.keys.place
            font: Theme.caption
            color: Theme.textMuted
        }
        Button {
            objectName: "newKey"
            visible: !list.keys.fixed
            enabled: list.keys.problem === ""
            iconName: "plus"
            text: qsTr("New key")
            onClicked: naming.ask(-1, list.keys.freeLabel())
        }
    }
    Notice {
        objectName: "keyProblem"
        Layout.fillWidth: true
        visible: list.keys.problem !== ""
        tone: "danger"
        text: qsTr("The keys cannot be read: %1 The server stays off until they can, or until they are forgotten.").arg(list.keys.problem)
        action: qsTr("Try again")
        secondAction: qsTr("Forget them")
        onTriggered: list.keys.tryAgain()
        onSecondTriggered: forget.open()
    }
    Card {
        Layout.fillWidth: true
        visible: list.keys.count > 0
        implicitHeight: keyColumn.height + 2

        Column {
            id: keyColumn

            x: 1
            y: 1
            width: parent.width - 2

            Repeater {
                model: list.keys

                KeyRow {
                    width: keyColumn.width
                    fixed: list.keys.fixed
                    onCopyWanted: {
                        list.server.copyKey(index);
                        note.say(qsTr("The key is on the clipboard."));
                    }
                    onRenameWanted: naming.ask(index, label)
                    onRevokeWanted: revoking.ask(index, label)
                }
            }
        }
    }
    Label {
        id: note

        function say(words: string): void {
            text = words;
            noteTimer.restart();
        }

        objectName: "keyNote"
        Layout.fillWidth: true
        visible: text !== ""
        font: Theme.caption
        color: Theme.success
        Accessible.role: Accessible.AlertMessage
        Accessible.name: text

        Timer {
            id: noteTimer

            interval: 6000
            onTriggered: note.text = ""
        }
    }
    Notice {
        objectName: "keysExposed"
        Layout.fillWidth: true
        visible: list.keys.exposed
        text: qsTr("No keychain takes the keys: they are in keys.json, which only your user can read.") + (list.keys.placeReason !== "" ? " " + qsTr("The reason: %1").arg(list.keys.placeReason) : "")
    }

    KeyDialog {
        id: naming

        server: list.server
        onMade: note.say(qsTr("The new key is on the clipboard."))
    }
    Dialog {
        id: revoking

        property int row: -1

        function ask(keyRow: int, label: string): void {
            row = keyRow;
            title = qsTr("Revoke the key %1?").arg(label);
            open();
        }

        objectName: "revokeDialog"
        body: list.keys.count === 1 && list.server.reachable
              ? qsTr("Programs that use it are refused from now on. It is the last key: the server will then be for this computer alone.")
              : list.keys.count === 1 ? qsTr("Programs that use it are refused from now on. It is the last key: programs on this computer will then need none.")
                                      : qsTr("Programs that use it are refused from now on. This cannot be undone.")
        acceptText: qsTr("Revoke")
        rejectText: qsTr("Keep it")
        onAccepted: list.server.revokeKey(row)
    }
    Dialog {
        id: forget

        title: qsTr("Forget the keys that cannot be read?")
        body: qsTr("Programs that use them are refused from then on, and new keys can be made. This cannot be undone.")
        acceptText: qsTr("Forget them")
        rejectText: qsTr("Keep them")
        onAccepted: list.keys.forgetUnreadable()
    }
}
