import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// One of many; words from a list of strings.
T.ComboBox {
    id: control

    implicitWidth: 160
    implicitHeight: 32
    leftPadding: 10
    rightPadding: 28
    font: Theme.body
    hoverEnabled: true
    Accessible.role: Accessible.ComboBox

    contentItem: Label {
        text: control.displayText
        font: control.font
        color: control.enabled ? Theme.text : Theme.textFaint
    }
    indicator: Icon {
        icon: "chevrons"
        size: 14
        x: control.width - width - 8
        y: (control.height - height) / 2
    }
    background: Rectangle {
        radius: Theme.radius
        color: control.enabled ? Theme.surfaceRaised : "transparent"
        border.width: 1
        border.color: control.enabled ? Theme.borderStrong : Theme.border

        Rectangle {
            anchors.fill: parent
            radius: parent.radius
            color: control.down ? Theme.pressed : control.hovered ? Theme.hover : "transparent"
        }
        FocusRing {
            shown: control.visualFocus
        }
    }
    delegate: T.ItemDelegate {
        id: row

        required property int index
        required property string modelData

        width: ListView.view ? ListView.view.width : 100
        height: 32
        leftPadding: 10
        highlighted: control.highlightedIndex === index
        hoverEnabled: true

        contentItem: Label {
            text: row.modelData
            font.family: control.font.family
            font.pixelSize: control.font.pixelSize
            font.weight: control.currentIndex === row.index ? Font.Medium : Font.Normal
        }
        background: Rectangle {
            radius: Theme.radiusSmall
            color: row.highlighted || row.hovered ? Theme.hover : "transparent"
        }
    }
    popup: T.Popup {
        y: control.height + 4
        width: control.width
        height: Math.min(list.contentHeight + 8, 320)
        padding: 4

        contentItem: ListView {
            id: list

            clip: true
            implicitHeight: contentHeight
            model: control.delegateModel
            currentIndex: control.highlightedIndex
            T.ScrollBar.vertical: ScrollBar {}
        }
        background: PopupFrame {}
    }
}
