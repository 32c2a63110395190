import QtQuick
import QtQuick.Dialogs
import Hearth.Chat

/// The desktop's pickers that the chat page needs; made only when one is wanted.
Item {
    id: files

    required property ChatModel chat
    property double exported: 0
    property string format: ""

    function attach(): void {
        attachDialog.open();
    }
    function importChats(): void {
        importDialog.open();
    }
    function exportChat(id: double, wanted: string): void {
        exported = id;
        format = wanted;
        exportDialog.currentFile = exportDialog.currentFolder + "/" + encodeURIComponent(chat.exportName(id, wanted));
        exportDialog.open();
    }

    FileDialog {
        id: attachDialog

        title: qsTr("Attach text files")
        fileMode: FileDialog.OpenFiles
        onAccepted: files.chat.attachments.add(selectedFiles)
    }
    FileDialog {
        id: importDialog

        title: qsTr("Import chats of ChatGPT, LM Studio or Hearth")
        fileMode: FileDialog.OpenFiles
        nameFilters: [qsTr("Exported chats (*.json)"), qsTr("All files (*)")]
        onAccepted: files.chat.importChats(selectedFiles)
    }
    FileDialog {
        id: exportDialog

        title: qsTr("Export the chat")
        fileMode: FileDialog.SaveFile
        onAccepted: files.chat.exportChat(files.exported, files.format, selectedFile)
    }
}
