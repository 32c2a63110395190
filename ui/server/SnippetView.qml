import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// How to call the server, ready to paste; the key is masked here and filled in by Copy.
Item {
    id: view

    required property ServerModel server
    property int language: 0
    readonly property string languageName: language === 0 ? "curl" : "python"

    implicitHeight: 44 + sheet.height + 16

    Hairline {
        width: parent.width
    }
    Row {
        x: 24
        y: 8
        spacing: 12

        Label {
            height: 32
            text: qsTr("Use it")
            font: Theme.heading
        }
        Segmented {
            options: ["curl", "Python"]
            current: view.language
            onChosen: index => view.language = index
        }
    }
    Button {
        objectName: "copySnippet"
        anchors.right: parent.right
        anchors.rightMargin: 24
        y: 8
        iconName: done ? "check" : "copy"
        text: qsTr("Copy")

        property bool done: false

        onClicked: {
            view.server.copy(view.server.snippet(view.languageName, true));
            done = true;
            timer.restart();
        }

        Timer {
            id: timer

            interval: 1200
            onTriggered: parent.done = false
        }
    }
    Rectangle {
        id: sheet

        x: 24
        y: 48
        width: parent.width - 48
        height: code.implicitHeight + 24
        radius: Theme.radiusCard
        color: Theme.codeBackground
        border.width: 1
        border.color: Theme.border

        Label {
            id: code

            x: 14
            y: 12
            width: parent.width - 28
            text: view.server.address + view.server.modelName + view.server.keys.length !== "" ? view.server.snippet(view.languageName, false) : ""
            font: Theme.code
            wrapMode: Text.WrapAnywhere
            elide: Text.ElideNone
            lineHeight: 20
            lineHeightMode: Text.FixedHeight
        }
    }
}
