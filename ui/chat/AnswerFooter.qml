import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Chat

/// Below an answer: what it cost, how it ended, its versions and tools.
BlockFrame {
    id: block

    required property string messageState
    required property answerFacts facts
    required property int version
    required property int versions
    required property bool newest
    required property bool busy
    required property bool ready
    /// Who answers can go on with an answer.
    property bool continues: true
    /// In one of two columns: figures and Copy alone.
    property bool column: false
    property string activity: "idle"
    property real promptDone: 0
    property real promptTotal: 0
    readonly property bool streaming: messageState === "streaming"
    readonly property bool toolsShown: newest || hover.hovered || copyButton.activeFocus || againButton.activeFocus || editButton.activeFocus
                                       || branchButton.activeFocus || moreButton.activeFocus
    signal copyWanted
    signal againWanted
    signal versionWanted(int step)
    signal editWanted
    signal branchWanted
    signal continueWanted
    signal shortenWanted
    signal moreWanted(Item button)
    readonly property bool full: facts.reason === "context" && messageState === "failed"
    readonly property bool goesOn: messageState === "interrupted" || messageState === "stopped" || (messageState === "complete" && facts.reason === "length")

    topSpace: 4

    Column {
        width: parent ? parent.width : 0
        spacing: 6

        Notice {
            objectName: "contextFull"
            visible: block.full
            width: parent.width
            text: block.facts.error
            action: !block.ready || block.busy || block.facts.droppedTurns < 1 ? "" : qsTr("Drop the oldest turns (%1)").arg(block.facts.droppedTurns)
            onTriggered: block.shortenWanted()
        }
        Notice {
            visible: (block.messageState === "failed" && !block.full) || block.messageState === "interrupted"
            width: parent.width
            tone: block.messageState === "failed" ? "danger" : "warning"
            text: block.messageState === "failed" ? (block.facts.error !== "" ? block.facts.error : qsTr("This answer failed."))
                                                  : qsTr("This answer was interrupted. What had arrived is kept.")
            readonly property bool goesOn: block.messageState === "interrupted" && block.continues

            action: !block.ready || block.busy ? "" : goesOn ? qsTr("Continue") : qsTr("Regenerate")
            secondAction: block.ready && !block.busy && goesOn ? qsTr("Regenerate") : ""
            onTriggered: goesOn ? block.continueWanted() : block.againWanted()
            onSecondTriggered: block.againWanted()
        }
        Label {
            visible: block.facts.droppedTurns > 0 && !block.full
            height: visible ? 20 : 0
            text: qsTr("The context is full. Oldest turns left out: %1").arg(block.facts.droppedTurns)
            font: Theme.small
            color: Theme.warning
        }
        Row {
            visible: block.streaming && block.activity === "reading" && block.promptTotal > 0
            spacing: 12
            height: 28

            ProgressBar {
                anchors.verticalCenter: parent.verticalCenter
                width: 160
                implicitHeight: 4
                value: block.promptDone / Math.max(1, block.promptTotal)
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                text: qsTr("Reading the prompt: %1 of %2 tokens").arg(Number(block.promptDone).toLocaleString(Qt.locale(), "f", 0)).arg(Number(block.promptTotal).toLocaleString(Qt.locale(), "f", 0))
                font: Theme.small
                color: Theme.textMuted
            }
        }
        Item {
            visible: !(block.streaming && block.activity === "reading")
            width: parent.width
            height: 28

            Row {
                anchors.verticalCenter: parent.verticalCenter

                Rectangle {
                    visible: block.streaming
                    width: 6
                    height: 6
                    radius: 3
                    color: Theme.accent
                    anchors.verticalCenter: parent.verticalCenter
                }
                FactPart {
                    first: true
                    visible: block.streaming
                    unit: " " + (block.activity === "queued" ? qsTr("Waiting") : qsTr("Answering"))
                }
                FactPart {
                    first: !block.streaming
                    figure: block.facts.speed
                    unit: figure !== "" ? qsTr("tok/s") : ""
                }
                FactPart {
                    first: !block.streaming && block.facts.speed === ""
                    visible: !block.column && figure !== ""
                    before: qsTr("first token")
                    figure: block.facts.firstToken
                    unit: figure !== "" ? qsTr("s") : ""
                }
                FactPart {
                    figure: block.facts.promptTokens >= 0 ? Number(block.facts.promptTokens).toLocaleString(Qt.locale(), "f", 0) : ""
                    unit: figure !== "" ? qsTr("in") : ""
                }
                FactPart {
                    figure: block.facts.completionTokens >= 0 ? Number(block.facts.completionTokens).toLocaleString(Qt.locale(), "f", 0) : ""
                    unit: figure !== "" ? qsTr("out") : ""
                }
                FactPart {
                    first: block.facts.promptTokens < 0 && !block.facts.edited
                    visible: unit !== ""
                    unit: block.messageState === "stopped" ? qsTr("stopped")
                          : block.messageState !== "complete" ? ""
                          : block.facts.edited ? qsTr("edited")
                          : block.facts.reason === "stop" ? qsTr("end of turn") : block.facts.reason === "length" ? qsTr("token limit") : ""
                }
            }
            Row {
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                visible: !block.streaming

                VersionSwitch {
                    visible: block.versions > 1 && !block.column
                    version: block.version
                    versions: block.versions
                    enabled: !block.busy
                    onStepped: step => block.versionWanted(step)
                }
                CopyButton {
                    id: copyButton

                    objectName: "copyAnswer"
                    opacity: block.toolsShown ? 1 : 0
                    text: qsTr("Copy answer")
                    onClicked: block.copyWanted()
                }
                IconButton {
                    id: editButton

                    objectName: "editAnswer"
                    visible: !block.column
                    opacity: block.toolsShown ? 1 : 0
                    enabled: !block.busy
                    iconName: "edit"
                    text: qsTr("Edit answer")
                    onClicked: block.editWanted()
                }
                IconButton {
                    id: againButton

                    objectName: "regenerate"
                    visible: !block.column
                    opacity: block.toolsShown ? 1 : 0
                    enabled: block.ready && !block.busy
                    iconName: "refresh"
                    text: qsTr("Regenerate")
                    onClicked: block.againWanted()
                }
                IconButton {
                    id: branchButton

                    objectName: "branch"
                    visible: !block.column
                    opacity: block.toolsShown ? 1 : 0
                    iconName: "branch"
                    text: qsTr("New chat from here")
                    onClicked: block.branchWanted()
                }
                IconButton {
                    id: moreButton

                    objectName: "moreOfAnswer"
                    visible: !block.column
                    opacity: block.toolsShown ? 1 : 0
                    iconName: "more"
                    text: qsTr("More")
                    onClicked: block.moreWanted(moreButton)
                }
            }
        }
    }
    HoverHandler {
        id: hover
    }
}
