import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Which template, why, and what it makes of a first message, token by token.
ColumnLayout {
    id: choice

    required property ModelPageModel page
    readonly property TemplateModel templates: page.templates
    property bool previewShown: false

    spacing: 8

    RowLayout {
        spacing: 10

        Label {
            text: qsTr("Template")
            font: Theme.bodyStrong
        }
        ComboBox {
            objectName: "templateCombo"
            Layout.preferredWidth: 168
            enabled: choice.templates.locked === ""
            font: Theme.figure
            model: choice.templates.names
            currentIndex: choice.templates.index
            onActivated: index => choice.templates.index = index
            Accessible.name: qsTr("Template")
        }
        Label {
            objectName: "templateReason"
            Layout.fillWidth: true
            text: choice.templates.error !== "" ? choice.templates.error
                  : choice.templates.locked !== "" ? choice.templates.locked
                  : choice.templates.chosen === "" ? ""
                  : choice.templates.reason.includes(choice.templates.chosen) ? choice.templates.reason
                  : choice.templates.reason !== "" ? qsTr("%1: %2").arg(choice.templates.chosen).arg(choice.templates.reason) : choice.templates.chosen
            font: Theme.small
            color: choice.templates.error !== "" ? Theme.danger : Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Label {
            visible: choice.previewShown && choice.templates.tokenCount > 0
            text: qsTr("%1 tokens").arg(choice.templates.tokenCount)
            font: Theme.small
            color: Theme.textMuted
        }
        Button {
            objectName: "previewButton"
            visible: choice.templates.preview !== ""
            compact: true
            role: "quiet"
            iconName: choice.previewShown ? "chevron-up" : "chevron-down"
            text: qsTr("Preview")
            Accessible.name: choice.previewShown ? qsTr("Hide preview") : qsTr("Show preview")
            onClicked: choice.previewShown = !choice.previewShown
        }
    }
    Rectangle {
        objectName: "templatePreview"
        Layout.fillWidth: true
        visible: choice.previewShown && choice.templates.preview !== ""
        implicitHeight: (choice.templates.tokenCount > 0 ? tokens.implicitHeight : previewText.implicitHeight) + 20
        radius: Theme.radiusCard
        color: Theme.codeBackground
        border.width: 1
        border.color: Theme.border
        Accessible.role: Accessible.StaticText
        Accessible.name: choice.templates.preview

        // Without a tokenizer: the text alone.
        Label {
            id: previewText

            visible: choice.templates.tokenCount === 0
            x: 12
            y: 10
            width: parent.width - 24
            text: choice.templates.preview
            font: Theme.figure
            wrapMode: Text.WrapAnywhere
            elide: Text.ElideNone
            lineHeight: 18
            lineHeightMode: Text.FixedHeight
        }
        Flow {
            id: tokens

            visible: choice.templates.tokenCount > 0
            x: 12
            y: 10
            width: parent.width - 24
            spacing: 1

            Repeater {
                model: choice.previewShown ? choice.templates.tokens : []

                Item {
                    id: token

                    required property int index
                    required property var modelData

                    // The end of a line takes what is left of it.
                    width: modelData.end ? tokens.width : Math.min(spelling.implicitWidth, tokens.width)
                    height: modelData.end ? 0 : 20
                    Accessible.ignored: true

                    Rectangle {
                        visible: !token.modelData.end
                        anchors.fill: parent
                        anchors.topMargin: 1
                        anchors.bottomMargin: 1
                        radius: 3
                        color: token.modelData.special ? Theme.infoSoft : token.index % 2 === 0 ? Theme.hover : "transparent"
                    }
                    Figure {
                        id: spelling

                        height: parent.height
                        width: parent.width
                        visible: !token.modelData.end
                        text: token.modelData.text
                        color: token.modelData.special ? Theme.info : Theme.codeText
                    }
                }
            }
        }
    }
}
