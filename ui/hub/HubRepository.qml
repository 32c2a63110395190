import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Hub

/// What a repository holds, what of it can run here, and at what size.
FocusScope {
    id: view

    required property HubPageModel hub

    onVisibleChanged: if (visible)
        back.forceActiveFocus(Qt.OtherFocusReason)

    RowLayout {
        id: head

        x: 14
        y: 12
        width: parent.width - 34
        spacing: 8

        IconButton {
            id: back

            objectName: "hubBack"
            focus: true
            iconName: "chevron-left"
            text: qsTr("Back to the search")
            onClicked: view.hub.closeRepository()
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 2

            Label {
                objectName: "hubRepository"
                Layout.fillWidth: true
                text: view.hub.repository
                font: Theme.heading
            }
            Label {
                Layout.fillWidth: true
                visible: text !== ""
                text: view.hub.repositoryLine
                font: Theme.small
                color: Theme.textMuted
            }
        }
        CopyButton {
            visible: view.hub.address !== ""
            text: qsTr("Copy the address of its page")
            onClicked: {
                address.selectAll();
                address.copy();
            }
        }
        // Copies for the button; the address itself is never shown as a link.
        TextEdit {
            id: address

            visible: false
            text: view.hub.address
            textFormat: TextEdit.PlainText
        }
    }
    ProgressBar {
        anchors.top: head.bottom
        anchors.topMargin: 8
        x: 20
        width: parent.width - 40
        height: 3
        visible: view.hub.looking
        unknown: true
    }
    Flickable {
        id: scroller

        anchors.top: head.bottom
        anchors.topMargin: 16
        anchors.bottom: parent.bottom
        x: 20
        width: parent.width - 40
        contentHeight: rows.implicitHeight + 16
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        ColumnLayout {
            id: rows

            width: scroller.width
            spacing: 8

            Notice {
                objectName: "hubLookError"
                Layout.fillWidth: true
                visible: view.hub.lookError !== ""
                tone: "danger"
                text: view.hub.lookError
                action: qsTr("Try again")
                onTriggered: view.hub.look(view.hub.repository)
            }
            Notice {
                objectName: "hubGate"
                Layout.fillWidth: true
                visible: view.hub.gate !== ""
                tone: "info"
                text: view.hub.gate
            }
            Label {
                Layout.fillWidth: true
                visible: !view.hub.looking && view.hub.lookError === "" && view.hub.choices.length === 0
                text: qsTr("There is nothing in it that could be loaded: no safetensors weights with a config.json and no GGUF file.")
                color: Theme.textMuted
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
            Repeater {
                model: view.hub.choices

                HubChoiceRow {
                    required property int index

                    objectName: "hubChoice" + index
                    Layout.fillWidth: true
                    onDownloadWanted: view.hub.download(index)
                }
            }
        }
    }
}
