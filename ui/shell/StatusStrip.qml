import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Shell

/// What runs, where, and how full it is; always in view. Under 1100 px template, quantization and context move into
/// the model part's popup.
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
            tip: !strip.status.loaded || popup.visible ? "" : strip.roomy ? strip.status.computeType : qsTr("Template, quantization and context")
            onClicked: {
                if (strip.roomy || !strip.status.loaded)
                    strip.pageWanted("model");
                else
                    popup.open();
            }

            StatusPopup {
                id: popup

                objectName: "statusPopup"
                y: -height - 6
                status: strip.status
                context: strip.figure(strip.contextUsed) + " / " + strip.figure(strip.contextTotal)
                contextShare: strip.contextTotal > 0 ? strip.contextUsed / strip.contextTotal : 0
                onPageWanted: page => strip.pageWanted(page)
            }
        }
        StatusPart {
            objectName: "statusDevice"
            iconName: strip.status.remote ? "globe" : strip.status.onGpu ? "gpu" : "cpu"
            text: strip.status.device
            tip: strip.status.deviceReason
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.templateName !== "" && strip.roomy
            text: strip.status.templateName
            tip: strip.status.templateReason
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.quantization !== "" && strip.roomy
            text: strip.status.quantization
            onClicked: strip.pageWanted("model")
        }
        StatusPart {
            visible: strip.status.loaded && strip.contextTotal > 0 && strip.roomy
            caption: qsTr("Context")
            gauge: strip.contextTotal > 0 ? strip.contextUsed / strip.contextTotal : 0
            gaugeShown: true
            figures: true
            text: strip.figure(strip.contextUsed) + " / " + strip.figure(strip.contextTotal)
            onClicked: strip.pageWanted("chat")
        }
        StatusPart {
            readonly property real total: Math.max(1, strip.status.memoryTotal)

            objectName: "statusMemory"
            visible: strip.status.memoryTotal > 0
            caption: strip.status.onGpu ? qsTr("VRAM") : qsTr("RAM")
            gaugeShown: true
            parts: [strip.status.memoryOther / total, strip.status.memoryWeights / total, strip.status.memoryKv / total, strip.status.memoryWork / total]
            figures: true
            separated: false
            text: strip.gigabytes(strip.status.memoryUsed) + " / " + strip.gigabytes(strip.status.memoryTotal)
            unit: qsTr("GB")
            tip: qsTr("Weights %1, KV cache %2, workspace %3, everything else %4 GB").arg(strip.gigabytes(strip.status.memoryWeights)).arg(strip.gigabytes(strip.status.memoryKv)).arg(strip.gigabytes(strip.status.memoryWork)).arg(strip.gigabytes(strip.status.memoryOther))
            onClicked: strip.pageWanted("monitor")
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
