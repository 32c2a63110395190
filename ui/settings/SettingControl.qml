import QtQuick
import Hearth.Theme
import Hearth.Controls
import Hearth.Settings

/// What a setting is changed with; read-only where something outside of the window decides.
Loader {
    id: control

    required property SettingFacts row
    /// The widest that it may be.
    property real most: 260

    sourceComponent: row.kind === "boolean" ? switches : row.kind === "segmented" ? segments : row.kind === "choice" ? choices
                   : row.kind === "accent" ? accents : row.kind === "slider" ? sliders : row.kind.startsWith("page:") ? pages : fields

    Component {
        id: switches

        Switch {
            objectName: "switch-" + control.row.key
            checked: control.row.value === "true"
            enabled: control.row.open
            Accessible.name: control.row.label
            Accessible.description: control.row.help
            onToggled: control.row.store(checked ? "true" : "false")
        }
    }
    Component {
        id: segments

        Segmented {
            objectName: "segments-" + control.row.key
            options: control.row.choiceNames
            current: control.row.choices.indexOf(control.row.value)
            enabled: control.row.open
            icons: control.row.key === "theme" ? ["", "sun", "moon"] : []
            figures: control.row.choiceNames.every((name, index) => name === control.row.choices[index])
            Accessible.role: Accessible.Grouping
            Accessible.name: control.row.label
            onChosen: index => control.row.store(control.row.choices[index])
        }
    }
    Component {
        id: choices

        ComboBox {
            objectName: "choice-" + control.row.key
            width: Math.min(140, control.most)
            font: Theme.figure
            model: control.row.choiceNames
            currentIndex: control.row.choices.indexOf(control.row.value)
            enabled: control.row.open
            Accessible.name: control.row.label
            Accessible.description: control.row.help
            onActivated: index => control.row.store(control.row.choices[index])
        }
    }
    Component {
        id: accents

        AccentChoice {
            row: control.row
        }
    }
    Component {
        id: sliders

        SettingSlider {
            row: control.row
            width: Math.min(276, control.most + 16)
        }
    }
    Component {
        id: fields

        SettingField {
            row: control.row
            width: Math.min(control.row.kind === "number" ? 120 : 240, control.most)
        }
    }
    Component {
        id: pages

        Row {
            spacing: 12

            Figure {
                anchors.verticalCenter: parent.verticalCenter
                text: control.row.value
                color: Theme.textMuted
            }
            Button {
                objectName: "page-" + control.row.key
                text: control.row.kind === "page:server" ? qsTr("Server page") : qsTr("Model page")
                Accessible.description: control.row.label
                onClicked: control.row.pageWanted(control.row.kind.slice(5))
            }
        }
    }
}
