import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The switch and all settings of the server.
Flickable {
    id: controls

    required property ServerModel server

    contentHeight: column.implicitHeight + 40
    boundsBehavior: Flickable.StopAtBounds
    clip: true
    T.ScrollBar.vertical: ScrollBar {}

    FollowFocus {
        view: controls
    }
    ColumnLayout {
        id: column

        x: Theme.pagePadding
        y: 20
        width: controls.width - 2 * Theme.pagePadding
        spacing: 12

        SwitchCard {
            Layout.fillWidth: true
            server: controls.server
        }
        Notice {
            objectName: "serverNotice"
            Layout.fillWidth: true
            visible: controls.server.error !== ""
            tone: "danger"
            text: controls.server.error + (controls.server.freePort > 0 ? " " + qsTr("%1 is free.").arg(controls.server.freePort) : "")
            action: controls.server.freePort > 0 ? qsTr("Use %1").arg(controls.server.freePort) : qsTr("Close")
            secondAction: controls.server.freePort <= 0 ? "" : controls.server.on ? qsTr("Stay at %1").arg(controls.server.shortAddress) : qsTr("Keep off")
            onTriggered: controls.server.freePort > 0 ? controls.server.useFreePort() : controls.server.dismissError()
            onSecondTriggered: controls.server.dismissError()
        }
        SettingLine {
            id: portLine

            readonly property string locked: controls.server.lockedBy("port")

            Layout.fillWidth: true
            Layout.topMargin: 4
            label: qsTr("Port")
            help: locked !== "" ? locked : qsTr("takes effect at once; open requests finish first")
            problem: controls.server.portProblem

            Field {
                objectName: "portField"
                width: 72
                figures: true
                enabled: portLine.locked === ""
                error: controls.server.portProblem !== ""
                text: controls.server.port
                Accessible.name: qsTr("Port")
                Accessible.description: controls.server.portProblem
                onEditingFinished: {
                    if (controls.server.setPort(text))
                        text = Qt.binding(() => controls.server.port);
                }
            }
        }
        TextLine {
            Layout.fillWidth: true
            server: controls.server
            key: "served-model-name"
            label: qsTr("Model name in the API")
            value: controls.server.servedName
            placeholder: controls.server.modelName !== "" ? controls.server.modelName : qsTr("the model's own")
            fieldWidth: 208
        }
        TextLine {
            Layout.fillWidth: true
            server: controls.server
            key: "limit-worker-concurrency"
            label: qsTr("Requests at once")
            help: locked !== "" ? locked : controls.server.loadedConcurrency > 0 ? qsTr("from the next load on; the loaded model takes %1").arg(controls.server.loadedConcurrency) : qsTr("more wait in a queue")
            value: controls.server.concurrency
            figures: true
            fieldWidth: 72
        }
        TextLine {
            Layout.fillWidth: true
            server: controls.server
            key: "allowed-origins"
            label: qsTr("Allowed origins")
            help: locked !== "" ? locked : qsTr("web pages that may call, with commas between")
            value: controls.server.origins
            placeholder: qsTr("None")
        }
        TextLine {
            Layout.fillWidth: true
            server: controls.server
            key: "allowed-hosts"
            label: qsTr("Allowed host names")
            help: locked !== "" ? locked : qsTr("further names of this machine")
            value: controls.server.hosts
            placeholder: qsTr("None")
        }
        NetworkChoice {
            Layout.fillWidth: true
            server: controls.server
        }
        KeyList {
            Layout.fillWidth: true
            server: controls.server
        }
    }
}
