import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat
import Hearth.Hub
import Hearth.Model
import Hearth.Monitor
import Hearth.Remote
import Hearth.Server
import Hearth.Settings
import Hearth.FirstRun
import Hearth.Shell

/// The window: rail, pages, status strip. Pages are made when they are first shown and stay.
T.ApplicationWindow {
    id: window

    required property ShellModel shell
    required property StatusModel status
    required property ChatModel chat
    required property ModelPageModel modelPage
    required property HubPageModel hub
    required property FirstRunModel firstRunModel
    required property RemoteModel remote
    required property ServerModel server
    required property MonitorModel monitor
    required property SettingsModel settings

    readonly property bool firstRun: !chat.ready && modelPage.state === "empty" && !modelPage.inspecting && modelPage.recent.count === 0 && chat.conversations.count === 0

    function openModels(): void {
        shell.page = "model";
    }

    function keepGeometry(): void {
        shell.saveGeometry(Qt.rect(x, y, width, height), visibility === Window.Maximized);
    }

    objectName: "mainWindow"
    title: qsTr("Hearth")
    width: 1280
    height: 800
    minimumWidth: 720
    minimumHeight: 520
    color: Theme.surface
    visible: true

    Component.onCompleted: {
        const geometry = shell.savedGeometry();
        if (geometry.width >= minimumWidth && geometry.height >= minimumHeight) {
            x = geometry.x;
            y = geometry.y;
            width = geometry.width;
            height = geometry.height;
        }
        if (shell.savedMaximized())
            visibility = Window.Maximized;
    }
    onClosing: keepGeometry()
    onWidthChanged: geometryTimer.restart()
    onHeightChanged: geometryTimer.restart()
    onXChanged: geometryTimer.restart()
    onYChanged: geometryTimer.restart()

    // A program that is ended with the session gets no closing event.
    Timer {
        id: geometryTimer

        interval: 500
        onTriggered: window.keepGeometry()
    }

    Binding {
        target: Theme
        property: "dark"
        value: window.shell.dark
    }
    Binding {
        target: Theme
        property: "accentName"
        value: window.shell.accent
    }
    Binding {
        target: Theme
        property: "readingSize"
        value: window.shell.readingSize
    }
    Binding {
        target: Theme
        property: "moreContrast"
        value: window.shell.moreContrast
    }
    Binding {
        target: Theme
        property: "lessMotion"
        value: window.shell.lessMotion
    }
    Zoom {
        factor: window.shell.zoom
        content: window.contentItem
        windowSize: Qt.size(window.width, window.height)
    }
    WindowShortcuts {
        shell: window.shell
        onSheetWanted: shortcutSheet.show()
        onNewChatWanted: temporary => {
            window.shell.page = "chat";
            if (temporary)
                window.chat.newTemporaryChat();
            else
                window.chat.newChat();
            const page = chatLoader.item as ChatPage;
            if (page !== null)
                page.focusComposer();
        }
        onOpenWanted: dialogs.openFolder()
        onQuitWanted: window.close()
    }
    Item {
        id: pages

        anchors.left: rail.right
        anchors.right: parent.right
        anchors.top: notice.visible ? notice.bottom : parent.top
        anchors.bottom: strip.top

        component Page: Loader {
            required property string name
            required property string current
            property bool visited: false
            readonly property bool shown: current === name

            anchors.fill: parent
            onShownChanged: if (shown)
                visited = true
            Component.onCompleted: if (shown)
                visited = true
            active: shown || visited
            visible: opacity > 0
            opacity: shown ? 1 : 0
            enabled: shown
            focus: shown

            Behavior on opacity {
                NumberAnimation {
                    duration: Theme.slow
                    easing.type: Easing.OutCubic
                }
            }
        }

        Page {
            id: chatLoader

            name: "chat"
            current: window.shell.page
            sourceComponent: window.firstRun ? firstRunPage : chatPage

            Component {
                id: chatPage

                ChatPage {
                    chat: window.chat
                    modelState: window.modelPage.state
                    modelStatus: window.status.model
                    remote: window.remote
                    onModelWanted: window.openModels()
                    onConnectWanted: remoteDialog.open()
                    onStopLoadWanted: window.modelPage.cancel()
                }
            }
            Component {
                id: firstRunPage

                FirstRunPage {
                    readonly property int found: window.modelPage.directory.firstFound

                    firstRun: window.firstRunModel
                    connectable: true
                    foundName: found >= 0 ? window.modelPage.directory.names[found] : ""
                    onUseStarter: window.modelPage.useStarter()
                    onBrowse: dialogs.openFolder()
                    onHubWanted: getModels.open()
                    onShortcutsWanted: shortcutSheet.show()
                    onOpenFound: {
                        window.modelPage.choosePath(window.modelPage.directory.pathAt(found));
                        window.openModels();
                    }
                    Component.onCompleted: window.modelPage.directory.scanOnce()
                    onConnectWanted: remoteDialog.open()
                }
            }
        }
        Page {
            name: "model"
            current: window.shell.page
            sourceComponent: ModelPage {
                page: window.modelPage
                onChatWanted: window.shell.page = "chat"
                onBrowseWanted: dialogs.openFolder()
                onBrowseFileWanted: dialogs.openFile()
                onSearchFolderWanted: dialogs.openSearchFolder()
                onGetModelsWanted: getModels.open()
                onConnectWanted: remoteDialog.open()
            }
        }
        Page {
            name: "server"
            current: window.shell.page
            sourceComponent: ServerPage {
                server: window.server
            }
        }
        Page {
            name: "monitor"
            current: window.shell.page
            sourceComponent: MonitorPage {
                model: window.monitor
                shown: window.shell.page === "monitor" && window.visible && window.visibility !== Window.Minimized
            }
        }
        Page {
            name: "settings"
            current: window.shell.page
            sourceComponent: SettingsPage {
                settings: window.settings
                presets: window.chat.presets.names
                onPageWanted: page => window.shell.page = page
                onPresetRemoved: name => window.chat.removePreset(name)
                onImportWanted: {
                    window.shell.page = "chat";
                    const page = chatLoader.item as ChatPage;
                    if (page !== null)
                        page.importChats();
                }
            }
        }
    }
    Rail {
        id: rail

        anchors.top: parent.top
        anchors.bottom: strip.top
        page: window.shell.page
        serverOn: window.server.on
        onChosen: page => window.shell.page = page
    }
    StatusStrip {
        id: strip

        anchors.left: parent.left
        anchors.right: parent.right
        anchors.bottom: parent.bottom
        status: window.status
        contextUsed: window.chat.contextUsed
        contextTotal: window.chat.contextTotal
        serverOn: window.server.on
        serverAddress: window.server.shortAddress
        onPageWanted: page => window.shell.page = page
    }
    Notice {
        id: notice

        objectName: "windowNotice"
        anchors.top: parent.top
        anchors.left: rail.right
        anchors.right: parent.right
        anchors.margins: 12
        visible: window.shell.notice !== ""
        text: window.shell.notice
        action: qsTr("Close")
        onTriggered: window.shell.dismissNotice()
    }
    Notice {
        anchors.bottom: strip.top
        anchors.left: rail.right
        anchors.right: parent.right
        anchors.margins: 12
        objectName: "faultNotice"
        visible: window.status.fault !== ""
        tone: "danger"
        text: window.status.fault
        action: qsTr("Restart Hearth")
        onTriggered: window.shell.restart()
    }
    DropArea {
        anchors.fill: parent
        keys: ["text/uri-list"]
        onDropped: drop => {
            if (drop.urls.length > 0) {
                window.modelPage.choose(drop.urls[0]);
                window.openModels();
                drop.accept();
            }
        }

        Rectangle {
            anchors.fill: parent
            anchors.margins: 12
            visible: (parent as DropArea).containsDrag
            radius: Theme.radiusCard
            color: Theme.accentSoft
            border.width: 2
            border.color: Theme.accent
            opacity: 0.95

            Label {
                anchors.centerIn: parent
                text: qsTr("Open as model")
                font: Theme.title
                color: Theme.accent
            }
        }
    }
    Loader {
        id: shortcutSheet

        function show(): void {
            active = true;
            (item as ShortcutSheet).open();
        }

        active: false
        sourceComponent: ShortcutSheet {}
    }
    Loader {
        id: remoteDialog

        function open(): void {
            active = true;
            (item as RemoteDialog).open();
        }

        active: false
        sourceComponent: RemoteDialog {
            remote: window.remote
        }
    }
    Connections {
        target: window.remote

        function onSourceChanged(): void {
            if (window.remote.inUse)
                window.shell.page = "chat";
        }
    }
    Loader {
        id: getModels

        function open(): void {
            active = true;
            (item as GetModelsSheet).open();
        }

        active: false
        sourceComponent: GetModelsSheet {
            hub: window.hub
            onUseWanted: path => {
                window.modelPage.choosePath(path);
                window.openModels();
            }
        }
    }
    Loader {
        id: dialogs

        property string wanted: ""

        function openFolder(): void {
            wanted = "folder";
            active = true;
            show();
        }
        function openFile(): void {
            wanted = "file";
            active = true;
            show();
        }
        function openSearchFolder(): void {
            wanted = "search";
            active = true;
            show();
        }
        function show(): void {
            const made = item as ModelDialogs;
            if (made === null)
                return;
            if (wanted === "folder")
                made.openFolder();
            else if (wanted === "search")
                made.openSearchFolder();
            else
                made.openFile();
        }

        active: false
        sourceComponent: ModelDialogs {
            folder: window.shell.home
            onSearchChosen: path => window.modelPage.directory.addFolder(path)
            onChosen: path => {
                window.modelPage.choose(path);
                window.openModels();
            }
        }
    }
}
