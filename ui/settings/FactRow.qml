import QtQuick
import Hearth.Theme
import Hearth.Controls

/// A row of a card that says something: a name, its words, and what can be done with it.
Item {
    id: fact

    required property string label
    property string help: ""
    property string path: ""
    property string action: ""
    property bool first: false
    signal triggered

    width: parent ? parent.width : 0
    implicitHeight: Math.max(56, texts.height + 20)
    Accessible.role: Accessible.StaticText
    Accessible.name: label + (help !== "" ? ": " + help : "") + (path !== "" ? ": " + path : "")

    Hairline {
        visible: !fact.first
        x: 1
        width: parent.width - 2
    }
    Column {
        id: texts

        x: 16
        anchors.verticalCenter: parent.verticalCenter
        width: parent.width - 32 - (button.visible ? button.width + 16 : 0)
        spacing: 2

        Label {
            width: parent.width
            text: fact.label
            font: Theme.bodyMedium
        }
        Label {
            visible: fact.help !== ""
            width: parent.width
            text: fact.help
            font: Theme.caption
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
        }
        Figure {
            visible: fact.path !== ""
            width: parent.width
            text: fact.path
            font: Theme.figureCaption
            color: Theme.textMuted
            elide: Text.ElideMiddle
        }
    }
    Button {
        id: button

        objectName: fact.objectName + "Action"
        visible: fact.action !== ""
        anchors.right: parent.right
        anchors.rightMargin: 16
        anchors.verticalCenter: parent.verticalCenter
        text: fact.action
        Accessible.description: fact.label
        onClicked: fact.triggered()
    }
}
