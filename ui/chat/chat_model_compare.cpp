// ChatModel's two answers side by side: both are versions of the answer to the same question, kept like any other.
#include "ui/chat/chat_model.h"

namespace ui {

void ChatModel::startCompare() {
  if (busy() || m_compare.active()) return;
  cancelEdit();
  dropTitle();
  for (size_t i = 0; i < CompareModel::kSides; ++i) {
    CompareSide& side = m_compare.side(i);
    side.parameters()->fromJson(m_parameters.toJson());
    side.setSource(remoteUsed() ? CompareSide::Remote : CompareSide::Here);
  }
  // The other one of two models, where there are two.
  if (m_compare.sources().size() > 1 && localReady()) {
    m_compare.right()->setSource(remoteUsed() ? CompareSide::Here : CompareSide::Remote);
  }
  m_compare.setActive(true);
  showSides();
  emit canSendChanged();
}

void ChatModel::endCompare() {
  if (!m_compare.active()) return;
  m_compare.setActive(false);
  if (m_starting) m_stopWanted = true;
  m_list.setCurrent(m_conversation.id, busy());
  // What the sides were dropped with is in the store; what is shown comes from here.
  for (const app::MessageId id : m_tree.path()) {
    app::Message message = *m_tree.find(id);
    if (message.state != app::MessageState::Streaming || (m_run && m_run->message().id == id)) continue;
    message.state = app::MessageState::Interrupted;
    m_tree.update(message);
  }
  refreshTranscript();
  emit activityChanged();
  emit canSendChanged();
}

/// The conversation in both columns: with the answer of each side while they are compared, else as it was picked.
void ChatModel::showSides() {
  if (!m_compare.active()) return;
  const std::vector<app::MessageId> path = m_tree.path();
  for (size_t i = 0; i < CompareModel::kSides; ++i) {
    CompareSide& side = m_compare.side(i);
    if (side.busy()) continue;  // it follows its own answer
    const app::Message* own = m_compare.undecided() || m_compare.busy() ? m_tree.find(side.answer()) : nullptr;
    std::vector<ShownMessage> messages;
    for (const app::MessageId id : path) {
      if (own != nullptr && m_tree.find(id)->parent == own->parent) break;
      messages.push_back(shown(*m_tree.find(id)));
    }
    if (own != nullptr) messages.push_back(shown(*own));
    side.transcript()->setMessages(messages);
  }
}

void ChatModel::answerBoth(app::MessageId question) {
  for (size_t side = 0; side < CompareModel::kSides; ++side) {
    app::Message empty;
    empty.conversation = m_conversation.id;
    empty.parent = question;
    empty.role = "assistant";
    empty.state = app::MessageState::Streaming;
    store().append(this, empty, [this, side](engine::Result<app::Message> committed) {
      if (!committed) return startFailed(committed.error(), {});
      compareWith(side, *committed);
    });
  }
}

void ChatModel::compareWith(size_t index, const app::Message& message) {
  if (index + 1 == CompareModel::kSides) m_starting = false;
  CompareSide& side = m_compare.side(index);
  const std::shared_ptr<AnswerSource> source = sourceOf(side.source() == CompareSide::Remote);
  if (!source || m_stopWanted || !m_compare.active() || message.conversation != m_conversation.id) {
    app::Message stopped = message;
    stopped.state = m_stopWanted ? app::MessageState::Stopped : app::MessageState::Interrupted;
    storeOf(stopped.conversation).checkpoint(this, stopped, [](const auto&) {});
    if (message.conversation == m_conversation.id) {
      m_tree.add(stopped);
      side.setAnswer(m_compare.active() ? stopped.id : 0);
      if (m_compare.active() && index + 1 == CompareModel::kSides && !m_compare.busy()) m_compare.setUndecided(true);
      refreshTranscript();
    }
    emit activityChanged();
    return emit canSendChanged();
  }
  m_tree.add(message);
  auto run =
      std::make_unique<AnswerRun>(m_tasks, storeOf(message.conversation), source, message, side.parameters()->toJson());
  AnswerRun* started = run.get();
  m_tree.update(run->message());
  std::vector<ShownMessage> messages;
  for (const app::MessageId id : m_tree.path()) {
    if (id == message.id) break;
    messages.push_back(shown(*m_tree.find(id)));
  }
  messages.push_back(shown(run->message()));
  side.begin(std::move(run), messages);
  engine::GenerationRequest request;
  side.parameters()->apply(request);
  request.client = "window";
  started->start(promptUpTo(message.parent), std::move(request),
                 side.parameters()->dropsOldest() ? WhenFull::DropOldest : WhenFull::Ask);
  m_list.setCurrent(m_conversation.id, true);
  emit activityChanged();
}

void ChatModel::sideChanged(size_t index) {
  CompareSide& side = m_compare.side(index);
  const AnswerRun& run = *side.run();
  if (!run.storeError().isEmpty()) setNotice(run.storeError());
  m_tree.update(run.message());
  ShownMessage now = shown(run.message());
  now.facts = run.facts();
  now.text.clear();  // rows already hold them
  now.reasoning.clear();
  side.transcript()->updateLast(now);
  emit activityChanged();
  emit tokensChanged();
}

void ChatModel::sideEnded(size_t index) {
  const AnswerRun& ended = *m_compare.side(index).run();
  noteEnd(ended);
  m_tree.update(ended.message());
  const CompareSide& other = m_compare.side(1 - index);
  if (!other.busy()) {
    m_compare.setUndecided(true);
    m_conversation.leaf = m_tree.leaf();
    m_list.put(m_conversation);
    m_list.setCurrent(m_conversation.id, false);
  }
  // Busy until the run is gone, which is in this same turn.
  QMetaObject::invokeMethod(
      this,
      [this] {
        if (!m_compare.busy()) refreshTranscript();
        emit activityChanged();
        emit canSendChanged();
        recountSoon();
      },
      Qt::QueuedConnection);
}

void ChatModel::pick(int index) {
  if (!m_compare.undecided() || busy() || index < 0 || index >= static_cast<int>(CompareModel::kSides)) return;
  const CompareSide& side = m_compare.side(static_cast<size_t>(index));
  const app::Message* picked = m_tree.find(side.answer());
  if (picked == nullptr) return;
  const bool remote = side.source() == CompareSide::Remote;
  m_tree.show(picked->id);
  m_compare.setUndecided(false);
  refreshTranscript();
  saveConversation();
  recountSoon();
  wantTitle(*m_tree.find(side.answer()), remote);
  emit canSendChanged();
}

}  // namespace ui
