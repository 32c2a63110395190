import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// Asks for a key's name: of a new one, or another one for a key that is there.
T.Dialog {
    id: control

    required property ServerModel server
    property int row: -1
    property string problem: ""
    readonly property bool fresh: row < 0
    signal made

    function ask(keyRow: int, label: string): void {
        row = keyRow;
        problem = "";
        nameField.text = label;
        open();
        nameField.forceActiveFocus();
        nameField.selectAll();
    }
    function save(): void {
        problem = server.keys.labelProblem(nameField.text, row);
        if (problem !== "")
            return;
        if (!fresh) {
            server.keys.rename(row, nameField.text);
        } else if (server.keys.add(nameField.text)) {
            server.copyKey(server.keys.count - 1);
            control.made();
        }
        close();
    }

    objectName: "keyDialog"
    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(440, parent ? parent.width - 32 : 440)
    implicitHeight: layout.implicitHeight + topPadding + bottomPadding
    padding: 20
    modal: true
    focus: true
    title: fresh ? qsTr("New key") : qsTr("Rename key")

    T.Overlay.modal: Rectangle {
        color: Theme.dim
    }
    contentItem: ColumnLayout {
        id: layout

        Accessible.role: Accessible.Dialog
        Accessible.name: control.title
        spacing: 8

        Label {
            Layout.fillWidth: true
            text: control.title
            font: Theme.heading
        }
        Label {
            Layout.fillWidth: true
            text: control.fresh ? qsTr("Name the program that will use it. Its requests go by this name in the table.") : qsTr("The key itself stays as it is.")
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Field {
            id: nameField

            objectName: "keyName"
            Layout.fillWidth: true
            Layout.topMargin: 4
            error: control.problem !== ""
            Accessible.name: qsTr("Name")
            Accessible.description: control.problem
            onTextEdited: control.problem = ""
            onAccepted: control.save()
        }
        Label {
            visible: control.problem !== ""
            text: control.problem
            font: Theme.caption
            color: Theme.danger
        }
        RowLayout {
            Layout.topMargin: 12
            Layout.alignment: Qt.AlignRight
            spacing: 8

            Button {
                text: qsTr("Cancel")
                onClicked: control.close()
            }
            Button {
                objectName: "saveKey"
                role: "primary"
                text: control.fresh ? qsTr("Make and copy") : qsTr("Rename")
                onClicked: control.save()
            }
        }
    }
    background: PopupFrame {}
}
