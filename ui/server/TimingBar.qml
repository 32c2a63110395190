import QtQuick
import Hearth.Theme
import Hearth.Controls

/// Where a request's time went: waiting, reading the prompt, writing the answer.
Item {
    id: bar

    required property double queueSeconds
    required property double prefillSeconds
    required property double decodeSeconds
    readonly property double total: Math.max(1e-9, queueSeconds + prefillSeconds + decodeSeconds)

    implicitHeight: 12 + 8 + legend.implicitHeight
    Accessible.role: Accessible.StaticText
    Accessible.name: qsTr("Waiting %1 s, reading the prompt %2 s, writing the answer %3 s").arg(queueSeconds.toFixed(3)).arg(prefillSeconds.toFixed(3)).arg(decodeSeconds.toFixed(3))

    component Part: Rectangle {
        required property double seconds

        width: Math.max(seconds > 0 ? 2 : 0, bar.width * seconds / bar.total - 1.5)
        height: 12
        radius: 2
    }
    component Key: Row {
        id: key

        required property string words
        required property double seconds
        required property color ink

        spacing: 6

        Rectangle {
            anchors.verticalCenter: parent.verticalCenter
            width: 10
            height: 10
            radius: 2
            color: key.ink
            border.width: 1
            border.color: Theme.borderStrong
        }
        Label {
            text: key.words
            font: Theme.small
            color: Theme.textMuted
        }
        Figure {
            anchors.verticalCenter: parent.verticalCenter
            text: qsTr("%1 s").arg(Number(key.seconds).toLocaleString(Qt.locale(), "f", 3))
        }
    }

    Row {
        spacing: 1.5

        Part {
            seconds: bar.queueSeconds
            color: Theme.borderControl
        }
        Part {
            seconds: bar.prefillSeconds
            color: Theme.memWeights
        }
        Part {
            seconds: bar.decodeSeconds
            color: Theme.memKv
        }
    }
    Flow {
        id: legend

        y: 20
        width: parent.width
        spacing: 16

        Key {
            words: qsTr("waiting")
            seconds: bar.queueSeconds
            ink: Theme.borderControl
        }
        Key {
            words: qsTr("reading the prompt")
            seconds: bar.prefillSeconds
            ink: Theme.memWeights
        }
        Key {
            words: qsTr("writing the answer")
            seconds: bar.decodeSeconds
            ink: Theme.memKv
        }
    }
}
