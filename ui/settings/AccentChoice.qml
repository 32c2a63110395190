import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// The accents as discs, and the name of the chosen one.
Row {
    id: control

    required property SettingFacts row
    readonly property int current: row.choices.indexOf(row.value)

    spacing: 8

    Repeater {
        model: control.row.choices

        T.AbstractButton {
            id: disc

            required property int index
            required property string modelData

            objectName: "accent-" + modelData
            anchors.verticalCenter: parent ? parent.verticalCenter : undefined
            implicitWidth: 28
            implicitHeight: 28
            hoverEnabled: true
            enabled: control.row.open
            checked: index === control.current
            onClicked: control.row.store(modelData)
            Keys.onReturnPressed: clicked()
            Keys.onEnterPressed: clicked()
            Keys.onRightPressed: nextItemInFocusChain(true).forceActiveFocus(Qt.TabFocusReason)
            Keys.onLeftPressed: nextItemInFocusChain(false).forceActiveFocus(Qt.BacktabFocusReason)
            Accessible.role: Accessible.RadioButton
            Accessible.name: control.row.choiceNames[index]
            Accessible.checked: checked

            background: Item {
                Rectangle {
                    anchors.fill: parent
                    visible: disc.checked
                    radius: width / 2
                    color: "transparent"
                    border.width: 2
                    border.color: Theme.accentColor(disc.modelData)
                }
                Rectangle {
                    anchors.centerIn: parent
                    width: 20
                    height: 20
                    radius: 10
                    color: Theme.accentColor(disc.modelData)
                    opacity: disc.enabled ? 1 : 0.5

                    Icon {
                        anchors.centerIn: parent
                        visible: disc.checked
                        icon: "check"
                        size: 14
                        color: Theme.accentText
                    }
                }
                FocusRing {
                    shown: disc.visualFocus
                    base: 14
                }
            }
            ToolTip {
                visible: disc.hovered
                text: control.row.choiceNames[disc.index]
            }
        }
    }
    Label {
        anchors.verticalCenter: parent.verticalCenter
        width: Math.max(60, implicitWidth)
        horizontalAlignment: Text.AlignRight
        text: control.current >= 0 ? control.row.choiceNames[control.current] : ""
        font: Theme.small
        color: Theme.textMuted
    }
}
