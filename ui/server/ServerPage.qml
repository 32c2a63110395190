import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// The OpenAI-compatible server: controls at the left, requests, log and snippets at the right; stacked when narrow.
FocusScope {
    id: view

    required property ServerModel server
    readonly property bool wide: width >= 1044

    objectName: "serverPage"
    Component.onCompleted: server.pageShown()

    PageHeader {
        id: header

        width: view.wide ? 420 : parent.width

        Label {
            x: Theme.pagePadding
            height: parent.height
            text: qsTr("Server")
            font: Theme.heading
        }
        Segmented {
            id: part

            visible: !view.wide
            anchors.right: parent.right
            anchors.rightMargin: 16
            anchors.verticalCenter: parent.verticalCenter
            options: [qsTr("Controls"), qsTr("Requests"), qsTr("Log"), qsTr("Use it")]
            onChosen: index => current = index
        }
    }
    ServerControls {
        anchors.top: header.bottom
        anchors.bottom: parent.bottom
        width: header.width
        visible: view.wide || part.current === 0
        server: view.server
    }
    Hairline {
        visible: view.wide
        x: 420
        height: parent.height
    }
    RequestTable {
        id: table

        anchors.top: view.wide ? parent.top : header.bottom
        anchors.left: parent.left
        anchors.leftMargin: view.wide ? 421 : 0
        anchors.right: parent.right
        anchors.bottom: view.wide ? log.top : parent.bottom
        visible: view.wide || part.current === 1
        server: view.server
        onInspectWanted: requestId => {
            view.server.inspect(requestId);
            sheet.open();
        }
    }
    LogView {
        id: log

        anchors.left: table.left
        anchors.right: parent.right
        anchors.bottom: view.wide ? snippets.top : parent.bottom
        height: view.wide ? Math.max(120, (view.height - snippets.height) * 0.32) : view.height - Theme.headerHeight
        visible: view.wide || part.current === 2
        server: view.server
    }
    SnippetView {
        id: snippets

        anchors.left: table.left
        anchors.right: parent.right
        y: view.wide ? view.height - height : header.height
        height: implicitHeight
        visible: view.wide || part.current === 3
        server: view.server
    }
    RequestSheet {
        id: sheet

        server: view.server
    }
}
