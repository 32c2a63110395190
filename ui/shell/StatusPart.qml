import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// A part of the status strip: a button to the page that it is about.
T.AbstractButton {
    id: control

    property string iconName: ""
    property bool strong: false
    property bool figures: false
    property bool separated: true
    property string tip: ""

    implicitHeight: Theme.stripHeight
    implicitWidth: row.implicitWidth + 24
    hoverEnabled: true
    focusPolicy: Qt.TabFocus
    Accessible.name: text

    contentItem: Item {
        Row {
            id: row

            anchors.verticalCenter: parent.verticalCenter
            x: 12
            spacing: 7

            Icon {
                visible: control.iconName !== ""
                icon: control.iconName !== "" ? control.iconName : "model"
                size: 14
                anchors.verticalCenter: parent.verticalCenter
            }
            Label {
                text: control.text
                font: control.strong ? Theme.smallMedium : control.figures ? Theme.figure : Theme.small
                color: control.strong ? Theme.text : Theme.textMuted
                width: Math.min(implicitWidth, 320)
                elide: Text.ElideMiddle
                anchors.verticalCenter: parent.verticalCenter
            }
        }
    }
    background: Rectangle {
        color: control.hovered ? Theme.hover : "transparent"

        Hairline {
            visible: control.separated
            x: parent.width - 1
            y: 8
            height: 12
            color: Theme.borderStrong
        }
        FocusRing {
            shown: control.visualFocus
            inset: true
        }
    }
    ToolTip {
        visible: control.hovered && control.tip !== ""
        y: -implicitHeight - 6
        text: control.tip
    }
}
