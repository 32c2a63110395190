import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A number with its unit in the line below an answer; hidden while the number is unknown.
Row {
    id: part

    property string before: ""
    property string figure: ""
    property string unit: ""
    property bool first: false

    visible: figure !== "" || unit !== ""
    spacing: 0

    Rectangle {
        visible: !part.first
        width: 1
        height: 10
        color: Theme.borderStrong
        anchors.verticalCenter: parent.verticalCenter
    }
    Item {
        width: part.first ? 0 : 9
        height: 1
    }
    Label {
        visible: part.before !== ""
        text: part.before + " "
        font: Theme.small
        color: Theme.textMuted
        anchors.verticalCenter: parent.verticalCenter
    }
    Figure {
        visible: part.figure !== ""
        text: part.figure
        color: Theme.textMuted
        anchors.verticalCenter: parent.verticalCenter
    }
    Label {
        visible: part.unit !== ""
        text: (part.figure !== "" ? " " : "") + part.unit
        font: Theme.small
        color: Theme.textMuted
        anchors.verticalCenter: parent.verticalCenter
    }
    Item {
        width: 9
        height: 1
    }
}
