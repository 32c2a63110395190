import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls

/// A table; the first row is its head. Columns share the width by their contents.
BlockFrame {
    id: block

    required property int columns
    required property list<var> cells
    required property list<var> alignments
    signal linkWanted(string address)

    topSpace: 10

    Rectangle {
        width: parent ? parent.width : 0
        height: grid.height
        radius: Theme.radiusCard
        color: "transparent"
        border.width: 1
        border.color: Theme.border

        GridLayout {
            id: grid

            width: parent.width
            columns: Math.max(1, block.columns)
            columnSpacing: 0
            rowSpacing: 0

            Repeater {
                model: block.cells

                Item {
                    id: cell

                    required property int index
                    required property var modelData
                    readonly property bool head: index < block.columns

                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    Layout.preferredWidth: Math.min(inner.implicitWidth, 400) + 24
                    implicitHeight: inner.height + 12

                    Hairline {
                        visible: !cell.head
                        width: parent.width
                    }
                    InlineView {
                        id: inner

                        x: 12
                        y: 6
                        width: parent.width - 24
                        content: cell.modelData
                        lineHeight: 22
                        font.pixelSize: 14
                        font.family: Theme.sansFamily
                        font.weight: cell.head ? Font.DemiBold : Font.Normal
                        horizontalAlignment: block.alignments[cell.index % block.columns] === Qt.AlignRight ? TextEdit.AlignRight
                                             : block.alignments[cell.index % block.columns] === Qt.AlignHCenter ? TextEdit.AlignHCenter : TextEdit.AlignLeft
                        onLinkWanted: address => block.linkWanted(address)
                    }
                }
            }
        }
    }
}
