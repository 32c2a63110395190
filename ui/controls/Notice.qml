import QtQuick
import QtQuick.Layouts
import Hearth.Theme

/// A sentence that stays until its reason is gone, with an action beside it. `tone` as in Chip.
Rectangle {
    id: control

    required property string text
    property string tone: "warning"
    property string action: ""
    property string secondAction: ""
    signal triggered
    signal secondTriggered

    readonly property color ink: tone === "danger" ? Theme.danger : tone === "info" ? Theme.info : Theme.warning

    implicitHeight: row.implicitHeight + 20
    radius: Theme.radius
    color: tone === "danger" ? Theme.dangerSoft : tone === "info" ? Theme.infoSoft : Theme.warningSoft
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text

    RowLayout {
        id: row

        anchors.fill: parent
        anchors.margins: 10
        spacing: 10

        Icon {
            Layout.alignment: Qt.AlignTop
            Layout.topMargin: 3
            icon: control.tone === "danger" ? "error" : control.tone === "info" ? "info" : "warning"
            color: control.ink
        }
        Label {
            Layout.fillWidth: true
            text: control.text
            wrapMode: Text.Wrap
            elide: Text.ElideNone
            lineHeight: 20
            lineHeightMode: Text.FixedHeight
        }
        Button {
            visible: control.secondAction !== ""
            compact: true
            text: control.secondAction
            onClicked: control.secondTriggered()
        }
        Button {
            visible: control.action !== ""
            compact: true
            text: control.action
            onClicked: control.triggered()
        }
    }
}
