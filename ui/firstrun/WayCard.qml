import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls

/// One of the ways to a first model.
Card {
    id: control

    required property string iconName
    required property string title
    required property string body
    required property string action
    property bool recommended: false
    property string problem: ""
    /// What stands below the words, over the card's whole width.
    default property alias below: extra.data
    signal triggered

    implicitHeight: layout.implicitHeight + 40 + extra.height
    border.color: recommended ? Theme.accent : Theme.border

    RowLayout {
        id: layout

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.margins: 20
        spacing: 16

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 2
            icon: control.iconName
            size: 20
            color: control.recommended ? Theme.accent : Theme.textMuted
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 4

            Label {
                Layout.fillWidth: true
                text: control.title
                font: Theme.heading
            }
            Label {
                Layout.fillWidth: true
                text: control.body
                color: Theme.textMuted
                wrapMode: Text.Wrap
                elide: Text.ElideNone
                lineHeight: 20
                lineHeightMode: Text.FixedHeight
            }
            Label {
                objectName: control.objectName + "Problem"
                Layout.fillWidth: true
                visible: control.problem !== ""
                text: control.problem
                color: Theme.danger
                wrapMode: Text.Wrap
                elide: Text.ElideNone
            }
        }
        Button {
            objectName: control.objectName + "Action"
            visible: control.action !== ""
            Layout.alignment: Qt.AlignTop
            role: control.recommended ? "primary" : "default"
            text: control.action
            Accessible.name: control.title + ": " + text
            onClicked: control.triggered()
        }
    }
    Item {
        id: extra

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        height: childrenRect.height
    }
}
