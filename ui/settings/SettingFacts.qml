import QtQuick
import Hearth.Settings

/// What a row of the settings page and its control know of their setting.
Item {
    id: facts

    required property int index
    required property string key
    required property string label
    required property string help
    required property string flag
    required property string environment
    required property string kind
    required property string value
    required property string standard
    required property list<string> choices
    required property list<string> choiceNames
    required property string source
    required property string blocked
    required property bool changed
    required property real minimum
    required property real maximum
    required property string title
    required property bool last
    required property string note
    required property SettingsModel settings
    property string problem: ""
    readonly property bool open: source === "" && blocked === ""
    signal pageWanted(string page)
    signal fileWanted(string key, string picker)

    function store(wanted: string): void {
        facts.problem = facts.settings.store(facts.key, wanted);
    }
}
