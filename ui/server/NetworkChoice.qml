import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// Whether other machines may call: asked before it is opened, and never without a key.
ColumnLayout {
    id: choice

    required property ServerModel server
    readonly property string locked: server.lockedBy("host")

    spacing: 0

    SettingLine {
        Layout.fillWidth: true
        label: qsTr("Reachable from other machines")
        help: choice.locked !== "" ? choice.locked : choice.server.reachable ? qsTr("every request needs a key") : qsTr("now only programs on this computer")
        last: true

        Switch {
            id: networkSwitch

            objectName: "networkSwitch"
            checked: choice.server.reachable
            enabled: choice.locked === "" && !choice.server.switching
            Accessible.name: qsTr("Reachable from other machines")
            onToggled: {
                if (checked)
                    question.open();
                else
                    choice.server.setReachable(false);
                checked = Qt.binding(() => choice.server.reachable);
            }
        }
    }
    RowLayout {
        Layout.fillWidth: true
        Layout.topMargin: 4
        spacing: 8

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 1
            icon: "globe"
            size: 14
            color: choice.server.reachable ? Theme.warning : Theme.textMuted
        }
        Label {
            objectName: "networkHelp"
            Layout.fillWidth: true
            text: choice.server.networkAddress === "" ? qsTr("This computer is on no network.")
                : choice.server.reachable && choice.server.on ? qsTr("Listens on %1 without encryption. Requests without a key are refused.").arg(choice.server.networkAddress)
                : qsTr("Would listen on %1. Requests without a key would be refused.").arg(choice.server.networkAddress)
            font: Theme.small
            color: choice.server.reachable ? Theme.warning : Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
    Hairline {
        Layout.fillWidth: true
        Layout.topMargin: 12
    }
    Dialog {
        id: question

        readonly property bool needsKey: choice.server.keys.count === 0

        objectName: "networkDialog"
        title: qsTr("Open the server to other machines?")
        body: (choice.server.networkAddress !== "" ? qsTr("Every machine that reaches %1 could then call the model, over plain HTTP without encryption.").arg(choice.server.networkAddress)
                                                   : qsTr("Every machine of your network could then call the model, over plain HTTP without encryption."))
              + " " + (needsKey ? qsTr("That needs a key; one is made and goes to the clipboard.") : qsTr("Requests need one of your keys."))
        acceptText: needsKey ? qsTr("Make a key and open") : qsTr("Open")
        rejectText: qsTr("Keep it closed")
        onAccepted: {
            if (choice.server.keys.count === 0 && choice.server.keys.add(choice.server.keys.freeLabel()))
                choice.server.copyKey(choice.server.keys.count - 1);
            choice.server.setReachable(true);
        }
    }
}
