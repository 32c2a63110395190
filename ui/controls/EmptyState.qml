import QtQuick
import Hearth.Theme

/// One sentence, one line of help, one action.
Column {
    id: control

    required property string title
    property string help: ""
    property string action: ""
    signal triggered

    spacing: 8

    Label {
        anchors.horizontalCenter: parent.horizontalCenter
        text: control.title
        font: Theme.bodyStrong
    }
    Label {
        anchors.horizontalCenter: parent.horizontalCenter
        visible: control.help !== ""
        width: Math.min(implicitWidth, control.width)
        text: control.help
        color: Theme.textMuted
        wrapMode: Text.Wrap
        elide: Text.ElideNone
        horizontalAlignment: Text.AlignHCenter
    }
    Button {
        anchors.horizontalCenter: parent.horizontalCenter
        visible: control.action !== ""
        text: control.action
        onClicked: control.triggered()
    }
}
