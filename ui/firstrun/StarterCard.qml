import QtQuick
import QtQuick.Layouts
import Hearth.Theme
import Hearth.Controls
import Hearth.FirstRun

/// The starter model: used where it is there, else downloaded here, with how far that is.
WayCard {
    id: card

    required property FirstRunModel model
    readonly property bool there: model.state === "ready"
    readonly property bool begun: model.state === "running" || model.state === "paused" || model.state === "failed"
    signal useWanted

    iconName: there ? "bolt" : "download"
    title: there ? qsTr("Use the starter model") : qsTr("Download the starter model")
    body: there ? qsTr("SmolLM2-135M-Instruct: small enough for any computer, good for a first look. It is on this computer already; licence Apache-2.0.")
                : qsTr("SmolLM2-135M-Instruct: small enough for any computer, good for a first look. %1, licence Apache-2.0, checksum verified. A broken download goes on where it stopped.").arg(model.size)
    problem: model.problem
    action: there ? qsTr("Use it") : model.state === "running" ? qsTr("Pause") : model.state === "paused" ? qsTr("Go on")
          : model.state === "failed" ? qsTr("Try again") : qsTr("Download %1").arg(model.size)
    recommended: true
    onTriggered: {
        if (there)
            useWanted();
        else if (model.state === "running")
            model.pause();
        else
            model.start();
    }

    RowLayout {
        x: 56
        width: card.width - 76
        height: card.begun ? 44 : 0
        visible: card.begun
        spacing: 12

        ColumnLayout {
            Layout.alignment: Qt.AlignTop
            Layout.fillWidth: true
            spacing: 6

            ProgressBar {
                objectName: "starterProgress"
                Layout.fillWidth: true
                unknown: card.model.state === "running" && card.model.progress < 0
                value: Math.max(0, card.model.progress)
            }
            Figure {
                objectName: "starterLine"
                Layout.fillWidth: true
                text: card.model.line
                color: Theme.textMuted
            }
        }
        Button {
            objectName: "starterCancel"
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: -8
            compact: true
            text: qsTr("Cancel")
            Accessible.description: card.title
            onClicked: card.model.cancel()
        }
    }
}
