import QtQuick

/// Keeps what has the keyboard within sight of a Flickable.
Item {
    id: follower

    required property Flickable view

    function show(item: Item): void {
        const top = item.mapToItem(view.contentItem, 0, 0).y;
        const bottom = Math.max(0, view.contentHeight - view.height);
        if (top < view.contentY + 8)
            view.contentY = Math.max(0, Math.min(bottom, top - 24));
        else if (top + item.height > view.contentY + view.height - 8)
            view.contentY = Math.max(0, Math.min(bottom, Math.min(top - 24, top + item.height - view.height + 24)));
    }

    Connections {
        target: follower.Window.window
        function onActiveFocusItemChanged(): void {
            const item = follower.Window.window ? follower.Window.window.activeFocusItem : null;
            for (let above = item; above; above = above.parent) {
                if (above === follower.view.contentItem) {
                    follower.show(item);
                    return;
                }
            }
        }
    }
}
