import QtQuick

/// Where the quantization table's columns stand at a width; on a narrow page the least needed ones go.
QtObject {
    required property real width
    readonly property bool qualityShown: width >= 600
    readonly property bool weightsShown: width >= 480
    readonly property real reason: 140
    readonly property real weightsEnd: 214
    readonly property real totalEnd: weightsShown ? 290 : 200
    readonly property real fits: totalEnd + 22
    readonly property real speedEnd: qualityShown ? Math.max(fits + 180, width * 0.735) : width - 14
    readonly property real fitsWidth: speedEnd - 48 - fits
    readonly property real quality: speedEnd + 22
}
