import QtQuick
import Hearth.Theme
import Hearth.Controls

/// One setting of the server: name and help at the left, its control at the right, what is wrong below.
Item {
    id: line

    required property string label
    property string help: ""
    property string problem: ""
    property bool last: false
    default property alias control: slot.data
    readonly property real rowHeight: Math.max(texts.height, slot.height)

    implicitWidth: 300
    implicitHeight: rowHeight + (problem !== "" ? wrong.height + 6 : 0) + (last ? 0 : 13)

    Column {
        id: texts

        width: line.width - slot.width - 12
        y: (line.rowHeight - height) / 2
        spacing: 2

        Label {
            width: parent.width
            height: 18
            text: line.label
            font: Theme.bodyMedium
        }
        Label {
            width: parent.width
            visible: line.help !== ""
            text: line.help
            font: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
    }
    Item {
        id: slot

        x: line.width - width
        y: (line.rowHeight - height) / 2
        width: childrenRect.width
        height: childrenRect.height
    }
    Label {
        id: wrong

        y: line.rowHeight + 6
        width: line.width
        visible: line.problem !== ""
        text: line.problem
        font: Theme.caption
        color: Theme.danger
        wrapMode: Text.Wrap
        elide: Text.ElideNone
        horizontalAlignment: Text.AlignRight
        Accessible.role: Accessible.AlertMessage
        Accessible.name: text
    }
    Hairline {
        anchors.bottom: parent.bottom
        width: parent.width
        visible: !line.last
    }
}
