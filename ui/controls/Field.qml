import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// One line of input. `error` marks it; the sentence itself stands below, where the page puts it.
T.TextField {
    id: control

    property bool error: false
    property bool compact: false
    property bool figures: false
    property string iconName: ""
    property string hint: ""

    implicitWidth: 160
    implicitHeight: compact ? 28 : 32
    leftPadding: iconName !== "" ? 34 : compact ? 8 : 10
    rightPadding: (hint !== "" && text === "" ? hintLabel.implicitWidth + 12 : 0) + (compact ? 8 : 10)
    verticalAlignment: TextInput.AlignVCenter
    horizontalAlignment: figures ? TextInput.AlignRight : TextInput.AlignLeft
    font: figures ? Theme.figure : Theme.body
    color: enabled ? Theme.text : Theme.textFaint
    placeholderTextColor: Theme.textFaint
    selectionColor: Theme.accent
    selectedTextColor: Theme.accentText
    selectByMouse: true
    renderType: Theme.zoom === 1 ? TextInput.NativeRendering : TextInput.QtRendering
    hoverEnabled: true
    Accessible.role: Accessible.EditableText

    Label {
        x: control.leftPadding
        width: control.width - control.leftPadding - control.rightPadding
        height: control.height
        text: control.placeholderText
        font: control.font
        color: Theme.textFaint
        horizontalAlignment: control.figures ? Text.AlignRight : Text.AlignLeft
        visible: control.length === 0 && control.preeditText === ""
    }
    Icon {
        visible: control.iconName !== ""
        icon: control.iconName !== "" ? control.iconName : "search"
        x: 10
        anchors.verticalCenter: parent.verticalCenter
    }
    Label {
        id: hintLabel

        visible: control.hint !== "" && control.text === ""
        text: control.hint
        font: Theme.caption
        color: Theme.textMuted
        anchors.right: parent.right
        anchors.rightMargin: 10
        anchors.verticalCenter: parent.verticalCenter
    }

    background: Rectangle {
        radius: control.compact ? Theme.radiusSmall : Theme.radius
        color: control.enabled ? Theme.surfaceRaised : "transparent"
        border.width: control.activeFocus ? 2 : 1
        border.color: control.error ? Theme.danger : control.activeFocus ? Theme.accent : control.enabled ? Theme.borderStrong : Theme.border
    }
}
