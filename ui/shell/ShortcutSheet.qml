import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// Every shortcut at a glance.
T.Popup {
    id: sheet

    objectName: "shortcutSheet"
    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(760, parent ? parent.width - 48 : 760)
    height: Math.min(table.height + 88, parent ? parent.height - 48 : 640)
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside

    T.Overlay.modal: Dim {}
    contentItem: FocusScope {
        focus: true
        Accessible.role: Accessible.Dialog
        Accessible.name: qsTr("Shortcuts")
        Keys.onDownPressed: scroller.flick(0, -600)
        Keys.onUpPressed: scroller.flick(0, 600)

        Label {
            x: 24
            y: 16
            height: 32
            text: qsTr("Shortcuts")
            font: Theme.title
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        IconButton {
            objectName: "closeShortcuts"
            anchors.right: parent.right
            anchors.rightMargin: 16
            y: 16
            size: 32
            iconSize: 18
            iconName: "close"
            text: qsTr("Close")
            shortcutText: "Esc"
            focus: true
            onClicked: sheet.close()
        }
        Flickable {
            id: scroller

            anchors.fill: parent
            anchors.topMargin: 60
            anchors.bottomMargin: 12
            contentHeight: table.height + 8
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            T.ScrollBar.vertical: ScrollBar {}

            ShortcutTable {
                id: table

                objectName: "shortcutTable"
                x: 24
                width: scroller.width - 48
            }
        }
    }
    background: PopupFrame {}
}
