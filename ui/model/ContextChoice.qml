import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Context length: a logarithmic slider with ticks and the largest that fits, and a field that takes any number.
Item {
    id: choice

    required property ModelPageModel page
    readonly property int least: 1024
    readonly property int most: Math.max(2048, page.trainedContext)
    readonly property real doublings: Math.log2(most / least)

    function position(tokens: real): real {
        return Math.max(0, Math.min(1, Math.log2(Math.max(least, tokens) / least) / doublings));
    }
    /// Tokens at a place of the slider; snaps within 6 px to ticks and to the largest that fits.
    function tokensAt(place: real): int {
        const wanted = least * Math.pow(2, place * doublings);
        const near = 6 / Math.max(1, slider.width - 16);
        if (page.plan.largest >= least && page.plan.largest <= most && Math.abs(position(page.plan.largest) - place) < near)
            return page.plan.largest;
        if (place > 1 - near)
            return most;
        const tick = least * Math.pow(2, Math.round(place * doublings));
        if (Math.abs(position(tick) - place) < near)
            return tick;
        return Math.max(least, Math.round(wanted / 16) * 16);
    }

    implicitHeight: column.implicitHeight

    Column {
        id: column

        width: parent.width
        spacing: 4

        Item {
            width: parent.width
            height: 32

            Label {
                id: title

                height: parent.height
                text: qsTr("Context length")
                font: Theme.bodyStrong
            }
            Label {
                anchors.left: title.right
                anchors.leftMargin: 10
                anchors.right: tools.left
                anchors.rightMargin: 8
                height: parent.height
                text: choice.page.plan.known ? qsTr("%1 per token, %2").arg(choice.page.bytes(choice.page.plan.perToken)).arg(choice.page.bytes(choice.page.plan.perToken * choice.page.context)) : ""
                font: Theme.small
                color: Theme.textMuted
            }
            Row {
                id: tools

                anchors.right: parent.right
                spacing: 8

                Button {
                    objectName: "largestThatFits"
                    text: qsTr("Largest that fits")
                    enabled: choice.page.plan.largest > 0 && choice.page.plan.largest !== choice.page.context
                    onClicked: choice.page.useLargest()
                }
                Field {
                    id: field

                    objectName: "contextField"
                    width: 104
                    figures: true
                    error: choice.page.contextProblem !== ""
                    text: Number(choice.page.context).toLocaleString(Qt.locale(), "f", 0)
                    onEditingFinished: {
                        choice.page.setContextText(text);
                        if (choice.page.contextProblem === "")
                            text = Qt.binding(() => Number(choice.page.context).toLocaleString(Qt.locale(), "f", 0));
                    }
                    Accessible.name: qsTr("Context length")
                }
                Label {
                    visible: choice.width >= 560
                    height: 32
                    text: qsTr("tokens")
                    font: Theme.small
                    color: Theme.textMuted
                }
            }
        }
        Label {
            visible: choice.page.contextProblem !== ""
            width: parent.width
            horizontalAlignment: Text.AlignRight
            text: choice.page.contextProblem
            font: Theme.caption
            color: Theme.danger
        }
        Slider {
            id: slider

            objectName: "contextSlider"
            width: parent.width
            implicitHeight: 28
            changed: true
            value: choice.position(choice.page.context)
            onMoved: {
                choice.page.setContext(choice.tokensAt(value));
                field.text = Qt.binding(() => Number(choice.page.context).toLocaleString(Qt.locale(), "f", 0));
            }
            Keys.onPressed: event => {
                const steps = {};
                steps[Qt.Key_Left] = -1024;
                steps[Qt.Key_Right] = 1024;
                steps[Qt.Key_PageDown] = -8192;
                steps[Qt.Key_PageUp] = 8192;
                if (event.key === Qt.Key_Home)
                    choice.page.setContext(choice.least);
                else if (event.key === Qt.Key_End)
                    choice.page.useLargest();
                else if (steps[event.key] !== undefined)
                    choice.page.setContext(Math.max(choice.least, Math.min(choice.most, choice.page.context + steps[event.key])));
                else
                    return;
                event.accepted = true;
            }
            Accessible.name: qsTr("%1 tokens, %2").arg(choice.page.context).arg(choice.page.bytes(choice.page.plan.perToken * choice.page.context))

            Column {
                visible: choice.page.plan.largest > 0 && choice.page.plan.largest < choice.most
                x: 8 + choice.position(choice.page.plan.largest) * (slider.width - 16)
                y: 2
                spacing: 2

                Repeater {
                    model: 5

                    Rectangle {
                        width: 1.5
                        height: 3
                        color: Theme.text
                    }
                }
            }
        }
        Item {
            width: parent.width
            height: 20

            Repeater {
                model: Math.floor(choice.doublings + 0.001) + 1

                Item {
                    required property int index

                    x: 8 + choice.position(choice.least * Math.pow(2, index)) * (slider.width - 16)

                    Rectangle {
                        width: 1
                        height: 5
                        color: Theme.borderControl
                    }
                    Figure {
                        y: 6
                        x: -implicitWidth / 2
                        text: Math.pow(2, parent.index) + "k"
                        font: Theme.figureCaption
                        color: Theme.textMuted
                    }
                }
            }
        }
        Item {
            width: parent.width
            height: 24

            Label {
                anchors.bottom: parent.bottom
                visible: choice.page.plan.known
                text: choice.page.contextLocked !== "" ? choice.page.contextLocked
                      : choice.page.plan.largest <= 0 ? qsTr("No context fits")
                      : choice.page.plan.largest >= choice.most ? qsTr("The whole trained context fits.")
                      : qsTr("Largest that fits: %1").arg(Number(choice.page.plan.largest).toLocaleString(Qt.locale(), "f", 0))
                font: Theme.caption
            }
            Label {
                anchors.right: parent.right
                anchors.bottom: parent.bottom
                text: choice.page.trainedContext > 0 ? qsTr("Trained maximum: %1").arg(Number(choice.page.trainedContext).toLocaleString(Qt.locale(), "f", 0)) : ""
                font: Theme.caption
                color: Theme.textMuted
            }
        }
    }
}
