import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// The folded bar above an answer that was thought over: how long, how many tokens; a click shows the thoughts.
BlockFrame {
    id: block

    required property string messageState
    required property answerFacts facts
    required property bool open
    readonly property bool thinking: messageState === "streaming" && open && facts.reasoningTime === ""
    signal toggled

    topSpace: 10

    T.Button {
        id: bar

        objectName: "reasoningBar"
        width: parent ? parent.width : 0
        height: 34
        hoverEnabled: true
        text: block.facts.reasoningTime === "" ? qsTr("Reasoning") : qsTr("Reasoned for %1").arg(block.facts.reasoningTime)
        Accessible.name: text
        Accessible.description: block.open ? qsTr("Shown; hides it") : qsTr("Hidden; shows it")
        Accessible.checkable: true
        Accessible.checked: block.open
        Keys.onReturnPressed: clicked()
        Keys.onEnterPressed: clicked()
        onClicked: block.toggled()

        contentItem: Item {
            Icon {
                x: 12
                anchors.verticalCenter: parent.verticalCenter
                icon: "thought"
                size: 16
            }
            Label {
                id: words

                x: 36
                height: parent.height
                text: bar.text
                font: Theme.smallMedium
                color: Theme.textMuted
            }
            Figure {
                anchors.left: words.right
                anchors.leftMargin: 10
                anchors.verticalCenter: parent.verticalCenter
                visible: block.facts.reasoningTokens > 0
                text: qsTr("%1 tokens").arg(Number(block.facts.reasoningTokens).toLocaleString(Qt.locale(), "f", 0))
                color: Theme.textMuted
            }
            Icon {
                anchors.right: parent.right
                anchors.rightMargin: 12
                anchors.verticalCenter: parent.verticalCenter
                icon: block.open ? "chevron-up" : "chevron-down"
                size: 14
            }
        }
        background: Rectangle {
            radius: Theme.radiusCard
            color: Theme.surfaceSunken
            border.width: 1
            border.color: Theme.border

            Rectangle {
                anchors.fill: parent
                radius: parent.radius
                color: bar.down ? Theme.pressed : bar.hovered ? Theme.hover : "transparent"
            }
            FocusRing {
                shown: bar.visualFocus
                base: Theme.radiusCard
            }
        }
    }
}
