import QtQuick
import QtQuick.Dialogs

/// The desktop's own pickers; made only when one is wanted.
Item {
    id: dialogs

    property url folder
    signal chosen(url path)
    signal searchChosen(url path)

    function openFolder(): void {
        folderDialog.open();
    }
    function openFile(): void {
        fileDialog.open();
    }

    function openSearchFolder(): void {
        searchDialog.open();
    }

    FolderDialog {
        id: searchDialog

        title: qsTr("Search a folder for models")
        currentFolder: dialogs.folder
        onAccepted: dialogs.searchChosen(selectedFolder)
    }
    FolderDialog {
        id: folderDialog

        title: qsTr("Open a model directory")
        currentFolder: dialogs.folder
        onAccepted: dialogs.chosen(selectedFolder)
    }
    FileDialog {
        id: fileDialog

        title: qsTr("Open a .gguf file")
        currentFolder: dialogs.folder
        nameFilters: [qsTr("Model files (*.gguf)"), qsTr("All files (*)")]
        onAccepted: dialogs.chosen(selectedFile)
    }
}
