import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// A repository that the search found.
T.ItemDelegate {
    id: row

    required property string repository
    required property string detail
    required property string format
    required property bool gated
    property bool pointed: false

    implicitHeight: 52
    hoverEnabled: true
    focusPolicy: Qt.ClickFocus
    text: repository
    Accessible.role: Accessible.ListItem
    Accessible.name: repository + ", " + detail
    Accessible.onPressAction: row.clicked()

    contentItem: Item {
        Label {
            x: 10
            y: 6
            width: parent.width - chips.width - 34
            height: 20
            text: row.repository
            font: Theme.bodyMedium
        }
        Label {
            x: 10
            y: 27
            width: parent.width - chips.width - 34
            text: row.detail
            font: Theme.caption
            color: Theme.textMuted
        }
        Row {
            id: chips

            anchors.right: parent.right
            anchors.rightMargin: 12
            anchors.verticalCenter: parent.verticalCenter
            spacing: 6

            Chip {
                visible: row.gated
                tone: "warning"
                iconName: "key"
                text: qsTr("on request")
            }
            Chip {
                visible: row.format !== ""
                text: row.format
            }
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: row.down ? Theme.pressed : row.hovered ? Theme.hover : "transparent"

        FocusRing {
            shown: row.pointed
            inset: true
        }
    }
}
