import QtQuick
import Hearth.Theme

/// What was done, for six seconds, or ten with an action; one at a time.
FocusScope {
    id: control

    property string message: ""
    property string action: ""
    signal triggered

    function show(text: string, actionText: string): void {
        message = text;
        action = actionText;
        timer.interval = actionText !== "" ? 10000 : 6000;
        timer.restart();
        visible = true;
        opacity = 1;
    }
    function hide(): void {
        timer.stop();
        opacity = 0;
        visible = false;
    }

    visible: false
    opacity: 0
    width: Math.min(row.implicitWidth + 32, parent ? parent.width - 32 : 400)
    height: 44
    Accessible.role: Accessible.AlertMessage
    Accessible.name: message

    Behavior on opacity {
        NumberAnimation {
            duration: Theme.slow
        }
    }

    Timer {
        id: timer

        running: false
        onTriggered: {
            if (hover.hovered || control.activeFocus)
                timer.restart();
            else
                control.hide();
        }
    }
    HoverHandler {
        id: hover
    }
    PopupFrame {
        anchors.fill: parent
    }
    Row {
        id: row

        x: 16
        height: parent.height
        spacing: 16

        Label {
            anchors.verticalCenter: parent.verticalCenter
            width: Math.min(implicitWidth, 360)
            text: control.message
        }
        Button {
            anchors.verticalCenter: parent.verticalCenter
            visible: control.action !== ""
            compact: true
            role: "quiet"
            text: control.action
            onClicked: {
                control.hide();
                control.triggered();
            }
        }
        IconButton {
            anchors.verticalCenter: parent.verticalCenter
            iconName: "close"
            text: qsTr("Close")
            onClicked: control.hide()
        }
    }
}
