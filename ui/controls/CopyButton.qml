import QtQuick

/// An icon button that turns into a check for a moment.
IconButton {
    id: button

    property bool done: false

    iconName: done ? "check" : "copy"
    onClicked: {
        done = true;
        timer.restart();
    }

    Timer {
        id: timer

        interval: 1200
        onTriggered: button.done = false
    }
}
