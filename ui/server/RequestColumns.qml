import QtQuick

/// Where the request table's columns stand at a width; in a narrow one the least needed go.
QtObject {
    required property real width
    readonly property bool modelShown: width >= 900
    readonly property bool endpointShown: width >= 760
    readonly property bool speedShown: width >= 640
    readonly property real time: 24
    readonly property real client: 102
    readonly property real clientWidth: modelShown ? 104 : 120
    readonly property real model: client + clientWidth + 12
    readonly property real modelWidth: modelShown ? 148 : 0
    readonly property real endpoint: model + (modelShown ? modelWidth + 12 : 0)
    readonly property real endpointWidth: endpointShown ? 118 : 0
    readonly property real promptEnd: endpoint + endpointWidth + 58
    readonly property real generatedEnd: promptEnd + 76
    readonly property real state: generatedEnd + 20
    readonly property real speedEnd: width - 132
    readonly property real durationEnd: width - 56
    readonly property real stateWidth: (speedShown ? speedEnd - 52 : durationEnd - 60) - state
}
