import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Shell

/// What a narrow status strip has no room for: template, quantization, context, compute type.
T.Popup {
    id: popup

    required property StatusModel status
    required property string context
    required property real contextShare
    signal pageWanted(string page)

    width: 320
    height: implicitContentHeight + topPadding + bottomPadding
    padding: 16
    margins: Theme.zoom < 1 ? -1 : 8
    rightMargin: Theme.zoom < 1 ? -1 : 8 + Theme.beyond.width
    bottomMargin: Theme.zoom < 1 ? -1 : 8 + Theme.beyond.height
    focus: true
    background: PopupFrame {}

    contentItem: ColumnLayout {
        spacing: 8

        component Fact: Item {
            id: fact

            required property string label
            required property string value
            property string help: ""

            Layout.fillWidth: true
            implicitHeight: help !== "" ? 36 : 20
            Accessible.role: Accessible.StaticText
            Accessible.name: label + ": " + value
            Accessible.description: help

            Label {
                width: 92
                height: 20
                text: fact.label
                font: Theme.small
                color: Theme.textMuted
            }
            Label {
                x: 96
                width: parent.width - x
                height: 20
                text: fact.value
                font: Theme.smallMedium
            }
            Label {
                x: 96
                y: 19
                width: parent.width - x
                text: fact.help
                font: Theme.caption
                color: Theme.textMuted
            }
        }

        Label {
            Layout.fillWidth: true
            text: popup.status.model
            font: Theme.bodyStrong
        }
        Fact {
            visible: value !== ""
            label: qsTr("Template")
            value: popup.status.templateName
            help: popup.status.templateReason
        }
        Fact {
            visible: value !== ""
            label: qsTr("Quantization")
            value: popup.status.quantization
        }
        Fact {
            visible: value !== ""
            label: qsTr("Compute")
            value: popup.status.computeType
        }
        Fact {
            label: qsTr("Context")
            value: qsTr("%1 tokens").arg(popup.context)
        }
        ProgressBar {
            Layout.fillWidth: true
            value: popup.contextShare
        }
        Button {
            objectName: "statusPopupModel"
            Layout.topMargin: 4
            focus: true
            compact: true
            text: qsTr("Open the model page")
            onClicked: {
                popup.close();
                popup.pageWanted("model");
            }
        }
    }
}
