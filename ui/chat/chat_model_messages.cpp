// ChatModel's tools of single messages: versions, edit, again, continue, branch, delete, the map of the tree.
#include <QDateTime>
#include <algorithm>
#include <map>

#include "engine/chat_template.h"
#include "ui/chat/chat_model.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr size_t kMapNodes = 2000;

}  // namespace

void ChatModel::selectVersion(qint64 messageId, int step) {
  if (busy()) return;
  const std::vector<app::MessageId> versions = m_tree.versions(messageId);
  const auto at = std::find(versions.begin(), versions.end(), messageId) - versions.begin() + step;
  if (at < 0 || at >= static_cast<std::ptrdiff_t>(versions.size())) return;
  m_tree.show(versions[static_cast<size_t>(at)]);
  refreshTranscript();
  saveConversation();
  recountSoon();
}

void ChatModel::edit(qint64 messageId) {
  const app::Message* message = m_tree.find(messageId);
  if (message == nullptr || busy() || m_compare.active()) return;
  m_editing = messageId;
  m_attachments.clear();
  TextWithAttachments parts{QString::fromStdString(message->text), {}};
  if (message->role == "user") parts = splitAttachments(parts.text);
  for (const Attachment& one : parts.attachments) m_attachments.addText(one.name, one.text);
  setDraft(parts.text);
  emit editingChanged();
  emit canSendChanged();
}

void ChatModel::editLast() {
  const std::vector<app::MessageId> path = m_tree.path();
  for (auto id = path.rbegin(); id != path.rend(); ++id) {
    if (m_tree.find(*id)->role == "user") return edit(*id);
  }
}

void ChatModel::cancelEdit() {
  if (m_editing == 0) return;
  m_editing = 0;
  m_attachments.clear();
  setDraft({});
  emit editingChanged();
}

bool ChatModel::editingAnswer() const {
  const app::Message* message = m_tree.find(m_editing);
  return message != nullptr && message->role != "user";
}

void ChatModel::saveEditedAnswer(const app::Message& edited, const std::string& text) {
  app::Message version = edited;
  version.id = 0;
  version.createdAt = 0;
  version.text = text;
  version.state = app::MessageState::Complete;
  AnswerFacts facts = AnswerFacts::fromJson(edited.metaJson);
  facts.edited = true;
  facts.error.clear();
  version.metaJson = facts.toJson("{}");
  store().append(this, version, [this](engine::Result<app::Message> committed) {
    if (!committed) return setNotice(QString::fromStdString(committed.error().message));
    if (committed->conversation != m_conversation.id) return;
    cancelEdit();
    m_tree.add(*committed);
    refreshTranscript();
    recountSoon();
  });
}

void ChatModel::regenerate(qint64 messageId) {
  const app::Message* message = m_tree.find(messageId);
  if (message == nullptr || message->role == "user" || busy() || !ready()) return;
  m_starting = true;
  m_stopWanted = false;
  emit activityChanged();
  answer(message->parent);
}

void ChatModel::regenerateShortened(qint64 messageId) {
  if (busy() || !ready()) return;
  m_dropOnce = true;
  regenerate(messageId);
}

void ChatModel::continueAnswer(qint64 messageId) {
  const app::Message* message = m_tree.find(messageId);
  const std::shared_ptr<AnswerSource> source = this->source();
  if (message == nullptr || message->role == "user" || busy() || !source) return;
  if (message->text.empty() && message->reasoning.empty()) return regenerate(messageId);
  if (source->facts().remote) {
    return setNotice(tr("A remote server cannot go on with an answer that was begun. Regenerate it instead."));
  }
  m_stopWanted = false;
  engine::ChatPrompt prompt = promptUpTo(message->id);
  engine::ChatMessage& last = prompt.messages.back();
  if (!message->reasoning.empty()) {
    last.content = "<think>\n" + message->reasoning + (message->text.empty() ? "" : "\n</think>\n\n" + message->text);
    last.reasoning.clear();
  }
  prompt.continueLast = true;
  prompt.addGenerationPrompt = false;
  m_tree.show(messageId);
  startRun(source, *message, std::move(prompt));
}

void ChatModel::branch(qint64 messageId) {
  if (m_tree.find(messageId) == nullptr) return;
  std::vector<app::Message> messages;
  for (const app::MessageId id : m_tree.path()) {
    messages.push_back(*m_tree.find(id));
    if (messages.back().state == app::MessageState::Streaming) messages.back().state = app::MessageState::Interrupted;
    if (id == messageId) break;
  }
  app::Conversation copy = m_conversation;
  copy.id = 0;
  copy.createdAt = copy.updatedAt = QDateTime::currentMSecsSinceEpoch();
  copy.pinned = false;
  copy.leaf = messages.back().id;
  copy.title = tr("%1 (branch)").arg(title()).toStdString();
  store().insert(this, copy, std::move(messages), [this](engine::Result<app::Conversation> made) {
    if (!made) return setNotice(QString::fromStdString(made.error().message));
    m_list.put(*made);
    open(made->id);
    emit done(tr("A new chat begins here"));
  });
}

void ChatModel::removeMessage(qint64 messageId) {
  if (busy() || m_tree.find(messageId) == nullptr) return;
  cancelEdit();
  const app::MessageId leafBefore = m_tree.leaf();
  std::vector<app::Message> taken = m_tree.erase(messageId);
  std::vector<app::MessageId> ids;
  for (const app::Message& one : taken) ids.push_back(one.id);
  const app::ConversationId id = m_conversation.id;
  m_conversation.leaf = m_tree.leaf();
  m_list.put(m_conversation);
  refreshTranscript();
  recountSoon();
  store().eraseMessages(this, id, ids, m_tree.leaf(), [this](engine::Result<bool> done) {
    if (!done) setNotice(QString::fromStdString(done.error().message));
  });
  m_undo = [this, id, leafBefore, taken] {
    storeOf(id).restoreMessages(this, taken, leafBefore, [this, id, leafBefore, taken](engine::Result<bool> done) {
      if (!done) return setNotice(QString::fromStdString(done.error().message));
      if (m_conversation.id != id) return;
      m_tree.restore(taken, leafBefore);
      m_conversation.leaf = m_tree.leaf();
      m_list.put(m_conversation);
      refreshTranscript();
      recountSoon();
    });
  };
  emit messagesRemoved(static_cast<int>(taken.size()));
}

QVariantList ChatModel::map() const {
  QVariantList nodes;
  std::map<app::MessageId, MessageTree::Place> places;
  for (const MessageTree::Place& place : m_tree.map(kMapNodes)) {
    places.emplace(place.id, place);
    const app::Message& message = *m_tree.find(place.id);
    const auto parent = places.find(place.parent);
    nodes.append(QVariantMap{
        {"id", static_cast<qint64>(place.id)},
        {"row", place.row},
        {"column", place.column},
        {"parentRow", parent != places.end() ? parent->second.row : -1},
        {"parentColumn", parent != places.end() ? parent->second.column : -1},
        {"shown", place.shown},
        {"user", message.role == "user"},
        {"label", visibleName(QString::fromStdString(message.text).simplified().left(60))},
    });
  }
  return nodes;
}

void ChatModel::showMessage(qint64 messageId) {
  if (m_tree.find(messageId) == nullptr) return;
  const std::vector<app::MessageId> path = m_tree.path();
  if (std::find(path.begin(), path.end(), messageId) == path.end()) {
    if (busy()) return;
    m_tree.show(messageId);
    refreshTranscript();
    saveConversation();
    recountSoon();
  }
  emit revealed(m_transcript.rowOf(messageId));
}

}  // namespace ui
