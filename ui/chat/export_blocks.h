// A conversation as it is exported to pages: the branch shown, each message as blocks, with what made it. Pages are
// made from these, never from markup that a message wrote.
#pragma once

#include <QList>
#include <QString>
#include <vector>

#include "app/conversation_store.h"
#include "ui/markdown/block.h"

namespace ui {

struct ExportedFile {
  QString name, text;
};

struct ExportedMessage {
  bool user = false;
  QString role, state;             ///< in words; no state when it is complete
  QString text;                    ///< of a question, as it was written
  QList<ExportedFile> files;       ///< that went with a question
  QList<MarkdownBlock> reasoning;  ///< of an answer
  QList<MarkdownBlock> blocks;     ///< of an answer; long ones in one piece, code inked
  QString madeBy;                  ///< model, template, parameters
};

struct ExportedChat {
  QString title, systemPrompt;
  QList<ExportedMessage> messages;
};

/// Takes its time with long chats; for worker threads.
ExportedChat exportedChat(const app::Conversation& conversation, const std::vector<app::Message>& messages);

}  // namespace ui
