import QtQuick
import Hearth.Theme
import Hearth.Controls

/// What runs, where, and how full it is; always in view.
Rectangle {
    id: strip

    signal pageWanted(string page)

    implicitHeight: Theme.stripHeight
    color: Theme.surfaceSunken

    Hairline {
        width: parent.width
    }
    Row {
        StatusPart {
            iconName: "model"
            text: qsTr("No model loaded")
            onClicked: strip.pageWanted("model")
        }
    }
}
