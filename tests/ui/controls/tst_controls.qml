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
    function test_contrast(): void {
        for (const dark of [false, true]) {
            Theme.dark = dark;
            for (const ground of [Theme.surface, Theme.surfaceRaised, Theme.surfaceSunken]) {
                verify(contrast(Theme.text, ground) >= 7);
                verify(contrast(Theme.textMuted, ground) >= 4.5);
                verify(contrast(Theme.textFaint, ground) >= 3);
                verify(contrast(Theme.accent, ground) >= 4.5);
                verify(contrast(Theme.danger, ground) >= 4.5);
            }
            verify(contrast(Theme.text, Theme.mark) >= 4.5);
            for (const ink of [Theme.codeText].concat(Theme.codeInks))
                verify(contrast(ink, Theme.codeBackground) >= 4.5);
            compare(Theme.codeInks.length, 6);
            verify(contrast(Theme.accentText, Theme.accent) >= 4.5);
            verify(contrast(Theme.textMuted, Theme.accentSoft) >= 4.5);
        }
        Theme.dark = false;
    }
}
