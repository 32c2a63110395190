import QtQuick
import QtTest
import Hearth.Theme
import Hearth.Controls

TestCase {
    id: testCase

    name: "Controls"
    when: windowShown
    width: 400
    height: 300
    visible: true

    Component {
        id: buttons

        Button {
            text: "Load"
        }
    }
    Component {
        id: segments

        Segmented {
            options: ["one", "two", "three"]
        }
    }
    Component {
        id: switches

        Switch {}
    }
    Component {
        id: toasts

        Toast {}
    }
    SignalSpy {
        id: spy
    }

    function test_buttonSizes(): void {
        const button = createTemporaryObject(buttons, testCase);
        compare(button.height, 32);
        button.compact = true;
        compare(button.implicitHeight, 28);
        button.large = true;
        compare(button.implicitHeight, 40);
    }
    function test_buttonClicks(): void {
        const button = createTemporaryObject(buttons, testCase);
        spy.target = button;
        spy.signalName = "clicked";
        spy.clear();
        mouseClick(button);
        compare(spy.count, 1);
        button.enabled = false;
        mouseClick(button);
        compare(spy.count, 1);
    }
    function test_segmentedChooses(): void {
        const segmented = createTemporaryObject(segments, testCase);
        spy.target = segmented;
        spy.signalName = "chosen";
        spy.clear();
        mouseClick(segmented, segmented.width - 10, 16);
        compare(spy.count, 1);
        compare(spy.signalArguments[0][0], 2);
    }
    function test_switchToggles(): void {
        const toggle = createTemporaryObject(switches, testCase);
        verify(!toggle.checked);
        mouseClick(toggle);
        verify(toggle.checked);
        compare(toggle.width, 34);
        compare(toggle.height, 20);
    }
    function test_toastShowsAndHides(): void {
        const toast = createTemporaryObject(toasts, testCase);
        verify(!toast.visible);
        toast.show("done", "Undo");
        verify(toast.visible);
        compare(toast.message, "done");
        toast.hide();
        verify(!toast.visible);
    }
    function test_themeSwitches(): void {
        const light = Theme.surface.toString();
        Theme.dark = true;
        verify(Theme.surface.toString() !== light);
        Theme.dark = false;
        compare(Theme.surface.toString(), light);
    }
    /// Contrast of the pairs that the design system promises, in both themes.
    function luminance(c: color): real {
        const part = v => v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
        return 0.2126 * part(c.r) + 0.7152 * part(c.g) + 0.0722 * part(c.b);
    }
    function contrast(a: color, b: color): real {
        const light = Math.max(luminance(a), luminance(b));
        const dark = Math.min(luminance(a), luminance(b));
        return (light + 0.05) / (dark + 0.05);
    }
    function test_contrast_data(): var {
        const rows = [];
        for (const dark of [false, true])
            for (const accent of Theme.accentNames)
                for (const more of [false, true])
                    rows.push({tag: (dark ? "dark " : "light ") + accent + (more ? ", more contrast" : ""), dark: dark, accent: accent, more: more});
        return rows;
    }
    function test_contrast(data: var): void {
        Theme.dark = data.dark;
        Theme.accentName = data.accent;
        Theme.moreContrast = data.more;
        const surfaces = ["surface", "surfaceRaised", "surfaceSunken", "userMessage", "segmentOn"];
        const pages = ["surface", "surfaceRaised", "surfaceSunken"];
        const softs = ["accentSoft", "dangerSoft", "warningSoft", "successSoft", "infoSoft"];
        // Ink, the grounds that it stands on, what WCAG 2 asks: 4.5 of text, 3 of controls and of what is only said twice.
        const promises = [["text", surfaces.concat(softs, "codeBackground"), 7], ["text", ["mark"], 4.5], ["textMuted", surfaces.concat("accentSoft"), 4.5],
                          ["textFaint", pages, 3], ["borderControl", pages, 3], ["accent", surfaces.concat("accentSoft"), 4.5],
                          ["accentText", ["accent", "accentHover"], 4.5], ["danger", surfaces.concat("dangerSoft"), 4.5],
                          ["warning", surfaces.concat("warningSoft"), 4.5], ["success", surfaces.concat("successSoft"), 4.5],
                          ["info", surfaces.concat("infoSoft"), 4.5], ["codeText", ["codeBackground"], 4.5], ["tooltipText", ["tooltip"], 4.5]];
        for (const [ink, grounds, least] of promises) {
            for (const ground of grounds) {
                const found = contrast(Theme[ink], Theme[ground]);
                verify(found >= least, ink + " on " + ground + ": " + found.toFixed(2) + ", needs " + least);
            }
        }
        for (const ink of Theme.codeInks)
            verify(contrast(ink, Theme.codeBackground) >= 4.5);
        compare(Theme.codeInks.length, 6);
        Theme.dark = false;
        Theme.accentName = "ember";
        Theme.moreContrast = false;
    }
    /// The parts of the memory bar can be told apart without colours.
    function test_memoryInGreyscale(): void {
        const lightness = c => {
            const y = luminance(c);
            return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
        };
        for (const dark of [false, true]) {
            Theme.dark = dark;
            const bar = [Theme.memWeights, Theme.memKv, Theme.memWork];
            for (let i = 1; i < bar.length; ++i)
                verify(Math.abs(lightness(bar[i]) - lightness(bar[i - 1])) >= 13.5, "solid parts " + (i - 1) + " and " + i);
        }
        Theme.dark = false;
    }
}
