import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// Draws the window's content and its popups larger or smaller than at the start of the program, at once: they are laid
/// out in a smaller or larger window and drawn to fill the real one. From the next start on Qt itself has the scale.
Item {
    id: zoom

    required property real factor
    required property Item content
    required property size windowSize
    readonly property Item overlay: T.Overlay.overlay

    function fit(item: Item): void {
        if (item === null)
            return;
        item.transformOrigin = Item.TopLeft;
        item.scale = zoom.factor;
        item.width = zoom.windowSize.width / zoom.factor;
        item.height = zoom.windowSize.height / zoom.factor;
    }
    function fitAll(): void {
        Theme.zoom = factor;
        Theme.beyond = Qt.size(Math.max(0, windowSize.width * (1 - 1 / factor)), Math.max(0, windowSize.height * (1 - 1 / factor)));
        fit(content);
        fit(overlay);
    }

    onFactorChanged: fitAll()
    onWindowSizeChanged: fitAll()
    onOverlayChanged: fitAll()
    Component.onCompleted: fitAll()

    // The window lays both out anew whenever it is resized.
    Connections {
        target: zoom.content

        function onWidthChanged(): void {
            zoom.fit(zoom.content);
        }
        function onHeightChanged(): void {
            zoom.fit(zoom.content);
        }
    }
    Connections {
        target: zoom.overlay

        function onWidthChanged(): void {
            zoom.fit(zoom.overlay);
        }
        function onHeightChanged(): void {
            zoom.fit(zoom.overlay);
        }
    }
}
