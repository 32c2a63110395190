import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Shell

/// What runs, where, and how full it is; always in view. Under 1100 px template, quantization and context move into
/// the model part's tooltip.
Rectangle {
    id: strip

    required property StatusModel status
    required property real contextUsed
    required property real contextTotal
    required property bool serverOn
    required property string serverAddress
    readonly property bool roomy: width >= 1100
    signal pageWanted(string page)

    function figure(value: real): string {
        return Number(value).toLocaleString(Qt.locale(), "f", 0);
    }
    function gigabytes(value: real): string {
        return Number(value / 1e9).toLocaleString(Qt.locale(), "f", 1);
    }

    implicitHeight: Theme.stripHeight
    color: Theme.surfaceSunken
    Accessible.role: Accessible.StatusBar
    Accessible.name: qsTr("Status")

    Hairline {
        width: parent.width
    }
    Row {
        StatusPart {
            objectName: "statusModel"
            iconName: "model"
            strong: strip.status.loaded
            text: strip.status.model
            tip: strip.status.loaded ? qsTr("%1\nTemplate %2: %3\nQuantization %4\nContext %5 of %6 tokens").arg(strip.status.computeType).arg(strip.status.templateName).arg(strip.status.templateReason).arg(strip.status.quantization).arg(strip.figure(strip.contextUsed)).arg(strip.figure(strip.contextTotal)) : ""
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            objectName: "statusDevice"
            iconName: "cpu"
            text: strip.status.device
            tip: strip.status.deviceReason
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.loaded && strip.roomy
            text: strip.status.templateName
            tip: strip.status.templateReason
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.loaded && strip.roomy
            text: strip.status.quantization
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.loaded && strip.roomy
            caption: qsTr("Context")
            gauge: strip.contextTotal > 0 ? strip.contextUsed / strip.contextTotal : 0
            gaugeShown: true
            figures: true
            text: strip.figure(strip.contextUsed) + " / " + strip.figure(strip.contextTotal)
            onClicked: strip.pageWanted("chat")
        }
        StatusPart {
            objectName: "statusMemory"
            visible: strip.status.memoryTotal > 0
            caption: qsTr("RAM")
            gaugeShown: true
            gauge: (strip.status.memoryUsed + strip.status.memoryOther) / Math.max(1, strip.status.memoryTotal)
            gaugeOwn: strip.status.memoryUsed / Math.max(1, strip.status.memoryTotal)
            figures: true
            separated: false
            text: strip.gigabytes(strip.status.memoryUsed + strip.status.memoryOther) + " / " + strip.gigabytes(strip.status.memoryTotal)
            unit: qsTr("GB")
            onClicked: strip.pageWanted("model")
        }
    }
    StatusPart {
        objectName: "statusServer"
        anchors.right: parent.right
        dot: true
        dotOn: strip.serverOn
        separated: false
        figures: strip.serverOn
        text: strip.serverOn ? strip.serverAddress : qsTr("Server off")
        onClicked: strip.pageWanted("server")
    }
}
