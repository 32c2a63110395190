import QtQuick
import QtQuick.Templates as T
import Hearth.Controls
import Hearth.Chat

/// The parameters of one side of a comparison.
T.Popup {
    id: popup

    required property ParameterModel parameters
    required property string name

    width: 304
    height: Math.min(column.height + 32, 520)
    padding: 0
    margins: 8
    focus: true
    modal: false
    onOpened: scroller.forceActiveFocus()

    contentItem: Flickable {
        id: scroller

        contentHeight: column.height + 32
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        Accessible.role: Accessible.Dialog
        Accessible.name: popup.name
        T.ScrollBar.vertical: ScrollBar {}

        Column {
            id: column

            x: 16
            y: 16
            width: scroller.width - 32
            spacing: 2

            Repeater {
                model: popup.parameters

                ParameterRow {
                    width: column.width
                    parameters: popup.parameters
                }
            }
            NumberRow {
                width: parent.width
                label: qsTr("Max tokens")
                value: popup.parameters.maxTokens
                placeholder: qsTr("what fits")
                onApplied: text => problem = popup.parameters.setMaxTokens(text)
            }
            NumberRow {
                width: parent.width
                label: qsTr("Seed")
                value: popup.parameters.seed
                placeholder: qsTr("random")
                onApplied: text => problem = popup.parameters.setSeed(text)
            }
            Item {
                width: parent.width
                height: 36

                Button {
                    anchors.right: parent.right
                    anchors.bottom: parent.bottom
                    compact: true
                    role: "quiet"
                    enabled: popup.parameters.changedCount > 0
                    text: qsTr("Reset all")
                    onClicked: popup.parameters.resetAll()
                }
            }
        }
    }
    background: PopupFrame {}
}
