import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// Asks for the name under which system prompt and parameters are kept.
T.Dialog {
    id: control

    required property ChatModel chat
    property string problem: ""

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(440, parent ? parent.width - 32 : 440)
    implicitHeight: layout.implicitHeight + topPadding + bottomPadding
    padding: 20
    modal: true
    focus: true
    title: qsTr("Save as preset")
    onOpened: {
        problem = "";
        nameField.text = chat.preset;
        nameField.forceActiveFocus();
        nameField.selectAll();
    }
    onAccepted: {}

    function save(): void {
        problem = chat.savePreset(nameField.text);
        if (problem === "")
            close();
    }

    T.Overlay.modal: Dim {}
    contentItem: ColumnLayout {
        id: layout

        spacing: 8

        Label {
            Layout.fillWidth: true
            text: control.title
            font: Theme.heading
        }
        Label {
            Layout.fillWidth: true
            text: qsTr("Keeps the system prompt and all parameters. A preset of the same name is replaced.")
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Field {
            id: nameField

            objectName: "presetName"
            Layout.fillWidth: true
            error: control.problem !== ""
            placeholderText: qsTr("Name")
            Accessible.name: qsTr("Name")
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
                role: "primary"
                text: qsTr("Save")
                onClicked: control.save()
            }
        }
    }
    background: PopupFrame {}
}
