import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Host memory as it is now, where the model itself goes to a GPU.
Item {
    id: host

    required property ModelPageModel page

    implicitHeight: 40
    visible: page.hostTotal > 0
    Accessible.role: Accessible.Chart
    Accessible.name: qsTr("Host memory: %1").arg(free.text)

    Icon {
        icon: "memory"
        size: 16
        y: 2
    }
    Label {
        x: 24
        height: 20
        text: qsTr("Host memory")
        font: Theme.smallMedium
    }
    Label {
        id: free

        anchors.right: parent.right
        height: 20
        text: qsTr("%1 of %2 free").arg(host.page.bytes(host.page.hostFree)).arg(host.page.bytes(host.page.hostTotal))
        font: Theme.small
        color: Theme.textMuted
    }
    Rectangle {
        id: bar

        readonly property real density: (width - 2) / Math.max(1, host.page.hostTotal)

        y: 26
        width: parent.width
        height: 10
        radius: 3
        color: Theme.memFree
        border.width: 1
        border.color: Theme.borderStrong
        clip: true

        MemorySegment {
            id: others

            vertical: false
            density: bar.density
            bytes: Math.max(0, host.page.hostTotal - host.page.hostFree - host.page.hostOurs)
            fill: Theme.memOtherFill
            hatch: Theme.memOther
        }
        MemorySegment {
            vertical: false
            density: bar.density
            from: others.end
            bytes: host.page.hostOurs
            fill: Theme.memWeights
        }
    }
}
