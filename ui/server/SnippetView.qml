import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat
import Hearth.Server

/// How to call the server, ready to paste; the key is masked here and filled in by Copy.
Item {
    id: view

    required property ServerModel server
    property int language: 1
    readonly property string languageName: ["curl", "python", "javascript"][language]
    readonly property bool keyChoice: server.keys.count > 0
    /// Read anew whenever one of its parts changes.
    readonly property string parts: server.address + server.modelName + server.keys.labels + languageName + keyBox.currentIndex

    implicitHeight: 52 + Math.min(code.implicitHeight, 190) + 24 + 16

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
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        Segmented {
            objectName: "snippetLanguage"
            options: ["curl", "Python", "JavaScript"]
            current: view.language
            onChosen: index => view.language = index
        }
    }
    Row {
        anchors.right: parent.right
        anchors.rightMargin: 24
        y: 8
        spacing: 12

        Label {
            visible: view.keyChoice && view.width > 760
            height: 32
            text: qsTr("Copy fills in the key of")
            font: Theme.small
            color: Theme.textMuted
        }
        ComboBox {
            id: keyBox

            objectName: "snippetKey"
            visible: view.keyChoice
            width: 124
            model: view.server.keys.labels
            Accessible.name: qsTr("Key that Copy fills in")
        }
        Button {
            objectName: "copySnippet"

            property bool done: false

            iconName: done ? "check" : "copy"
            text: qsTr("Copy")
            Accessible.name: qsTr("Copy the snippet")
            onClicked: {
                view.server.copy(view.server.snippet(view.languageName, keyBox.currentIndex, true));
                done = true;
                timer.restart();
            }

            Timer {
                id: timer

                interval: 1200
                onTriggered: parent.done = false
            }
        }
    }
    Rectangle {
        x: 24
        y: 48
        width: parent.width - 48
        height: view.height - y - 16
        radius: Theme.radiusCard
        color: Theme.codeBackground
        border.width: 1
        border.color: Theme.border

        Flickable {
            id: scroller

            anchors.fill: parent
            anchors.margins: 12
            contentWidth: code.width
            contentHeight: code.height
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            T.ScrollBar.vertical: ScrollBar {}
            T.ScrollBar.horizontal: ScrollBar {}

            InlineView {
                id: code

                objectName: "snippetText"
                width: Math.max(implicitWidth, scroller.width)
                content: view.parts !== "" ? view.server.snippetText(view.languageName, keyBox.currentIndex) : view.server.snippetText("curl", -1)
                lineHeight: 19
                font: Theme.code
                color: Theme.codeText
                wrapMode: TextEdit.NoWrap
            }
        }
    }
}
