import QtQuick
import QtQuick.Dialogs
import Hearth.Settings

/// The desktop's pickers for settings that are paths; made only when one is wanted.
Item {
    id: files

    required property SettingsModel settings
    property string key: ""

    function pick(wanted: string, kind: string): void {
        key = wanted;
        if (kind === "file")
            fileDialog.open();
        else
            folderDialog.open();
    }

    FolderDialog {
        id: folderDialog

        title: qsTr("Choose a folder")
        onAccepted: files.settings.storePath(files.key, selectedFolder)
    }
    FileDialog {
        id: fileDialog

        title: qsTr("Choose a file")
        onAccepted: files.settings.storePath(files.key, selectedFile)
    }
}
