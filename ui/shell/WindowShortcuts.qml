import QtQuick
import Hearth.Shell

/// The shortcuts that hold on every page; ShortcutTable lists them.
Item {
    id: shortcuts

    required property ShellModel shell
    signal sheetWanted
    signal newChatWanted(bool temporary)
    signal openWanted
    signal quitWanted

    component PageShortcut: Shortcut {
        required property string page

        onActivated: shortcuts.shell.page = page
    }

    PageShortcut {
        sequence: "Ctrl+1"
        page: "chat"
    }
    PageShortcut {
        sequence: "Ctrl+2"
        page: "model"
    }
    PageShortcut {
        sequence: "Ctrl+3"
        page: "server"
    }
    PageShortcut {
        sequence: "Ctrl+4"
        page: "monitor"
    }
    PageShortcut {
        sequences: ["Ctrl+5", "Ctrl+,"]
        page: "settings"
    }
    Shortcut {
        sequence: "Ctrl+/"
        onActivated: shortcuts.sheetWanted()
    }
    Shortcut {
        sequence: "Ctrl+N"
        onActivated: shortcuts.newChatWanted(false)
    }
    Shortcut {
        sequence: "Ctrl+Shift+N"
        onActivated: shortcuts.newChatWanted(true)
    }
    Shortcut {
        sequence: "Ctrl+O"
        onActivated: shortcuts.openWanted()
    }
    Shortcut {
        sequences: ["Ctrl++", "Ctrl+="]
        onActivated: shortcuts.shell.changeScale(1)
    }
    Shortcut {
        sequence: "Ctrl+-"
        onActivated: shortcuts.shell.changeScale(-1)
    }
    Shortcut {
        sequence: "Ctrl+0"
        onActivated: shortcuts.shell.changeScale(0)
    }
    Shortcut {
        sequence: "Ctrl+Q"
        onActivated: shortcuts.quitWanted()
    }
}
