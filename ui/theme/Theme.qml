pragma Singleton
import QtQuick

/// Colour roles, type and metrics of the design system. Pages name roles only; values live here.
QtObject {
    id: theme

    /// Set by the shell: the choice of the settings, or the system's.
    property bool dark: false
    property bool lessMotion: false
    property int readingSize: 15
    property bool moreContrast: false
    /// "ember", "blue", "teal", "violet" or "graphite".
    property string accentName: "ember"
    /// How much larger everything is drawn than at the start of the program; popups and pictures need to know.
    property real zoom: 1
    /// What popups keep free at the right and at the bottom of a window that is drawn larger than it is laid out.
    property size beyond: Qt.size(0, 0)

    readonly property color surface: dark ? "#16181B" : "#FAFAFB"
    readonly property color surfaceRaised: dark ? "#1D2024" : "#FFFFFF"
    readonly property color surfaceSunken: dark ? "#101214" : "#F1F2F4"
    readonly property color border: moreContrast ? borderControl : dark ? "#2A2E33" : "#E2E4E8"
    readonly property color borderStrong: moreContrast ? borderControl : dark ? "#444A52" : "#C3C8D0"
    readonly property color borderControl: dark ? "#79818C" : "#858C97"
    readonly property color text: dark ? "#E8EAED" : "#1A1D21"
    readonly property color textMuted: moreContrast ? text : dark ? "#A9B0BA" : "#555C66"
    readonly property color textFaint: moreContrast ? (dark ? "#A9B0BA" : "#555C66") : dark ? "#7B838E" : "#747B86"
    readonly property list<string> accentNames: ["ember", "blue", "teal", "violet", "graphite"]
    readonly property bool ember: accentName === "ember"
    readonly property color accent: accentColor(accentName)
    readonly property color accentHover: ember ? (dark ? "#FFA06A" : "#9F380B") : mix(dark ? Qt.rgba(1, 1, 1, 1) : Qt.rgba(0, 0, 0, 1), accent, 0.15)
    readonly property color accentText: !dark ? "#FFFFFF" : ember ? "#1C0F06" : mix(accent, Qt.rgba(0, 0, 0, 1), 0.1)
    readonly property color accentSoft: ember ? (dark ? "#38251A" : "#FBEBE2") : mix(accent, dark ? surface : Qt.rgba(1, 1, 1, 1), dark ? 0.16 : 0.1)
    readonly property color danger: dark ? "#FF8392" : "#B3203B"
    readonly property color dangerSoft: dark ? "#3A1D22" : "#FBE9EC"
    readonly property color warning: dark ? "#E8B653" : "#845300"
    readonly property color warningSoft: dark ? "#342A15" : "#FBF0D9"
    readonly property color success: dark ? "#63C793" : "#1B6F46"
    readonly property color successSoft: dark ? "#172F22" : "#E3F3EA"
    readonly property color userMessage: dark ? "#212429" : "#F1F2F4"
    readonly property color segmentOn: dark ? "#2A2E33" : "#FFFFFF"
    readonly property color info: dark ? "#86B3F2" : "#2A5DA8"
    readonly property color infoSoft: dark ? "#1A2838" : "#E8EFF9"
    readonly property color codeBackground: dark ? "#121417" : "#F5F6F7"
    readonly property color codeText: dark ? "#E8EAED" : "#1A1D21"

    readonly property color codeKeyword: dark ? "#D59BDB" : "#8A2F8F"
    readonly property color codeString: dark ? "#7CCBA0" : "#1B6F46"
    readonly property color codeNumber: dark ? "#F0A877" : "#9A4A0C"
    readonly property color codeComment: dark ? "#8B939E" : "#626974"
    readonly property color codeFunction: dark ? "#86B3F2" : "#2A5DA8"
    readonly property color codeType: dark ? "#E0C074" : "#7A5600"
    /// In the order of ui::CodeInk, from its second on.
    readonly property var codeInks: [codeKeyword, codeString, codeNumber, codeComment, codeFunction, codeType]

    readonly property color hover: dark ? "#0FE8EEF6" : "#0D141A22"
    readonly property color pressed: dark ? "#1AE8EEF6" : "#17141A22"
    readonly property color selected: dark ? "#17E8EEF6" : "#13141A22"
    readonly property color popupShade: dark ? "#59000000" : "#0D141A22"
    /// Ground of words that a search found.
    readonly property color mark: dark ? "#6B4526" : "#F9D3BC"
    readonly property color dim: dark ? "#80000000" : "#4D141A22"
    readonly property color tooltip: dark ? "#E8EAED" : "#1A1D21"
    readonly property color tooltipText: dark ? "#1A1D21" : "#FFFFFF"

    // Memory series: the same everywhere, never following the accent.
    readonly property color memOther: dark ? "#5A616B" : "#8E959F"
    readonly property color memOtherFill: dark ? "#32373D" : "#D7DADD"
    readonly property color memWeights: dark ? "#4C80C9" : "#2B568F"
    readonly property color memKv: dark ? "#F0AC66" : "#DB8F3F"
    readonly property color memWork: dark ? "#C4E6EA" : "#B9E0E5"
    readonly property color memReserve: dark ? "#444A52" : "#C3C8D0"
    readonly property color memFree: dark ? "#101214" : "#F1F2F4"

    readonly property string sansFamily: "Inter"
    readonly property string monoFamily: "JetBrains Mono"
    readonly property font display: Qt.font({family: sansFamily, pixelSize: 24, weight: Font.DemiBold, letterSpacing: -0.3})
    readonly property font title: Qt.font({family: sansFamily, pixelSize: 18, weight: Font.DemiBold})
    readonly property font heading: Qt.font({family: sansFamily, pixelSize: 15, weight: Font.DemiBold})
    readonly property font reading: Qt.font({family: sansFamily, pixelSize: readingSize})
    readonly property font body: Qt.font({family: sansFamily, pixelSize: 13})
    readonly property font bodyMedium: Qt.font({family: sansFamily, pixelSize: 13, weight: Font.Medium})
    readonly property font bodyStrong: Qt.font({family: sansFamily, pixelSize: 13, weight: Font.DemiBold})
    readonly property font small: Qt.font({family: sansFamily, pixelSize: 12})
    readonly property font smallMedium: Qt.font({family: sansFamily, pixelSize: 12, weight: Font.Medium})
    readonly property font caption: Qt.font({family: sansFamily, pixelSize: 11})
    readonly property font captionMedium: Qt.font({family: sansFamily, pixelSize: 11, weight: Font.Medium})
    // Without shaping the mono font draws no ligatures: -> and != stay what they are.
    readonly property font code: Qt.font({family: monoFamily, preferShaping: false, pixelSize: 13})
    readonly property font figure: Qt.font({family: monoFamily, preferShaping: false, pixelSize: 12})
    readonly property font figureCaption: Qt.font({family: monoFamily, preferShaping: false, pixelSize: 11})
    readonly property font figureBig: Qt.font({family: monoFamily, preferShaping: false, pixelSize: 22, weight: Font.Medium})
    readonly property font figureTitle: Qt.font({family: monoFamily, preferShaping: false, pixelSize: 18, weight: Font.Medium})

    readonly property int radiusSmall: 4
    readonly property int radius: 6
    readonly property int radiusCard: 8
    readonly property int radiusPopup: 10
    readonly property int radiusMessage: 12
    readonly property int pagePadding: 24
    readonly property int headerHeight: 48
    readonly property int railWidth: 56
    readonly property int stripHeight: 28

    readonly property int quick: lessMotion ? 80 : 120
    readonly property int medium: lessMotion ? 80 : 160
    readonly property int slow: lessMotion ? 80 : 180

    /// An accent as it is in the theme of the moment; ember for names that are none.
    function accentColor(name: string): color {
        const index = Math.max(0, accentNames.indexOf(name));
        return (dark ? ["#F38A4F", "#86B3F2", "#5CC4C0", "#B79CF0", "#C3C9D1"] : ["#B9430F", "#2A5DA8", "#0F6B6B", "#6B46B0", "#4A5058"])[index];
    }
    /// `share` of one colour over another.
    function mix(one: color, other: color, share: real): color {
        return Qt.rgba(one.r * share + other.r * (1 - share), one.g * share + other.g * (1 - share), one.b * share + other.b * (1 - share), 1);
    }
    /// The address of an icon of resources/icons.
    function icon(name: string): url {
        return Qt.url("qrc:/qt/qml/Hearth/Theme/icons/" + name + ".svg");
    }
}
