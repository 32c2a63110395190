import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Which template, why, and what it makes of a first message.
ColumnLayout {
    id: choice

    required property ModelPageModel page
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
            font: Theme.figure
            model: choice.page.templateNames
            currentIndex: choice.page.templateIndex
            onActivated: index => choice.page.setTemplateIndex(index)
            Accessible.name: qsTr("Template")
        }
        Label {
            Layout.fillWidth: true
            text: choice.page.templateError !== "" ? choice.page.templateError
                  : choice.page.templateChosen === "" ? ""
                  : choice.page.templateReason.includes(choice.page.templateChosen) ? choice.page.templateReason
                  : choice.page.templateReason !== "" ? qsTr("%1: %2").arg(choice.page.templateChosen).arg(choice.page.templateReason) : choice.page.templateChosen
            font: Theme.small
            color: choice.page.templateError !== "" ? Theme.danger : Theme.textMuted
            wrapMode: Text.Wrap
            maximumLineCount: 2
        }
        Button {
            visible: choice.page.preview !== ""
            compact: true
            role: "quiet"
            text: choice.previewShown ? qsTr("Hide preview") : qsTr("Preview")
            onClicked: choice.previewShown = !choice.previewShown
        }
    }
    Rectangle {
        Layout.fillWidth: true
        visible: choice.previewShown && choice.page.preview !== ""
        implicitHeight: previewText.implicitHeight + 20
        radius: Theme.radiusCard
        color: Theme.codeBackground
        border.width: 1
        border.color: Theme.border

        Label {
            id: previewText

            x: 12
            y: 10
            width: parent.width - 24
            text: choice.page.preview
            font: Theme.figure
            wrapMode: Text.WrapAnywhere
            elide: Text.ElideNone
            lineHeight: 18
            lineHeightMode: Text.FixedHeight
        }
    }
}
