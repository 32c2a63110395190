import QtQuick
import QtQuick.Templates as T
import Hearth.Theme

/// A verb. `role` is "default", "primary" (one per view), "quiet" or "danger".
T.Button {
    id: control

    property string role: "default"
    property string iconName: ""
    property string hint: ""
    property bool compact: false
    property bool large: false
    readonly property bool filled: role === "primary" && enabled
    readonly property color ink: !enabled ? Theme.textFaint : role === "primary" ? Theme.accentText
                                          : role === "danger" ? Theme.danger : role === "quiet" ? Theme.textMuted : Theme.text

    implicitHeight: large ? 40 : compact ? 28 : 32
    implicitWidth: row.implicitWidth + leftPadding + rightPadding
    leftPadding: large ? 20 : compact ? 10 : 12
    rightPadding: leftPadding
    font: large ? Theme.heading : compact ? Theme.smallMedium : Theme.bodyMedium
    hoverEnabled: true
    // Said here: Qt's own controls say it only to a screen reader that was there before them.
    Accessible.role: Accessible.Button
    Accessible.name: text
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    opacity: 1

    contentItem: Item {
        implicitWidth: row.implicitWidth
        implicitHeight: row.implicitHeight

        Row {
            id: row

            anchors.centerIn: parent
            spacing: 8

            Icon {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.iconName !== ""
                icon: control.iconName !== "" ? control.iconName : "check"
                size: control.large ? 18 : 16
                color: control.ink
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                text: control.text
                font: control.font
                color: control.ink
                elide: Text.ElideNone
            }
            Label {
                anchors.verticalCenter: parent.verticalCenter
                visible: control.hint !== ""
                text: control.hint
                font: Theme.small
                color: control.filled ? Theme.accentText : Theme.textMuted
            }
        }
    }

    background: Rectangle {
        radius: control.large ? Theme.radiusCard : Theme.radius
        color: control.filled ? (control.hovered || control.down ? Theme.accentHover : Theme.accent)
                              : control.role === "quiet" || !control.enabled ? "transparent" : Theme.surfaceRaised
        border.width: control.filled || control.role === "quiet" ? 0 : 1
        border.color: control.enabled ? Theme.borderStrong : Theme.border

        Rectangle {
            anchors.fill: parent
            radius: parent.radius
            visible: !control.filled && control.enabled
            color: control.down ? Theme.pressed : control.hovered ? Theme.hover : "transparent"
        }
        FocusRing {
            shown: control.visualFocus
            base: control.large ? Theme.radiusCard : Theme.radius
        }
    }
}
