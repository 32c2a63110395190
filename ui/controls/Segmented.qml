import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// One of two to four short choices. `options` are the words; `current` is an index.
Rectangle {
    id: control

    property list<string> options
    property int current: 0
    /// Icons before the words, where there are any.
    property list<string> icons
    /// The words are names of modes, not words.
    property bool figures: false
    signal chosen(int index)

    implicitWidth: row.implicitWidth + 4
    implicitHeight: 32
    radius: Theme.radius
    color: Theme.surfaceSunken
    border.width: 1
    border.color: Theme.borderStrong

    Row {
        id: row

        x: 2
        y: 2

        Repeater {
            model: control.options

            T.RadioButton {
                id: segment

                required property int index
                required property string modelData

                readonly property string iconName: index < control.icons.length ? control.icons[index] : ""
                readonly property color ink: !control.enabled ? Theme.textFaint : checked ? Theme.text : Theme.textMuted

                implicitWidth: label.implicitWidth + 24 + (iconName !== "" ? 20 : 0)
                implicitHeight: 28
                text: modelData
                hoverEnabled: true
                checked: index === control.current
                onClicked: control.chosen(index)
                Keys.onRightPressed: if (index < control.options.length - 1)
                    nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
                Keys.onLeftPressed: if (index > 0)
                    nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
                Keys.onReturnPressed: clicked()
                Keys.onEnterPressed: clicked()
                Accessible.role: Accessible.RadioButton
                Accessible.checked: checked
                Accessible.name: text

                contentItem: Item {
                    Icon {
                        visible: segment.iconName !== ""
                        x: 12
                        anchors.verticalCenter: parent.verticalCenter
                        icon: segment.iconName !== "" ? segment.iconName : "check"
                        size: 14
                        color: segment.ink
                    }
                    Label {
                        id: label

                        anchors.right: parent.right
                        anchors.rightMargin: 12
                        height: parent.height
                        text: segment.text
                        font: control.figures ? Theme.figure : Theme.smallMedium
                        color: segment.ink
                    }
                }
                background: Rectangle {
                    radius: Theme.radiusSmall
                    color: segment.checked ? Theme.segmentOn : segment.hovered ? Theme.hover : "transparent"
                    border.width: segment.checked ? 1 : 0
                    border.color: Theme.borderStrong

                    FocusRing {
                        shown: segment.visualFocus
                        inset: true
                        base: Theme.radiusSmall
                    }
                }
            }
        }
    }
}
