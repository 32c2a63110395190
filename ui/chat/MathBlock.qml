import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// A formula on a line of its own; where it is not understood, its source as it is.
BlockFrame {
    id: block

    required property inlineText content

    topSpace: 10

    Flickable {
        id: scroller

        width: parent ? parent.width : 0
        height: (view.understood ? view.implicitHeight : source.height) + 8
        contentWidth: Math.max(width, view.understood ? view.implicitWidth : source.width)
        contentHeight: height
        flickableDirection: Flickable.HorizontalFlick
        boundsBehavior: Flickable.StopAtBounds
        interactive: contentWidth > width
        clip: contentWidth > width
        Accessible.role: Accessible.StaticText
        Accessible.name: qsTr("Formula: %1").arg(source.plain)

        T.ScrollBar.horizontal: ScrollBar {}

        MathView {
            id: view

            objectName: "mathView"
            x: Math.max(0, (scroller.width - implicitWidth) / 2)
            y: 4
            width: implicitWidth
            height: implicitHeight
            visible: understood
            contentsScale: Theme.zoom
            tex: source.plain
            ink: block.quote > 0 ? Theme.textMuted : Theme.text
            pixelSize: Theme.readingSize + 3
        }
        InlineView {
            id: source

            visible: !view.understood
            content: block.content
            lineHeight: 20
            font: Theme.code
            wrapMode: TextEdit.NoWrap
        }
    }
}
