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
    signal triggered

    implicitHeight: layout.implicitHeight + 40
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
        }
        Button {
            objectName: control.objectName + "Action"
            Layout.alignment: Qt.AlignTop
            role: control.recommended ? "primary" : "default"
            text: control.action
            onClicked: control.triggered()
        }
    }
}
