import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// One of two to four short choices. `options` are the words; `current` is an index.
Rectangle {
    id: control

    property list<string> options
    property int current: 0
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

            T.AbstractButton {
                id: segment

                required property int index
                required property string modelData

                implicitWidth: label.implicitWidth + 24
                implicitHeight: 28
                text: modelData
                hoverEnabled: true
                checked: index === control.current
                onClicked: control.chosen(index)
                Accessible.role: Accessible.RadioButton
                Accessible.name: text

                contentItem: Label {
                    id: label

                    text: segment.text
                    font: Theme.smallMedium
                    color: segment.checked ? Theme.text : Theme.textMuted
                    horizontalAlignment: Text.AlignHCenter
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
