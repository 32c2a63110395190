#include "ui/chat/export_blocks.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

#include "ui/chat/answer_facts.h"
#include "ui/chat/attachment_text.h"
#include "ui/chat/message_tree.h"
#include "ui/chat/parameter_model.h"
#include "ui/highlight/highlight.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

QString words(const char* text) {
  return QCoreApplication::translate("ui::Export", text);
}

QString stateWords(app::MessageState state) {
  switch (state) {
    case app::MessageState::Complete:
      break;
    case app::MessageState::Streaming:
      return words(QT_TRANSLATE_NOOP("ui::Export", "still being written"));
    case app::MessageState::Stopped:
      return words(QT_TRANSLATE_NOOP("ui::Export", "stopped"));
    case app::MessageState::Interrupted:
      return words(QT_TRANSLATE_NOOP("ui::Export", "interrupted"));
    case app::MessageState::Failed:
      return words(QT_TRANSLATE_NOOP("ui::Export", "failed"));
  }
  return {};
}

QList<MarkdownBlock> wholeBlocks(const std::string& text) {
  QList<MarkdownBlock> whole;
  for (MarkdownBlock& block : parseMarkdown(text)) {
    if (block.continues && !whole.isEmpty() && whole.last().kind == block.kind) {
      MarkdownBlock& before = whole.last();
      const QString joint = block.kind == BlockKind::Code ? QStringLiteral("\n") : QString();
      if (!joint.isEmpty() && !before.content.runs.isEmpty()) ++before.content.runs.last().length;
      before.content.text += joint + block.content.text;
      before.content.runs += block.content.runs;
      before.cells += block.cells;
      before.continued = block.continued;
    } else {
      whole.append(std::move(block));
    }
  }
  for (MarkdownBlock& block : whole) {
    if (block.kind != BlockKind::Code) continue;
    HighlightState state;
    block.content.runs = highlightCode(block.content.text, findLanguage(block.language), state);
    block.language = languageLabel(block.language);
  }
  return whole;
}

QString madeBy(const app::Message& message) {
  const AnswerFacts facts = AnswerFacts::fromJson(message.metaJson);
  QStringList parts;
  if (!facts.model.isEmpty()) parts.append(visibleName(facts.model));
  if (!facts.host.isEmpty()) parts.append(visibleName(facts.host));
  if (!facts.templateName.isEmpty()) parts.append(visibleName(facts.templateName));
  const QJsonObject meta = QJsonDocument::fromJson(QByteArray::fromStdString(message.metaJson)).object();
  if (meta.contains(QStringLiteral("parameters"))) {
    ParameterModel parameters;
    parameters.fromJson(QJsonDocument(meta["parameters"].toObject()).toJson(QJsonDocument::Compact).toStdString());
    parts.append(parameters.summary());
  }
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

ExportedChat exportedChat(const app::Conversation& conversation, const std::vector<app::Message>& messages) {
  ExportedChat chat;
  chat.title = displayText(QString::fromStdString(conversation.title).simplified());
  if (chat.title.isEmpty()) chat.title = words(QT_TRANSLATE_NOOP("ui::Export", "Conversation"));
  chat.systemPrompt = displayText(QString::fromStdString(conversation.systemPrompt));
  MessageTree tree;
  tree.reset(messages, conversation.leaf);
  for (const app::MessageId id : tree.path()) {
    const app::Message& message = *tree.find(id);
    ExportedMessage one;
    one.user = message.role == "user";
    one.role = one.user                      ? words(QT_TRANSLATE_NOOP("ui::Export", "Question"))
               : message.role == "assistant" ? words(QT_TRANSLATE_NOOP("ui::Export", "Answer"))
                                             : visibleName(QString::fromStdString(message.role));
    one.state = stateWords(message.state);
    if (one.user) {
      const TextWithAttachments parts = splitAttachments(QString::fromStdString(message.text));
      one.text = displayText(parts.text);
      for (const Attachment& file : parts.attachments) {
        one.files.append({visibleName(file.name), displayText(file.text)});
      }
    } else {
      one.blocks = wholeBlocks(message.text);
      one.reasoning = wholeBlocks(message.reasoning);
      one.madeBy = madeBy(message);
    }
    chat.messages.append(std::move(one));
  }
  return chat;
}

}  // namespace ui
