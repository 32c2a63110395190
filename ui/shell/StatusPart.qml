import QtQuick
import QtQuick.Templates as T
import Hearth.Theme
import Hearth.Controls

/// A part of the status strip: a button to the page that it is about.
T.AbstractButton {
    id: control

    property string iconName: ""
    property string caption: ""
    property string unit: ""
    property bool strong: false
    property bool figures: false
    property bool separated: true
    property bool dot: false
    property bool dotOn: false
    property bool gaugeShown: false
    property real gauge: 0
    /// Shares of the gauge in the memory bar's order: other programs, weights, KV cache, workspace. Empty: one fill.
    property list<real> parts
    property string tip: ""

    implicitHeight: Theme.stripHeight
    implicitWidth: row.implicitWidth + 24
    hoverEnabled: true
    Keys.onReturnPressed: control.clicked()
    Keys.onEnterPressed: control.clicked()
    focusPolicy: Qt.TabFocus
    Accessible.name: caption !== "" ? caption + " " + text : text

    contentItem: Item {
        Row {
            id: row

            x: 12
            height: parent.height
            spacing: 7

            Icon {
                visible: control.iconName !== ""
                icon: control.iconName !== "" ? control.iconName : "model"
                size: 14
                anchors.verticalCenter: parent.verticalCenter
            }
            Rectangle {
                visible: control.dot
                width: 8
                height: 8
                radius: 4
                color: control.dotOn ? Theme.success : "transparent"
                border.width: control.dotOn ? 0 : 1.5
                border.color: Theme.borderControl
                anchors.verticalCenter: parent.verticalCenter
            }
            Label {
                visible: control.caption !== ""
                text: control.caption
                font: Theme.small
                color: Theme.textMuted
                anchors.verticalCenter: parent.verticalCenter
            }
            Rectangle {
                visible: control.gaugeShown
                width: control.parts.length > 0 ? 92 : 56
                height: 7
                radius: 2
                color: Theme.memFree
                border.width: 1
                border.color: Theme.borderStrong
                anchors.verticalCenter: parent.verticalCenter

                Rectangle {
                    visible: control.parts.length === 0
                    x: 1
                    y: 1
                    width: Math.max(0, Math.min(1, control.gauge) * (parent.width - 2))
                    height: parent.height - 2
                    color: Theme.textMuted
                }
                Row {
                    x: 1
                    y: 1

                    Repeater {
                        model: control.parts

                        Rectangle {
                            id: share

                            required property int index
                            required property real modelData

                            width: Math.max(0, Math.min(1, modelData)) * 90
                            height: 5
                            color: [Theme.memOtherFill, Theme.memWeights, Theme.memKv, Theme.memWork][index]
                            clip: true

                            Hatch {
                                anchors.fill: parent
                                visible: share.index === 0
                            }
                        }
                    }
                }
            }
            Label {
                text: control.text
                font: control.strong ? Theme.smallMedium : control.figures ? Theme.figure : Theme.small
                color: control.strong || control.gaugeShown ? Theme.text : Theme.textMuted
                width: Math.min(implicitWidth, 320)
                elide: Text.ElideMiddle
                anchors.verticalCenter: parent.verticalCenter
            }
            Label {
                visible: control.unit !== ""
                text: control.unit
                font: Theme.small
                color: Theme.textMuted
                anchors.verticalCenter: parent.verticalCenter
            }
        }
    }
    background: Rectangle {
        color: control.hovered ? Theme.hover : "transparent"

        Hairline {
            visible: control.separated
            x: parent.width - 1
            y: 8
            height: 12
            color: Theme.borderStrong
        }
        FocusRing {
            shown: control.visualFocus
            inset: true
        }
    }
    ToolTip {
        visible: control.hovered && control.tip !== ""
        x: 0
        y: -implicitHeight - 6
        text: control.tip
    }
}
