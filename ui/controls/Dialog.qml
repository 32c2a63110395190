import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Hearth.Theme

/// A question before something that cannot be undone. Esc is the safe answer.
T.Dialog {
    id: control

    property string body: ""
    property string acceptText: ""
    property string rejectText: qsTr("Cancel")

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(440, parent ? parent.width - 32 : 440)
    implicitHeight: layout.implicitHeight + topPadding + bottomPadding
    padding: 20
    modal: true
    focus: true

    T.Overlay.modal: Dim {}
    contentItem: ColumnLayout {
        id: layout

        Accessible.role: Accessible.Dialog
        Accessible.name: control.title
        Accessible.description: control.body
        spacing: 8

        Label {
            Layout.fillWidth: true
            text: control.title
            font: Theme.heading
            wrapMode: Text.Wrap
        }
        Label {
            Layout.fillWidth: true
            visible: control.body !== ""
            text: control.body
            color: Theme.textMuted
            wrapMode: Text.Wrap
            elide: Text.ElideNone
            lineHeight: 20
            lineHeightMode: Text.FixedHeight
        }
        RowLayout {
            Layout.topMargin: 12
            Layout.alignment: Qt.AlignRight
            spacing: 8

            Button {
                text: control.rejectText
                onClicked: control.reject()
            }
            Button {
                role: "primary"
                text: control.acceptText
                focus: true
                onClicked: control.accept()
            }
        }
    }
    background: PopupFrame {}
}
