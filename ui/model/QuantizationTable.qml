import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Model

/// Modes with what they cost; those that this build lacks keep their name and say why. Up and Down go through them.
Item {
    id: table

    required property ModelPageModel page

    implicitHeight: frame.height + (note.visible ? note.implicitHeight + 4 : 0)
    Accessible.role: Accessible.Table
    Accessible.name: qsTr("Quantization modes")

    component Head: Label {
        height: 32
        font: Theme.captionMedium
        color: Theme.textMuted
    }

    QuantizationColumns {
        id: places

        width: table.width - 2
    }
    Rectangle {
        id: frame

        width: parent.width
        height: column.height + 2
        radius: Theme.radiusCard
        color: Theme.surfaceRaised
        border.width: 1
        border.color: Theme.border
        clip: true

        Column {
            id: column

            x: 1
            y: 1
            width: parent.width - 2

            Rectangle {
                width: parent.width
                height: 32
                radius: Theme.radiusCard - 1
                color: Theme.surfaceSunken

                Head {
                    x: 38
                    text: qsTr("Mode")
                }
                Head {
                    visible: places.weightsShown
                    x: places.weightsEnd - width
                    text: qsTr("Weights GB")
                }
                Head {
                    x: places.totalEnd - width
                    text: qsTr("Total GB")
                }
                Head {
                    x: places.fits
                    text: qsTr("Fits")
                }
                Head {
                    x: places.speedEnd - width
                    text: qsTr("tok/s")
                }
                Head {
                    visible: places.qualityShown
                    x: places.quality
                    text: qsTr("Quality")
                }
            }
            Repeater {
                id: rows

                model: table.page.quantizations

                QuantizationRow {
                    required property int index

                    objectName: "quantization_" + mode
                    width: column.width
                    columns: places
                    onClicked: table.page.setQuantization(mode)
                    Keys.onDownPressed: event => event.accepted = rows.step(index, 1)
                    Keys.onUpPressed: event => event.accepted = rows.step(index, -1)
                }

                /// Moves the focus, and with it the choice, to the next mode that there is.
                function step(from: int, by: int): bool {
                    for (let i = from + by; i >= 0 && i < count; i += by) {
                        const next = itemAt(i) as QuantizationRow;
                        if (next && next.available) {
                            next.forceActiveFocus(Qt.TabFocusReason);
                            next.clicked();
                            return true;
                        }
                    }
                    return false;
                }
            }
        }
    }
    Label {
        id: note

        objectName: "speedNote"
        y: frame.height + 4
        width: parent.width
        visible: text !== ""
        text: table.page.quantizations.bandwidth > 0 ? qsTr("tok/s: the bytes that one token reads over %1/s of memory, measured just now; an upper bound.").arg(table.page.bytes(table.page.quantizations.bandwidth)) : ""
        font: Theme.caption
        color: Theme.textMuted
        wrapMode: Text.Wrap
        elide: Text.ElideNone
    }
}
