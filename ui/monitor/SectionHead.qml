import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls

/// The head of a section of the page: what it is about, and a line of facts.
RowLayout {
    id: head

    required property string iconName
    required property string title
    property string facts: ""
    property string remark: ""

    spacing: 8

    Icon {
        icon: head.iconName
        size: 16
    }
    Label {
        text: head.title
        font: Theme.bodyStrong
        Accessible.role: Accessible.Heading
        Accessible.name: text
    }
    Label {
        Layout.fillWidth: true
        text: head.facts
        font: Theme.small
        color: Theme.textMuted
    }
    Label {
        visible: head.remark !== ""
        text: head.remark
        font: Theme.caption
        color: Theme.textMuted
    }
}
