import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// The edge of the KV cache, to drag: the context length by its bytes. A slider for the keyboard too.
Item {
    id: handle

    required property ModelPageModel page
    required property MemoryBar bar
    readonly property int least: 1024
    readonly property int most: Math.max(least, page.trainedContext)
    readonly property bool dragging: mouse.pressed
    readonly property real place: bar.kvEdge

    function take(tokens: real): void {
        page.setContext(Math.max(least, Math.min(most, Math.round(tokens))));
    }
    /// Tokens at a place along the bar; snaps within 6 px to the largest that fits.
    function tokensAt(along: real): real {
        const density = Math.max(1e-12, mouse.density);
        const bytes = (along - mouse.begin) / density;
        const tokens = bytes / Math.max(1, bar.plan.perToken);
        const largest = bar.plan.largest;
        if (largest >= least && Math.abs(tokens - largest) * bar.plan.perToken * density < 6)
            return largest;
        return Math.round(tokens / 16) * 16;
    }

    visible: bar.plan.known && bar.plan.perToken > 0 && page.contextLocked === ""
    x: bar.vertical ? bar.x - 16 : bar.x + 1 + place - 12
    y: bar.vertical ? bar.y + bar.height - 1 - place - 12 : bar.y - 16
    width: bar.vertical ? bar.width + 16 : 24
    height: bar.vertical ? 24 : bar.height + 16
    activeFocusOnTab: true
    Accessible.role: Accessible.Slider
    Accessible.focusable: true
    Accessible.name: qsTr("Context length: %1 tokens, %2").arg(Number(page.context).toLocaleString(Qt.locale(), "f", 0)).arg(page.bytes(bar.plan.kvContext))
    Accessible.description: qsTr("Arrow keys change it by 1,024 tokens, Page Up and Page Down by 8,192; End takes the largest that fits.")
    Accessible.onIncreaseAction: take(page.context + 1024)
    Accessible.onDecreaseAction: take(page.context - 1024)

    Keys.onPressed: event => {
        const steps = {};
        steps[Qt.Key_Left] = steps[Qt.Key_Down] = -1024;
        steps[Qt.Key_Right] = steps[Qt.Key_Up] = 1024;
        steps[Qt.Key_PageDown] = -8192;
        steps[Qt.Key_PageUp] = 8192;
        if (event.key === Qt.Key_Home)
            take(least);
        else if (event.key === Qt.Key_End)
            page.useLargest();
        else if (steps[event.key] !== undefined)
            take(page.context + steps[event.key]);
        else
            return;
        event.accepted = true;
    }

    // Across the bar.
    Rectangle {
        x: handle.bar.vertical ? 14 : 11
        y: handle.bar.vertical ? 11 : 14
        width: handle.bar.vertical ? handle.bar.width + 4 : 2
        height: handle.bar.vertical ? 2 : handle.bar.height + 4
        color: Theme.accent
    }
    Rectangle {
        width: handle.bar.vertical ? 14 : 24
        height: handle.bar.vertical ? 24 : 14
        radius: 4
        color: mouse.containsMouse || handle.dragging ? Theme.accentSoft : Theme.surfaceRaised
        border.width: 2
        border.color: Theme.accent

        Repeater {
            model: 2

            Rectangle {
                required property int index

                x: handle.bar.vertical ? 4 : 9 + index * 4
                y: handle.bar.vertical ? 9 + index * 4 : 4
                width: handle.bar.vertical ? 6 : 1.5
                height: handle.bar.vertical ? 1.5 : 6
                color: Theme.accent
            }
        }
        FocusRing {
            shown: handle.activeFocus
            base: 4
        }
    }
    MouseArea {
        id: mouse

        // As they were when the drag began: over the limit the scale moves, the pointer does not.
        property real density: 1
        property real begin: 0
        property real offset: 0

        anchors.fill: parent
        hoverEnabled: true
        preventStealing: true
        cursorShape: handle.bar.vertical ? Qt.SizeVerCursor : Qt.SizeHorCursor
        onPressed: event => {
            handle.forceActiveFocus(Qt.MouseFocusReason);
            density = handle.bar.density;
            begin = handle.bar.kvFrom;
            offset = along(event) - handle.bar.kvEdge;
        }
        onPositionChanged: event => {
            if (pressed)
                handle.take(handle.tokensAt(along(event) - offset));
        }

        function along(event: var): real {
            const at = mouse.mapToItem(handle.bar, event.x, event.y);
            return handle.bar.vertical ? handle.bar.height - 1 - at.y : at.x - 1;
        }
    }
    ToolTip {
        visible: handle.dragging
        delay: 0
        atRight: handle.bar.vertical
        text: qsTr("%1 tokens, %2").arg(Number(handle.page.context).toLocaleString(Qt.locale(), "f", 0)).arg(handle.page.bytes(handle.bar.plan.kvContext))
    }
}
