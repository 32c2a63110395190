import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Pick a model, see what it costs, load it.
FocusScope {
    id: view

    required property ModelPageModel page
    readonly property bool wide: width >= 1144
    readonly property bool middle: width >= 844
    readonly property bool locked: page.state === "loading"
    signal chatWanted
    signal browseWanted
    signal browseFileWanted
    signal searchFolderWanted
    signal getModelsWanted
    signal connectWanted

    objectName: "modelPage"

    Shortcut {
        sequence: "Ctrl+F"
        enabled: view.enabled && view.wide
        onActivated: directory.openSearch()
    }
    DirectoryColumn {
        id: directory

        visible: view.wide
        width: 284
        height: parent.height
        page: view.page
        onBrowseWanted: view.browseWanted()
        onBrowseFileWanted: view.browseFileWanted()
        onSearchFolderWanted: view.searchFolderWanted()
        onGetModelsWanted: view.getModelsWanted()
        onConnectWanted: view.connectWanted()
    }
    Rectangle {
        id: memory

        visible: view.middle
        anchors.right: parent.right
        width: 356
        height: parent.height
        color: Theme.surfaceRaised

        Hairline {
            height: parent.height
        }
        MemoryColumn {
            visible: view.page.loadable
            anchors.fill: parent
            anchors.margins: 20
            anchors.topMargin: 12
            anchors.bottomMargin: loadPanel.height + 44
            page: view.page
        }
        LoadPanel {
            id: loadPanel

            anchors.left: parent.left
            anchors.right: parent.right
            anchors.bottom: parent.bottom
            anchors.margins: 20
            page: view.page
            onChatWanted: view.chatWanted()
        }
    }
    ModelHeader {
        id: header

        anchors.left: view.wide ? directory.right : parent.left
        anchors.right: view.middle ? memory.left : parent.right
        page: view.page
        browseShown: !view.wide
        onBrowseWanted: view.browseWanted()
        onBrowseFileWanted: view.browseFileWanted()
        onGetModelsWanted: view.getModelsWanted()
        onConnectWanted: view.connectWanted()
    }
    // Narrow pages: the bar stays in view while the choices move below it.
    Rectangle {
        id: sticky

        visible: !view.middle && view.page.loadable
        anchors.left: header.left
        anchors.right: header.right
        anchors.top: header.bottom
        height: visible ? narrowMemory.implicitHeight + 20 : 0
        color: Theme.surfaceRaised

        MemoryColumn {
            id: narrowMemory

            x: Theme.pagePadding
            y: 10
            width: parent.width - 2 * Theme.pagePadding
            height: implicitHeight
            horizontal: true
            page: view.page
        }
        Hairline {
            anchors.bottom: parent.bottom
            width: parent.width
        }
    }
    Flickable {
        id: scroller

        anchors.left: header.left
        anchors.right: header.right
        anchors.top: sticky.visible ? sticky.bottom : header.bottom
        anchors.bottom: narrowLoad.visible ? narrowLoad.top : parent.bottom
        contentHeight: choices.implicitHeight + 40
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        FollowFocus {
            view: scroller
        }
        ColumnLayout {
            id: choices

            x: Theme.pagePadding
            y: 16
            width: scroller.width - 2 * Theme.pagePadding
            spacing: 20

            ComboBox {
                objectName: "modelCombo"
                Layout.fillWidth: true
                visible: !view.wide && view.page.directory.count > 0
                model: view.page.directory.names
                currentIndex: view.page.directory.currentRow
                displayText: currentIndex >= 0 ? currentText : qsTr("Recent and found models")
                Accessible.name: qsTr("Recent and found models")
                onActivated: index => view.page.choosePath(view.page.directory.pathAt(index))
                Component.onCompleted: view.page.directory.scanOnce()
            }
            FailureCard {
                objectName: "failureCard"
                Layout.fillWidth: true
                visible: view.page.trouble
                page: view.page
            }
            ProblemCard {
                objectName: "problemCard"
                Layout.fillWidth: true
                visible: view.page.problems.length > 0
                page: view.page
                onBrowseWanted: view.browseWanted()
            }
            VariantChoice {
                Layout.fillWidth: true
                visible: view.page.directory.variants.length > 1
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            TemplateChoice {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            ColumnLayout {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                spacing: 8

                RowLayout {
                    spacing: 10

                    Label {
                        text: qsTr("Quantization")
                        font: Theme.bodyStrong
                    }
                    Label {
                        Layout.fillWidth: true
                        text: qsTr("while loading, from the original files; nothing is written")
                        font: Theme.small
                        color: Theme.textMuted
                    }
                    Label {
                        text: qsTr("at %1 tokens").arg(Number(view.page.context).toLocaleString(Qt.locale(), "f", 0))
                        font: Theme.small
                        color: Theme.textMuted
                    }
                }
                QuantizationTable {
                    objectName: "quantizationTable"
                    Layout.fillWidth: true
                    page: view.page
                }
            }
            ContextChoice {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked && view.page.contextLocked === ""
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            RowLayout {
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                spacing: 16

                Label {
                    Layout.preferredWidth: 76
                    text: qsTr("Compute")
                    font: Theme.bodyStrong
                }
                Segmented {
                    objectName: "dtypeChoice"
                    enabled: view.page.dtypeLocked === ""
                    options: ["auto", "float16", "bfloat16", "float32"]
                    current: view.page.dtypeIndex
                    onChosen: index => view.page.dtypeIndex = index
                }
                Label {
                    Layout.fillWidth: true
                    text: view.page.dtypeLocked !== "" ? view.page.dtypeLocked : [qsTr("as trained: %1").arg(view.page.trainedType), qsTr("fast everywhere"), qsTr("the range of float32 in 16 bits"), qsTr("the exact path, slower")][view.page.dtypeIndex]
                    font: Theme.small
                    color: view.page.dtypeLocked !== "" ? Theme.info : Theme.textMuted
                }
            }
            DeviceChoice {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            AdvancedSection {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            ModelCard {
                Layout.fillWidth: true
                visible: view.page.path !== "" && (!view.wide || view.height < 620)
                page: view.page
            }
        }
    }
    EmptyState {
        visible: view.page.path === ""
        anchors.centerIn: scroller
        width: scroller.width - 48
        title: qsTr("No model chosen")
        help: qsTr("Choose a directory in Hugging Face layout or a .gguf file; it is used in place and never copied.")
        action: qsTr("Browse")
        onTriggered: view.browseWanted()
    }
    Rectangle {
        id: narrowLoad

        visible: !view.middle && view.page.path !== ""
        anchors.bottom: parent.bottom
        width: parent.width
        height: narrowPanel.implicitHeight + 24
        color: Theme.surfaceRaised

        Hairline {
            width: parent.width
        }
        LoadPanel {
            id: narrowPanel

            x: 16
            y: 12
            width: parent.width - 32
            visible: narrowLoad.visible
            page: view.page
            onChatWanted: view.chatWanted()
        }
    }
}
