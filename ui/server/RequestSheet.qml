import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls
import Hearth.Server

/// One request seen closely, at the right edge: what the table has, and what was recorded of it.
T.Popup {
    id: sheet

    required property ServerModel server
    readonly property RequestInspector inspector: server.inspector

    objectName: "requestSheet"
    parent: T.Overlay.overlay
    width: Math.min(560, parent ? parent.width - 56 : 560)
    height: parent ? parent.height : 600
    x: parent ? parent.width - width : 0
    modal: true
    focus: true
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutside
    onClosed: inspector.close()

    T.Overlay.modal: Rectangle {
        color: Theme.dim
    }
    background: Rectangle {
        color: Theme.surface

        Rectangle {
            width: 1
            height: parent.height
            color: Theme.borderStrong
        }
    }
    contentItem: FocusScope {
        focus: true
        Accessible.role: Accessible.Dialog
        Accessible.name: qsTr("Request")

        Label {
            x: 24
            width: parent.width - 160
            height: Theme.headerHeight
            text: sheet.inspector.title
            font: Theme.heading
            Accessible.role: Accessible.Heading
            Accessible.name: text
        }
        Row {
            anchors.right: parent.right
            anchors.rightMargin: 14
            y: 10
            spacing: 4

            Button {
                objectName: "cancelInspected"
                visible: sheet.inspector.live
                compact: true
                role: "danger"
                text: qsTr("Cancel request")
                onClicked: sheet.server.cancelRequest(sheet.inspector.requestId)
            }
            CopyButton {
                objectName: "copyRequest"
                visible: sheet.inspector.recorded
                text: qsTr("Copy everything")
                onClicked: sheet.server.copy(sheet.inspector.wholeText("all"))
            }
            IconButton {
                objectName: "closeRequest"
                focus: true
                iconName: "close"
                text: qsTr("Close")
                shortcutText: "Esc"
                onClicked: sheet.close()
            }
        }
        Hairline {
            y: Theme.headerHeight
            width: parent.width
        }
        Flickable {
            id: scroller

            anchors.fill: parent
            anchors.topMargin: Theme.headerHeight + 1
            anchors.bottomMargin: foot.height
            contentHeight: column.implicitHeight + 40
            boundsBehavior: Flickable.StopAtBounds
            clip: true
            activeFocusOnTab: contentHeight > height
            Accessible.role: Accessible.Pane
            Accessible.name: qsTr("What is known of the request")
            Keys.onDownPressed: contentY = Math.min(Math.max(0, contentHeight - height), contentY + 60)
            Keys.onUpPressed: contentY = Math.max(0, contentY - 60)
            T.ScrollBar.vertical: ScrollBar {}

            FollowFocus {
                view: scroller
            }
            FocusRing {
                parent: scroller
                shown: scroller.activeFocus
                inset: true
            }
            Column {
                id: column

                x: 24
                y: 16
                width: scroller.width - 48
                spacing: 20

                Column {
                    width: parent.width
                    spacing: 6

                    Repeater {
                        model: sheet.inspector.facts

                        Item {
                            id: fact

                            required property var modelData

                            width: column.width
                            height: 20
                            Accessible.role: Accessible.StaticText
                            Accessible.name: fact.modelData.label + ": " + fact.modelData.value

                            Label {
                                width: 110
                                height: parent.height
                                text: fact.modelData.label
                                color: Theme.textMuted
                            }
                            Figure {
                                x: 116
                                width: parent.width - x
                                height: parent.height
                                text: fact.modelData.value
                            }
                        }
                    }
                }
                TimingBar {
                    width: parent.width
                    visible: sheet.inspector.timed
                    queueSeconds: sheet.inspector.queueSeconds
                    prefillSeconds: sheet.inspector.prefillSeconds
                    decodeSeconds: sheet.inspector.decodeSeconds
                }
                Notice {
                    width: parent.width
                    visible: sheet.inspector.failure !== ""
                    tone: "danger"
                    text: sheet.inspector.failure
                }
                Label {
                    objectName: "notRecorded"
                    width: parent.width
                    visible: !sheet.inspector.recorded
                    text: sheet.server.recording ? qsTr("Nothing was recorded of this request: it came before recording was on, was refused, or made room for newer ones.")
                                                 : qsTr("Recording is off: prompts and answers of requests are kept nowhere. Switch it on to look at those that come.")
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
                Label {
                    width: parent.width
                    visible: sheet.inspector.shortened !== ""
                    text: sheet.inspector.shortened
                    font: Theme.small
                    color: Theme.warning
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
                SheetText {
                    objectName: "inspectedPrompt"
                    width: parent.width
                    visible: sheet.inspector.recorded
                    name: qsTr("Prompt as the model reads it")
                    content: sheet.inspector.prompt
                    onCopyWanted: sheet.server.copy(sheet.inspector.wholeText("prompt"))
                }
                Repeater {
                    model: sheet.inspector.answers

                    SheetText {
                        required property int index
                        required property var modelData

                        objectName: "inspectedAnswer"
                        width: column.width
                        name: index > 0 ? qsTr("Answer %1").arg(index + 1) : qsTr("Answer")
                        note: modelData.reason
                        content: modelData.text
                        onCopyWanted: sheet.server.copy(sheet.inspector.wholeText("answer"))
                    }
                }
                SheetText {
                    objectName: "inspectedParameters"
                    width: parent.width
                    visible: sheet.inspector.recorded
                    name: qsTr("Parameters")
                    content: sheet.inspector.parameters
                    onCopyWanted: sheet.server.copy(sheet.inspector.wholeText("parameters"))
                }
            }
        }
        Rectangle {
            id: foot

            anchors.bottom: parent.bottom
            width: parent.width
            height: footRow.implicitHeight + 24
            color: Theme.surfaceSunken

            Hairline {
                width: parent.width
            }
            RowLayout {
                id: footRow

                x: 24
                width: parent.width - 48
                anchors.verticalCenter: parent.verticalCenter
                spacing: 12

                Switch {
                    objectName: "sheetRecordSwitch"
                    checked: sheet.server.recording
                    Accessible.name: qsTr("Record prompts and answers of new requests")
                    onToggled: {
                        sheet.server.recording = checked;
                        checked = Qt.binding(() => sheet.server.recording);
                    }
                }
                Label {
                    Layout.fillWidth: true
                    text: sheet.server.recordingWords
                    font: Theme.caption
                    color: Theme.textMuted
                    wrapMode: Text.Wrap
                    elide: Text.ElideNone
                }
                Button {
                    objectName: "clearRecords"
                    compact: true
                    text: qsTr("Clear")
                    enabled: sheet.server.recorded > 0
                    Accessible.name: qsTr("Clear what was recorded")
                    onClicked: sheet.server.clearRecords()
                }
            }
        }
    }
}
