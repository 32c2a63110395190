import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.FirstRun
import Hearth.Shell

/// The window: rail, pages, status strip.
T.ApplicationWindow {
    id: window

    required property ShellModel shell

    objectName: "mainWindow"
    title: qsTr("Hearth")
    width: 1280
    height: 800
    minimumWidth: 720
    minimumHeight: 520
    color: Theme.surface
    visible: true

    Component.onCompleted: {
        const geometry = shell.savedGeometry();
        if (geometry.width >= minimumWidth && geometry.height >= minimumHeight) {
            width = geometry.width;
            height = geometry.height;
        }
        if (shell.savedMaximized())
            visibility = Window.Maximized;
    }
    onClosing: shell.saveGeometry(Qt.rect(x, y, width, height), visibility === Window.Maximized)

    Binding {
        target: Theme
        property: "dark"
        value: window.shell.dark
    }
    Shortcut {
        sequence: "Ctrl+1"
        onActivated: window.shell.page = "chat"
    }
    Shortcut {
        sequence: "Ctrl+2"
        onActivated: window.shell.page = "model"
    }
    Shortcut {
        sequence: "Ctrl+3"
        onActivated: window.shell.page = "server"
    }
    Shortcut {
        sequence: "Ctrl+5"
        onActivated: window.shell.page = "settings"
    }

    Rail {
        id: rail

        anchors.top: parent.top
        anchors.bottom: strip.top
        page: window.shell.page
        onChosen: page => window.shell.page = page
    }
    FirstRunPage {
        anchors.left: rail.right
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.bottom: strip.top
        starterAvailable: window.shell.starterAvailable
    }
    StatusStrip {
        id: strip

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        onPageWanted: page => window.shell.page = page
    }
}
