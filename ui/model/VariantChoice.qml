import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Which of a model's files, where several of them lie side by side.
RowLayout {
    id: choice

    required property ModelPageModel page
    readonly property var files: page.directory.variants

    spacing: 16

    Label {
        Layout.preferredWidth: 76
        text: qsTr("File")
        font: Theme.bodyStrong
    }
    ComboBox {
        objectName: "variantChoice"
        Layout.preferredWidth: 320
        Layout.fillWidth: true
        Layout.maximumWidth: 420
        font: Theme.figure
        model: choice.files
        currentIndex: choice.page.directory.currentVariant
        Accessible.name: qsTr("File")
        onActivated: index => choice.page.choosePath(choice.page.directory.variantPath(index))
    }
    Label {
        Layout.fillWidth: true
        text: qsTr("%1 files of this model lie side by side").arg(choice.files.length)
        font: Theme.caption
        color: Theme.textMuted
    }
}
