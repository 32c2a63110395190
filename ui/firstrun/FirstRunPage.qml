import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.FirstRun

/// No model yet: the ways to one.
FocusScope {
    id: page

    required property FirstRunModel firstRun
    /// A model that lies on this computer; empty: none is known.
    property string foundName: ""
    /// Somebody takes connectWanted.
    property bool connectable: false
    signal useStarter
    signal browse
    signal hubWanted
    signal connectWanted
    signal openFound
    signal shortcutsWanted

    objectName: "firstRunPage"
    Component.onCompleted: firstRun.look()

    Flickable {
        id: scroller

        anchors.fill: parent
        contentHeight: column.y + column.height + 32
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        Column {
            id: column

            width: Math.min(720, page.width - 48)
            anchors.horizontalCenter: parent.horizontalCenter
            y: Math.max(24, (page.height - height) / 2 - 40)
            spacing: 12

            Image {
                source: Theme.icon("hearth")
                sourceSize.width: Math.ceil(56 * Theme.zoom)
                sourceSize.height: Math.ceil(56 * Theme.zoom)
                width: 56
                height: 56
                Accessible.ignored: true
            }
            Column {
                width: parent.width
                topPadding: 8
                bottomPadding: 12
                spacing: 4

                Label {
                    text: qsTr("No model yet")
                    font: Theme.display
                    Accessible.role: Accessible.Heading
                    Accessible.name: text
                }
                Label {
                    width: parent.width
                    text: qsTr("Everything runs on this computer. Choose where the first model comes from.")
                    font: Theme.reading
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                }
            }
            StarterCard {
                objectName: "starterCard"
                width: parent.width
                model: page.firstRun
                onUseWanted: page.useStarter()
            }
            WayCard {
                objectName: "browseCard"
                width: parent.width
                iconName: "folder"
                title: qsTr("Open a model directory")
                body: qsTr("Hugging Face layout or a .gguf file, used in place and never copied. Or drop it anywhere on this window.")
                action: qsTr("Browse")
                onTriggered: page.browse()

                Item {
                    width: parent.width
                    height: page.foundName !== "" ? 44 : 0
                    visible: page.foundName !== ""

                    Hairline {
                        x: 1
                        width: parent.width - 2
                    }
                    Label {
                        x: 56
                        height: parent.height
                        width: parent.width - x - openFound.width - 36
                        text: qsTr("Found on this computer: %1").arg(page.foundName)
                        color: Theme.textMuted
                        elide: Text.ElideMiddle
                    }
                    Button {
                        id: openFound

                        objectName: "openFound"
                        anchors.right: parent.right
                        anchors.rightMargin: 20
                        anchors.verticalCenter: parent.verticalCenter
                        compact: true
                        text: qsTr("Open")
                        onClicked: page.openFound()
                    }
                }
            }
            WayCard {
                objectName: "getModelsCard"
                width: parent.width
                iconName: "search"
                title: qsTr("Get a model")
                body: qsTr("Search a hub for open models, see which fit on this computer, download one. Downloads go on where they stopped and are checked.")
                action: qsTr("Search")
                onTriggered: page.hubWanted()
            }
            WayCard {
                objectName: "connectCard"
                visible: page.connectable
                width: parent.width
                iconName: "plug"
                title: qsTr("Connect to a server")
                body: qsTr("Any OpenAI-compatible address. Chats then leave this computer; the window always shows it.")
                action: qsTr("Enter address")
                onTriggered: page.connectWanted()
            }
            Item {
                width: parent.width
                height: 28

                Icon {
                    id: deviceIcon

                    visible: machineLabel.text !== ""
                    anchors.verticalCenter: parent.verticalCenter
                    icon: page.firstRun.onGpu ? "gpu" : "cpu"
                    size: 14
                }
                Label {
                    id: machineLabel

                    objectName: "machine"
                    anchors.verticalCenter: parent.verticalCenter
                    x: 24
                    width: parent.width - x - sheetButton.width - 12
                    text: page.firstRun.machine
                    font: Theme.small
                    color: Theme.textMuted
                }
                T.AbstractButton {
                    id: sheetButton

                    objectName: "firstRunShortcuts"
                    anchors.right: parent.right
                    anchors.verticalCenter: parent.verticalCenter
                    implicitWidth: shortcutRow.implicitWidth + 8
                    implicitHeight: 28
                    hoverEnabled: true
                    text: qsTr("Shortcuts")
                    Accessible.name: text
                    Keys.onReturnPressed: clicked()
                    Keys.onEnterPressed: clicked()
                    onClicked: page.shortcutsWanted()

                    contentItem: Item {
                        Row {
                            id: shortcutRow

                            anchors.centerIn: parent
                            spacing: 6

                            Label {
                                anchors.verticalCenter: parent.verticalCenter
                                text: sheetButton.text
                                font: Theme.small
                                color: Theme.textMuted
                            }
                            KeyCap {
                                anchors.verticalCenter: parent.verticalCenter
                                keys: "Ctrl+/"
                            }
                        }
                    }
                    background: Rectangle {
                        radius: Theme.radius
                        color: sheetButton.hovered ? Theme.hover : "transparent"

                        FocusRing {
                            shown: sheetButton.visualFocus
                        }
                    }
                }
            }
        }
    }
}
