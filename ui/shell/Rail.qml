import QtQuick
import Hearth.Theme
import Hearth.Controls

/// The pages, at the left edge of the window.
Rectangle {
    id: rail

    required property string page
    property bool serverOn: false
    signal chosen(string page)

    implicitWidth: Theme.railWidth
    color: Theme.surfaceSunken

    Image {
        x: 14
        y: 12
        width: 28
        height: 28
        source: Theme.icon("hearth")
        sourceSize.width: Math.ceil(28 * Theme.zoom)
        sourceSize.height: Math.ceil(28 * Theme.zoom)
        Accessible.ignored: true
    }
    Column {
        x: 8
        y: 60
        spacing: 4

        RailItem {
            objectName: "railChat"
            iconName: "chat"
            text: qsTr("Chat")
            shortcutText: "Ctrl+1"
            checked: rail.page === "chat"
            onClicked: rail.chosen("chat")
        }
        RailItem {
            objectName: "railModel"
            iconName: "model"
            text: qsTr("Model")
            shortcutText: "Ctrl+2"
            checked: rail.page === "model"
            onClicked: rail.chosen("model")
        }
        RailItem {
            objectName: "railServer"
            iconName: "server"
            text: qsTr("Server")
            shortcutText: "Ctrl+3"
            checked: rail.page === "server"
            dot: rail.serverOn
            onClicked: rail.chosen("server")
        }
        RailItem {
            objectName: "railMonitor"
            iconName: "monitor"
            text: qsTr("Monitor")
            shortcutText: "Ctrl+4"
            checked: rail.page === "monitor"
            onClicked: rail.chosen("monitor")
        }
    }
    RailItem {
        objectName: "railSettings"
        x: 8
        anchors.bottom: parent.bottom
        anchors.bottomMargin: 8
        iconName: "settings"
        text: qsTr("Settings")
        shortcutText: "Ctrl+5"
        checked: rail.page === "settings"
        onClicked: rail.chosen("settings")
    }
    Hairline {
        anchors.right: parent.right
        height: parent.height
    }
}
