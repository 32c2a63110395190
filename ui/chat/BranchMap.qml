import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// A small map of the chat's tree: a dot for each message, a column for each branch; a click shows that branch.
T.Popup {
    id: control

    required property ChatModel chat
    property var nodes: []
    property int current: -1
    readonly property int step: 28
    readonly property int columns: nodes.reduce((most, node) => Math.max(most, node.column + 1), 1)
    readonly property int rows: nodes.reduce((most, node) => Math.max(most, node.row + 1), 1)

    function choose(index: int): void {
        chat.showMessage(nodes[index].id);
        nodes = chat.map();
    }
    function move(by: int): void {
        if (nodes.length > 0)
            current = Math.max(0, Math.min(nodes.length - 1, current + by));
    }

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(480, parent ? parent.width - 32 : 480)
    height: Math.min(rows * step + 120, parent ? parent.height - 64 : 480)
    padding: 16
    modal: true
    focus: true
    onAboutToShow: {
        nodes = chat.map();
        current = nodes.findIndex(node => node.shown);
    }
    onOpened: area.forceActiveFocus()

    T.Overlay.modal: Dim {}
    contentItem: Item {
        Label {
            id: heading

            width: parent.width
            height: 24
            text: qsTr("Branches: %1").arg(control.chat.branches)
            font: Theme.heading
        }
        Label {
            id: words

            anchors.bottom: parent.bottom
            width: parent.width
            height: 24
            text: control.current >= 0 && control.current < control.nodes.length
                  ? control.nodes[control.current].user ? qsTr("You: %1").arg(control.nodes[control.current].label)
                                                        : qsTr("Answer: %1").arg(control.nodes[control.current].label) : ""
            font: Theme.small
            color: Theme.textMuted
        }
        Flickable {
            id: area

            objectName: "branchMap"
            anchors.top: heading.bottom
            anchors.bottom: words.top
            anchors.topMargin: 8
            width: parent.width
            contentWidth: Math.max(width, control.columns * control.step)
            contentHeight: control.rows * control.step
            clip: true
            boundsBehavior: Flickable.StopAtBounds
            activeFocusOnTab: true
            Accessible.role: Accessible.Tree
            Accessible.name: words.text
            T.ScrollBar.vertical: ScrollBar {}
            Keys.onPressed: event => {
                if (event.key === Qt.Key_Up || event.key === Qt.Key_Left)
                    control.move(-1);
                else if (event.key === Qt.Key_Down || event.key === Qt.Key_Right)
                    control.move(1);
                else if (event.key === Qt.Key_Return || event.key === Qt.Key_Enter)
                    control.choose(control.current);
                else
                    return;
                event.accepted = true;
            }

            Repeater {
                model: control.nodes

                Item {
                    id: node

                    required property int index
                    required property var modelData
                    readonly property int middle: control.step / 2
                    readonly property bool root: modelData.parentRow < 0

                    x: modelData.column * control.step
                    y: modelData.row * control.step
                    width: control.step
                    height: control.step

                    Rectangle {
                        visible: !node.root
                        x: node.middle - 1
                        y: -node.middle
                        width: 2
                        height: control.step
                        color: node.modelData.shown ? Theme.accent : Theme.borderStrong
                    }
                    Rectangle {
                        readonly property int away: node.modelData.column - node.modelData.parentColumn

                        visible: !node.root && away > 0
                        x: node.middle - away * control.step
                        y: -node.middle
                        width: away * control.step + 1
                        height: 2
                        color: node.modelData.shown ? Theme.accent : Theme.borderStrong
                    }
                    Rectangle {
                        anchors.centerIn: parent
                        width: 12
                        height: 12
                        radius: node.modelData.user ? 2 : 6
                        color: node.modelData.shown ? Theme.accent : Theme.surfaceRaised
                        border.width: 1.5
                        border.color: node.modelData.shown ? Theme.accent : Theme.borderControl

                        Rectangle {
                            visible: control.current === node.index
                            anchors.fill: parent
                            anchors.margins: -4
                            radius: 8
                            color: "transparent"
                            border.width: 2
                            border.color: Theme.text
                        }
                    }
                    HoverHandler {
                        onHoveredChanged: if (hovered)
                            control.current = node.index
                    }
                    TapHandler {
                        onTapped: control.choose(node.index)
                    }
                }
            }
        }
    }
    background: PopupFrame {}
}
