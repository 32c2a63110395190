import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Controls
import Hearth.Hub

/// Words, a format, and what the hub answers.
FocusScope {
    id: view

    required property HubPageModel hub

    function takeFocus(): void {
        field.forceActiveFocus(Qt.OtherFocusReason);
    }

    RowLayout {
        id: bar

        x: 20
        y: 16
        width: parent.width - 40
        spacing: 12

        Field {
            id: field

            objectName: "hubWords"
            Layout.fillWidth: true
            focus: true
            iconName: "search"
            text: view.hub.words
            placeholderText: qsTr("Name, family or address of a model, then Enter")
            Accessible.name: qsTr("Search for models")
            onAccepted: {
                if (/^https?:\/\//.test(text.trim()))
                    view.hub.look(text);
                else
                    view.hub.search(text);
            }
            Keys.onDownPressed: if (list.count > 0)
                list.forceActiveFocus(Qt.TabFocusReason)
        }
        Segmented {
            objectName: "hubFormat"
            options: [qsTr("Any"), "safetensors", "GGUF"]
            current: view.hub.format
            onChosen: index => view.hub.format = index
        }
        Button {
            objectName: "hubSearch"
            role: "primary"
            text: qsTr("Search")
            onClicked: view.hub.search(field.text)
        }
    }
    Notice {
        id: trouble

        anchors.top: bar.bottom
        anchors.topMargin: 12
        x: 20
        width: parent.width - 40
        visible: view.hub.state === "failed"
        tone: "danger"
        text: view.hub.searchError
        action: qsTr("Try again")
        onTriggered: view.hub.search(view.hub.words)
    }
    ListView {
        id: list

        objectName: "hubResults"
        anchors.top: trouble.visible ? trouble.bottom : bar.bottom
        anchors.topMargin: 12
        anchors.bottom: parent.bottom
        x: 12
        width: parent.width - 24
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        activeFocusOnTab: count > 0
        keyNavigationEnabled: true
        model: view.hub.results
        onActiveFocusChanged: if (activeFocus && currentIndex < 0)
            currentIndex = 0
        T.ScrollBar.vertical: ScrollBar {}
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Models found")
        Keys.onReturnPressed: open()
        Keys.onEnterPressed: open()
        Keys.onSpacePressed: open()

        function open(): void {
            const repository = view.hub.results.repositoryAt(currentIndex);
            if (repository !== "")
                view.hub.look(repository);
        }

        delegate: HubResultRow {
            required property int index

            width: ListView.view.width
            pointed: list.activeFocus && ListView.isCurrentItem
            onClicked: view.hub.look(view.hub.results.repositoryAt(index))
        }
        footer: Item {
            width: list.width
            height: view.hub.hasMore ? 48 : 0

            Button {
                objectName: "hubMore"
                anchors.centerIn: parent
                visible: view.hub.hasMore
                enabled: view.hub.state !== "searching"
                compact: true
                text: qsTr("More")
                onClicked: view.hub.more()
            }
        }
    }
    ProgressBar {
        anchors.top: bar.bottom
        anchors.topMargin: 4
        x: 20
        width: parent.width - 40
        height: 3
        visible: view.hub.state === "searching"
        unknown: true
    }
    EmptyState {
        visible: view.hub.state === "idle" || view.hub.state === "nothing"
        anchors.centerIn: list
        width: list.width - 48
        title: view.hub.state === "idle" ? qsTr("What are you looking for?") : qsTr("Nothing found")
        help: view.hub.state === "idle" ? qsTr("The words go to %1 when you search, and nothing else does.").arg(view.hub.hubName)
                                        : qsTr("Fewer words find more. The format can be left open.")
    }
}
