import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// A model that was opened before.
T.ItemDelegate {
    id: row

    required property string path
    required property string name
    required property string detail
    required property string problem
    required property bool current
    required property bool isFile
    signal forgotten

    implicitHeight: 48
    hoverEnabled: true
    Keys.onReturnPressed: row.clicked()
    Keys.onEnterPressed: row.clicked()
    text: name
    Accessible.name: name + ", " + (problem !== "" ? problem : detail)
    Keys.onDeletePressed: forgotten()

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
            visible: row.problem !== "" && !row.hovered
            anchors.right: parent.right
            anchors.rightMargin: 10
            anchors.verticalCenter: parent.verticalCenter
            icon: "error"
            color: Theme.danger
        }
        IconButton {
            visible: row.hovered
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
            shown: row.visualFocus
            inset: true
        }
    }
}
