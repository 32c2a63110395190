import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Remote

/// Connects to a server elsewhere: its address and key, then which of its models answers.
T.Dialog {
    id: control

    required property RemoteModel remote
    property int chosen: 0
    readonly property bool listed: remote.models.length > 0

    function connectNow(): void {
        remote.ask(addressField.text, keyField.text);
    }

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(520, parent ? parent.width - 32 : 520)
    implicitHeight: layout.implicitHeight + topPadding + bottomPadding
    padding: 20
    modal: true
    focus: true
    objectName: "remoteDialog"
    title: qsTr("Connect to a server")
    onOpened: {
        addressField.text = remote.address;
        keyField.text = "";
        addressField.forceActiveFocus();
        addressField.selectAll();
    }
    onClosed: remote.dismiss()

    Connections {
        target: control.remote

        function onListChanged(): void {
            control.chosen = control.remote.modelIndex;
            if (control.listed && control.visible)
                models.forceActiveFocus();
        }
    }

    T.Overlay.modal: Rectangle {
        color: Theme.dim
    }
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
            text: qsTr("Any server that speaks OpenAI’s protocol: another Hearth, vLLM, llama.cpp, Ollama, or a service. Its model then answers in the chats.")
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Label {
            Layout.topMargin: 8
            text: qsTr("Address")
            font: Theme.smallMedium
        }
        Field {
            id: addressField

            objectName: "remoteAddress"
            Layout.fillWidth: true
            error: control.remote.problem !== ""
            placeholderText: "http://127.0.0.1:8501/v1"
            inputMethodHints: Qt.ImhUrlCharactersOnly
            Accessible.name: qsTr("Address")
            onAccepted: control.connectNow()
        }
        Label {
            Layout.topMargin: 4
            text: qsTr("Key, where the server wants one")
            font: Theme.smallMedium
        }
        Field {
            id: keyField

            objectName: "remoteKey"
            Layout.fillWidth: true
            echoMode: TextInput.Password
            placeholderText: control.remote.hasKey ? qsTr("kept from the last time") : qsTr("no key")
            Accessible.name: qsTr("Key")
            onAccepted: control.connectNow()
        }
        Label {
            Layout.fillWidth: true
            objectName: "remoteProblem"
            visible: control.remote.problem !== ""
            text: control.remote.problem
            font: Theme.small
            color: Theme.danger
            wrapMode: Text.Wrap
            elide: Text.ElideNone
            Accessible.role: Accessible.AlertMessage
            Accessible.name: text
        }
        Label {
            Layout.fillWidth: true
            visible: control.remote.warning !== ""
            text: control.remote.warning
            font: Theme.small
            color: Theme.warning
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Label {
            Layout.topMargin: 8
            visible: control.listed
            text: qsTr("Model")
            font: Theme.smallMedium
        }
        ListView {
            id: models

            objectName: "remoteModels"
            Layout.fillWidth: true
            implicitHeight: Math.min(contentHeight, 204)
            visible: control.listed
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            model: control.remote.models
            currentIndex: control.chosen
            activeFocusOnTab: true
            keyNavigationEnabled: true
            onCurrentIndexChanged: if (activeFocus && currentIndex >= 0)
                control.chosen = currentIndex
            Keys.onReturnPressed: useButton.clicked()
            Keys.onEnterPressed: useButton.clicked()
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Model")
            T.ScrollBar.vertical: ScrollBar {}

            delegate: T.RadioDelegate {
                id: row

                required property int index
                required property string modelData

                width: ListView.view ? ListView.view.width : 100
                height: 34
                focusPolicy: Qt.NoFocus
                text: modelData
                checked: index === control.chosen
                hoverEnabled: true
                onClicked: control.chosen = index
                Accessible.role: Accessible.RadioButton
                Accessible.name: text

                contentItem: Item {
                    Rectangle {
                        x: 10
                        anchors.verticalCenter: parent.verticalCenter
                        width: 16
                        height: 16
                        radius: 8
                        color: "transparent"
                        border.width: 1.5
                        border.color: row.checked ? Theme.accent : Theme.borderControl

                        Rectangle {
                            anchors.centerIn: parent
                            visible: row.checked
                            width: 8
                            height: 8
                            radius: 4
                            color: Theme.accent
                        }
                    }
                    Label {
                        x: 36
                        width: parent.width - 46
                        anchors.verticalCenter: parent.verticalCenter
                        text: row.text
                        elide: Text.ElideMiddle
                    }
                }
                background: Rectangle {
                    radius: Theme.radiusSmall
                    color: row.checked ? Theme.selected : row.hovered ? Theme.hover : "transparent"

                    FocusRing {
                        shown: row.checked && models.activeFocus
                        inset: true
                        base: Theme.radiusSmall
                    }
                }
            }
        }
        RowLayout {
            Layout.topMargin: 12
            Layout.fillWidth: true
            spacing: 8

            Button {
                objectName: "forgetRemote"
                visible: control.remote.configured
                role: "quiet"
                text: qsTr("Forget this server")
                onClicked: {
                    control.remote.forget();
                    control.close();
                }
            }
            Item {
                Layout.fillWidth: true
            }
            Button {
                text: qsTr("Cancel")
                onClicked: control.close()
            }
            Button {
                objectName: "askRemote"
                role: control.listed ? "default" : "primary"
                enabled: !control.remote.asking && addressField.text.trim() !== ""
                text: control.remote.asking ? qsTr("Connecting") : qsTr("Connect")
                onClicked: control.connectNow()
            }
            Button {
                id: useButton

                objectName: "useRemote"
                visible: control.listed
                role: "primary"
                text: qsTr("Use it")
                onClicked: {
                    control.remote.choose(control.chosen);
                    control.close();
                }
            }
        }
    }
    background: PopupFrame {}
}
