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

    objectName: "modelPage"

    Shortcut {
        sequence: "Ctrl+O"
        onActivated: view.browseWanted()
    }
    DirectoryColumn {
        id: directory

        visible: view.wide
        width: 284
        height: parent.height
        page: view.page
        onBrowseWanted: view.browseWanted()
        onBrowseFileWanted: view.browseFileWanted()
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
    PageHeader {
        id: header

        anchors.left: view.wide ? directory.right : parent.left
        anchors.right: view.middle ? memory.left : parent.right

        Row {
            x: Theme.pagePadding
            height: parent.height
            spacing: 12

            Label {
                anchors.verticalCenter: parent.verticalCenter
                width: Math.min(implicitWidth, header.width - 260)
                text: view.page.path !== "" ? view.page.name : qsTr("Model")
                font: Theme.heading
            }
            Chip {
                objectName: "modelStateChip"
                anchors.verticalCenter: parent.verticalCenter
                visible: view.page.path !== "" && !view.page.inspecting
                tone: !view.page.isLoadedOne ? "neutral" : view.page.state === "loading" ? "busy" : view.page.state === "ready" ? "success" : view.page.state === "failed" ? "danger" : "neutral"
                iconName: view.page.isLoadedOne && view.page.state === "ready" ? "check" : ""
                text: !view.page.isLoadedOne ? qsTr("not loaded") : view.page.state === "loading" ? qsTr("loading")
                      : view.page.state === "ready" ? qsTr("loaded in %1 s").arg(view.page.loadSeconds)
                      : view.page.state === "failed" ? qsTr("did not load") : qsTr("not loaded")
            }
        }
        Label {
            anchors.right: parent.right
            anchors.rightMargin: Theme.pagePadding
            height: parent.height
            visible: view.locked
            text: qsTr("Choices are locked while loading")
            font: Theme.small
            color: Theme.textMuted
        }
        Button {
            visible: !view.wide && !view.locked
            anchors.right: parent.right
            anchors.rightMargin: 16
            anchors.verticalCenter: parent.verticalCenter
            iconName: "folder"
            text: qsTr("Browse")
            onClicked: narrowMenu.popup(0, height + 4)

            Menu {
                id: narrowMenu

                MenuItem {
                    iconName: "folder"
                    text: qsTr("Model directory…")
                    onTriggered: view.browseWanted()
                }
                MenuItem {
                    iconName: "file"
                    text: qsTr(".gguf file…")
                    onTriggered: view.browseFileWanted()
                }
            }
        }
    }
    Flickable {
        id: scroller

        anchors.left: header.left
        anchors.right: header.right
        anchors.top: header.bottom
        anchors.bottom: narrowLoad.visible ? narrowLoad.top : parent.bottom
        contentHeight: choices.implicitHeight + 40
        boundsBehavior: Flickable.StopAtBounds
        clip: true
        T.ScrollBar.vertical: ScrollBar {}

        ColumnLayout {
            id: choices

            x: Theme.pagePadding
            y: 16
            width: scroller.width - 2 * Theme.pagePadding
            spacing: 20

            Repeater {
                model: view.wide ? null : view.page.recent

                RecentRow {
                    required property int index

                    Layout.fillWidth: true
                    visible: index < 4
                    onClicked: view.page.choosePath(path)
                    onForgotten: view.page.recent.forget(path)
                }
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
            ModelCard {
                Layout.fillWidth: true
                visible: !view.wide && view.page.path !== ""
                page: view.page
            }
            MemoryColumn {
                Layout.fillWidth: true
                visible: !view.middle && view.page.loadable
                horizontal: true
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
                }
                QuantizationTable {
                    Layout.fillWidth: true
                    page: view.page
                }
            }
            ContextChoice {
                Layout.fillWidth: true
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                page: view.page
            }
            RowLayout {
                visible: view.page.loadable
                enabled: !view.locked
                opacity: view.locked ? 0.45 : 1
                spacing: 16

                Label {
                    text: qsTr("Compute")
                    font: Theme.bodyStrong
                }
                Segmented {
                    objectName: "dtypeChoice"
                    options: ["auto", "float16", "bfloat16", "float32"]
                    current: view.page.dtypeIndex
                    onChosen: index => view.page.dtypeIndex = index
                }
                Label {
                    Layout.fillWidth: true
                    text: [qsTr("the type the model was trained in"), qsTr("fast everywhere"), qsTr("the range of float32 in 16 bits"), qsTr("the exact path, slower")][view.page.dtypeIndex]
                    font: Theme.small
                    color: Theme.textMuted
                }
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
