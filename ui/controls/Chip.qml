import QtQuick
import Hearth.Theme

/// State or provenance in a word. `tone` is "neutral", "busy", "success", "warning", "danger" or "info".
Rectangle {
    id: control

    required property string text
    property string tone: "neutral"
    property string iconName: ""
    readonly property color ink: tone === "busy" ? Theme.accent : tone === "success" ? Theme.success
                               : tone === "warning" ? Theme.warning : tone === "danger" ? Theme.danger
                               : tone === "info" ? Theme.info : Theme.textMuted

    implicitWidth: row.implicitWidth + 16
    implicitHeight: 22
    radius: Theme.radiusSmall
    color: tone === "busy" ? Theme.accentSoft : tone === "success" ? Theme.successSoft
         : tone === "warning" ? Theme.warningSoft : tone === "danger" ? Theme.dangerSoft
         : tone === "info" ? Theme.infoSoft : Theme.surfaceSunken
    Accessible.role: Accessible.StaticText
    Accessible.name: text

    Row {
        id: row

        anchors.centerIn: parent
        spacing: 6

        Rectangle {
            visible: control.tone === "busy"
            width: 6
            height: 6
            radius: 3
            color: control.ink
            anchors.verticalCenter: parent.verticalCenter
        }
        Icon {
            visible: control.iconName !== ""
            icon: control.iconName !== "" ? control.iconName : "check"
            size: 14
            color: control.ink
            anchors.verticalCenter: parent.verticalCenter
        }
        Label {
            text: control.text
            font: Theme.small
            color: control.ink
            anchors.verticalCenter: parent.verticalCenter
        }
    }
}
