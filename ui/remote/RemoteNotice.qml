import QtQuick
import Hearth.Controls
import Hearth.Remote

/// The server in use cannot be reached: why, that it is tried again, and what else there is.
Notice {
    id: notice

    required property RemoteModel remote
    property bool localReady: false

    visible: remote.inUse && remote.lost
    tone: "warning"
    text: qsTr("The connection is lost. %1 It is tried again until the server answers.").arg(remote.lostWhy)
    action: qsTr("Try now")
    secondAction: localReady ? qsTr("Use the model here") : ""
    onTriggered: remote.tryNow()
    onSecondTriggered: remote.setInUse(false)
}
