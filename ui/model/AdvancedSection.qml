import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// What is seldom changed: the first rows, and all of them when wanted.
ColumnLayout {
    id: section

    required property ModelPageModel page
    property bool open: true
    property bool all: false
    readonly property int few: 4

    spacing: 10

    Hairline {
        Layout.fillWidth: true
    }
    RowLayout {
        spacing: 8

        T.AbstractButton {
            id: fold

            objectName: "advancedFold"
            implicitWidth: foldRow.implicitWidth + 8
            implicitHeight: 28
            hoverEnabled: true
            focusPolicy: Qt.StrongFocus
            text: qsTr("Advanced")
            Keys.onReturnPressed: fold.clicked()
            Keys.onEnterPressed: fold.clicked()
            Accessible.name: section.open ? qsTr("Fold the advanced settings") : qsTr("Show the advanced settings")
            onClicked: section.open = !section.open

            contentItem: Item {
                Row {
                    id: foldRow

                    height: parent.height
                    spacing: 8

                    Icon {
                        anchors.verticalCenter: parent.verticalCenter
                        icon: section.open ? "chevron-down" : "chevron-right"
                        color: fold.hovered ? Theme.text : Theme.textMuted
                    }
                    Label {
                        anchors.verticalCenter: parent.verticalCenter
                        text: fold.text
                        font: Theme.bodyStrong
                    }
                }
            }
            background: Item {
                FocusRing {
                    shown: fold.visualFocus
                }
            }
        }
        Item {
            Layout.fillWidth: true
        }
        Button {
            objectName: "advancedAll"
            visible: section.open
            role: "quiet"
            compact: true
            text: section.all ? qsTr("Fewer settings") : qsTr("All %1 settings").arg(section.page.advanced.count)
            onClicked: section.all = !section.all
        }
    }
    GridLayout {
        Layout.fillWidth: true
        visible: section.open
        columns: section.width >= 560 ? 2 : 1
        columnSpacing: 32
        rowSpacing: 10

        Repeater {
            model: section.page.advanced

            AdvancedRow {
                required property int index

                Layout.fillWidth: true
                Layout.preferredWidth: 1
                Layout.alignment: Qt.AlignTop
                visible: section.all || index < section.few || own
                settings: section.page.advanced
            }
        }
    }
}
