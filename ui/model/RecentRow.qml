import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// A model of the directory column: opened before, or found.
T.ItemDelegate {
    id: row

    required property string path
    required property string name
    required property string detail
    required property string problem
    required property bool current
    required property bool isFile
    required property bool found
    /// The list's own place for the keyboard is here.
    property bool pointed: false
    readonly property bool forgettable: !found
    signal forgotten

    implicitHeight: 48
    hoverEnabled: true
    focusPolicy: Qt.ClickFocus
    text: name
    Accessible.role: Accessible.ListItem
    Accessible.name: name + ", " + (problem !== "" ? problem : detail)
    Accessible.selected: current
    Accessible.onPressAction: row.clicked()

    contentItem: Item {
        Icon {
            x: 10
            anchors.verticalCenter: parent.verticalCenter
            icon: row.isFile ? "file" : "folder"
            size: 18
        }
        Label {
            x: 38
            y: 5
            width: parent.width - 70
            height: 20
            text: row.name
            font: row.current ? Theme.bodyMedium : Theme.body
        }
        Label {
            x: 38
            y: 25
            width: parent.width - 70
            text: row.problem !== "" ? row.problem : row.detail
            font: Theme.caption
            color: row.problem !== "" ? Theme.danger : Theme.textMuted
        }
        Icon {
            visible: row.problem !== "" && !(row.hovered && row.forgettable)
            anchors.right: parent.right
            anchors.rightMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            icon: "error"
            color: Theme.danger
        }
        IconButton {
            visible: row.hovered && row.forgettable
            focusPolicy: Qt.NoFocus
            anchors.right: parent.right
            anchors.rightMargin: 4
            anchors.verticalCenter: parent.verticalCenter
            iconName: "close"
            text: qsTr("Forget, the files stay")
            onClicked: row.forgotten()
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.current ? Theme.selected : row.down ? Theme.pressed : row.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: row.pointed
            inset: true
        }
    }
}
