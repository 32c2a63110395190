import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The switch, the address, the port, the keys.
Flickable {
    id: controls

    required property ServerModel server

    contentHeight: column.implicitHeight + 40
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    T.ScrollBar.vertical: ScrollBar {}

    ColumnLayout {
        id: column

        x: Theme.pagePadding
        y: 20
        width: controls.width - 2 * Theme.pagePadding
        spacing: 16

        Card {
            Layout.fillWidth: true
            implicitHeight: 112

            Switch {
                id: bigSwitch

                objectName: "serverSwitch"
                x: 16
                y: 16
                large: true
                checked: controls.server.on
                enabled: !controls.server.switching
                Accessible.name: qsTr("Server")
                onToggled: {
                    controls.server.setOn(checked);
                    checked = Qt.binding(() => controls.server.on);
                }
            }
            Label {
                anchors.left: bigSwitch.right
                anchors.leftMargin: 16
                y: 14
                text: controls.server.switching ? qsTr("Switching") : controls.server.on ? qsTr("On") : qsTr("Off")
                font: Theme.heading
            }
            Label {
                anchors.left: bigSwitch.right
                anchors.leftMargin: 16
                anchors.right: parent.right
                anchors.rightMargin: 12
                y: 34
                text: controls.server.on ? qsTr("programs on this computer can use the model") : qsTr("nothing listens")
                font: Theme.caption
                color: Theme.textMuted
            }
            Rectangle {
                x: 16
                y: 66
                width: parent.width - 32
                height: 32
                radius: Theme.radius
                color: Theme.surfaceSunken
                border.width: 1
                border.color: Theme.border

                Figure {
                    objectName: "serverAddress"
                    x: 10
                    width: parent.width - 48
                    height: parent.height
                    text: controls.server.address
                    color: controls.server.on ? Theme.text : Theme.textFaint
                }
                IconButton {
                    anchors.right: parent.right
                    anchors.rightMargin: 2
                    anchors.verticalCenter: parent.verticalCenter
                    iconName: "copy"
                    text: qsTr("Copy address")
                    onClicked: controls.server.copy(controls.server.address)
                }
            }
        }
        Notice {
            objectName: "serverNotice"
            Layout.fillWidth: true
            visible: controls.server.error !== ""
            tone: "danger"
            text: controls.server.error + (controls.server.freePort > 0 ? " " + qsTr("%1 is free.").arg(controls.server.freePort) : "")
            action: controls.server.freePort > 0 ? qsTr("Use %1").arg(controls.server.freePort) : qsTr("Close")
            secondAction: controls.server.freePort > 0 ? qsTr("Keep off") : ""
            onTriggered: controls.server.freePort > 0 ? controls.server.useFreePort() : controls.server.dismissError()
            onSecondTriggered: controls.server.dismissError()
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 4

            RowLayout {
                Layout.fillWidth: true

                ColumnLayout {
                    Layout.fillWidth: true
                    spacing: 0

                    Label {
                        text: qsTr("Port")
                        font: Theme.bodyMedium
                    }
                    Label {
                        Layout.fillWidth: true
                        text: qsTr("takes effect at once")
                        font: Theme.caption
                        color: Theme.textMuted
                    }
                }
                Field {
                    id: portField

                    objectName: "portField"
                    Layout.preferredWidth: 72
                    figures: true
                    error: controls.server.portProblem !== ""
                    text: controls.server.port
                    Accessible.name: qsTr("Port")
                    onEditingFinished: {
                        if (controls.server.setPort(text))
                            text = Qt.binding(() => controls.server.port);
                    }
                }
            }
            Label {
                visible: controls.server.portProblem !== ""
                Layout.alignment: Qt.AlignRight
                text: controls.server.portProblem
                font: Theme.caption
                color: Theme.danger
            }
            Hairline {
                Layout.fillWidth: true
                Layout.topMargin: 8
            }
        }
        RowLayout {
            Layout.fillWidth: true

            Label {
                text: qsTr("Model name in the API")
                font: Theme.bodyMedium
            }
            Figure {
                Layout.fillWidth: true
                horizontalAlignment: Text.AlignRight
                text: controls.server.modelName !== "" ? controls.server.modelName : qsTr("no model loaded")
                color: controls.server.modelName !== "" ? Theme.text : Theme.textMuted
            }
        }
        Hairline {
            Layout.fillWidth: true
        }
        RowLayout {
            Layout.fillWidth: true

            ColumnLayout {
                Layout.fillWidth: true
                spacing: 0

                Label {
                    text: qsTr("Keys")
                    font: Theme.bodyMedium
                }
                Label {
                    Layout.fillWidth: true
                    text: controls.server.keysFixed ? qsTr("set by a flag or the environment")
                          : controls.server.keys.length > 0 ? qsTr("requests need one of these") : qsTr("none: programs on this computer need no key")
                    font: Theme.caption
                    color: Theme.textMuted
                }
            }
            Button {
                objectName: "newKey"
                visible: !controls.server.keysFixed
                compact: true
                iconName: "plus"
                text: qsTr("New key")
                onClicked: controls.server.addKey()
            }
        }
        Card {
            Layout.fillWidth: true
            visible: controls.server.keys.length > 0
            implicitHeight: keyColumn.height + 2

            Column {
                id: keyColumn

                x: 1
                y: 1
                width: parent.width - 2

                Repeater {
                    model: controls.server.keys

                    KeyRow {
                        width: keyColumn.width
                        server: controls.server
                    }
                }
            }
        }
        Label {
            visible: controls.server.keys.length > 0
            Layout.fillWidth: true
            text: qsTr("Keys are kept in settings.json, which only your user can read.")
            font: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
        }
    }
}
