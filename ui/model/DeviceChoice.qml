import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Which device the model goes to, and what that means on this machine.
RowLayout {
    id: choice

    required property ModelPageModel page

    spacing: 16

    Label {
        Layout.preferredWidth: 76
        text: qsTr("Device")
        font: Theme.bodyStrong
    }
    Segmented {
        objectName: "deviceChoice"
        enabled: choice.page.deviceLocked === ""
        options: ["auto", "cpu", "cuda"]
        current: choice.page.deviceIndex
        onChosen: index => choice.page.deviceIndex = index
    }
    Label {
        objectName: "deviceReason"
        Layout.fillWidth: true
        text: choice.page.deviceLocked !== "" ? choice.page.deviceLocked : choice.page.deviceReason
        font: Theme.small
        color: choice.page.deviceRefused ? Theme.danger : choice.page.deviceLocked !== "" ? Theme.info : Theme.textMuted
        wrapMode: Text.Wrap
        maximumLineCount: 3
    }
}
