// ChatModel's way from a question to an answer.
#include "engine/chat_template.h"
#include "ui/chat/chat_model.h"

namespace ui {

namespace {

constexpr qsizetype kTitleChars = 60;

std::string titleOf(const std::string& text) {
  QString line = QString::fromStdString(text).trimmed().section(u'\n', 0, 0).simplified();
  if (line.size() > kTitleChars) {
    line.truncate(kTitleChars);
    const qsizetype space = line.lastIndexOf(u' ');
    if (space > kTitleChars / 2) line.truncate(space);
    line += u'…';
  }
  return line.toStdString();
}

}  // namespace

void ChatModel::send() {
  if (!canSend()) return;
  const app::Message* edited = m_tree.find(m_editing);
  if (edited != nullptr && edited->role != "user") return saveEditedAnswer(*edited, m_draft.trimmed().toStdString());
  const std::string text = joinAttachments(m_draft.trimmed(), m_attachments.attachments()).toStdString();
  app::MessageId parent = m_tree.leaf();
  if (m_editing != 0) {
    parent = edited != nullptr ? edited->parent : parent;
    m_editing = 0;
    emit editingChanged();
  }
  m_starting = true;
  m_stopWanted = false;
  m_attachments.clear();
  setDraft({});
  emit activityChanged();
  if (m_conversation.id != 0) return ask(text, parent);

  m_conversation.title = titleOf(text);
  m_conversation.parametersJson = parametersJson();
  store().create(this, m_conversation, [this, text](engine::Result<app::Conversation> created) {
    if (!created) return startFailed(created.error(), text);
    m_conversation = *created;
    if (!m_temporary) m_state.setValue("chat", static_cast<qint64>(m_conversation.id));
    m_list.put(m_conversation);
    m_list.setCurrent(m_conversation.id, true);
    emit conversationChanged();
    ask(text, 0);
  });
}

void ChatModel::ask(const std::string& text, app::MessageId parent) {
  app::Message question;
  question.conversation = m_conversation.id;
  question.parent = parent;
  question.role = "user";
  question.text = text;
  store().append(this, question, [this, text](engine::Result<app::Message> committed) {
    if (!committed) return startFailed(committed.error(), text);
    if (committed->conversation == m_conversation.id) {
      m_tree.add(*committed);
      refreshTranscript();
    }
    m_conversation.updatedAt = committed->createdAt;
    answer(committed->id);
  });
}

void ChatModel::startFailed(const engine::Error& error, const std::string& draft) {
  m_starting = false;
  setNotice(QString::fromStdString(error.message));
  if (m_draft.isEmpty() && !draft.empty()) setDraft(QString::fromStdString(draft));
  emit activityChanged();
  emit canSendChanged();
}

void ChatModel::answer(app::MessageId parent) {
  app::Message empty;
  empty.conversation = m_conversation.id;
  empty.parent = parent;
  empty.role = "assistant";
  empty.state = app::MessageState::Streaming;
  store().append(this, empty, [this](engine::Result<app::Message> committed) {
    if (!committed) return startFailed(committed.error(), {});
    runAnswer(*committed);
  });
}

void ChatModel::runAnswer(const app::Message& message) {
  m_starting = false;
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine || m_stopWanted || message.conversation != m_conversation.id) {
    // Unloaded, stopped or another chat opened within these milliseconds: the question stays, its answer is empty.
    app::Message stopped = message;
    stopped.state = m_stopWanted ? app::MessageState::Stopped : app::MessageState::Interrupted;
    storeOf(stopped.conversation).checkpoint(this, stopped, [](const auto&) {});
    if (message.conversation == m_conversation.id) {
      m_tree.add(stopped);
      refreshTranscript();
    }
    emit activityChanged();
    return emit canSendChanged();
  }
  m_tree.add(message);
  startRun(engine, message, promptUpTo(message.parent));
}

void ChatModel::startRun(const std::shared_ptr<engine::Engine>& engine, const app::Message& message,
                         engine::ChatPrompt prompt) {
  m_run = std::make_unique<AnswerRun>(m_tasks, storeOf(message.conversation), engine, message, m_parameters.toJson());
  m_tree.update(m_run->message());
  refreshTranscript();
  connect(m_run.get(), &AnswerRun::text, this, [this](const QString& piece) {
    if (m_run->message().conversation == m_conversation.id) m_transcript.appendText(piece);
  });
  connect(m_run.get(), &AnswerRun::reasoning, this, [this](const QString& piece) {
    if (m_run->message().conversation == m_conversation.id) m_transcript.appendReasoning(piece);
  });
  connect(m_run.get(), &AnswerRun::changed, this, &ChatModel::runChanged);
  connect(m_run.get(), &AnswerRun::ended, this, &ChatModel::runEnded);
  engine::GenerationRequest request;
  m_parameters.apply(request);
  request.client = "window";
  const bool drop = std::exchange(m_dropOnce, false) || m_parameters.dropsOldest();
  m_run->start(std::move(prompt), std::move(request), drop ? WhenFull::DropOldest : WhenFull::Ask);
  m_list.setCurrent(m_conversation.id, true);
  emit activityChanged();
}

engine::ChatPrompt ChatModel::promptUpTo(app::MessageId leaf) const {
  engine::ChatPrompt prompt;
  if (!m_conversation.systemPrompt.empty()) prompt.messages.push_back({"system", m_conversation.systemPrompt});
  for (const app::MessageId id : m_tree.path()) {
    const app::Message& message = *m_tree.find(id);
    prompt.messages.push_back({message.role, message.text, message.reasoning});
    if (id == leaf) break;
  }
  return prompt;
}

void ChatModel::runChanged() {
  if (!m_run->storeError().isEmpty()) setNotice(m_run->storeError());
  m_tree.update(m_run->message());
  if (m_run->message().conversation == m_conversation.id) {
    ShownMessage shownNow = shown(m_run->message());
    shownNow.text.clear();  // rows already hold them
    shownNow.reasoning.clear();
    m_transcript.updateLast(shownNow);
  }
  emit activityChanged();
  emit tokensChanged();
}

void ChatModel::runEnded() {
  // The run is in the middle of a signal; it goes when that is over.
  AnswerRun* ended = m_run.release();
  ended->deleteLater();
  if (ended->message().conversation == m_conversation.id) {
    m_conversation.leaf = m_tree.leaf();
    m_list.put(m_conversation);
  }
  m_list.setCurrent(m_conversation.id, false);
  emit activityChanged();
  emit canSendChanged();
  recountSoon();
}

void ChatModel::stop() {
  if (m_starting) m_stopWanted = true;
  if (m_run) m_run->stop();
}

void ChatModel::engineSwitched() {
  if (m_run) m_run->releaseEngine();
  const auto engine = m_host.engine();
  m_attachments.setCounter(engine ? AttachmentModel::Counter([engine](const std::string& text) -> qint64 {
    const auto ids = engine->tokenizer().encode(text, {});
    return ids ? static_cast<qint64>(ids->size()) : -1;
  })
                                  : AttachmentModel::Counter());
  m_parameters.setPreset(engine ? engine->facts().model.samplingPreset : std::map<std::string, double>());
  emit engineChanged();
  emit canSendChanged();
  emit tokensChanged();
  recountSoon();
}

void ChatModel::recount() {
  const std::shared_ptr<engine::Engine> engine = m_host.engine();
  if (!engine) return;
  struct Counts {
    qint64 draft = 0, system = 0, path = 0;
  };
  auto work = [engine, draft = m_draft.toStdString(), prompt = promptUpTo(m_tree.leaf())] {
    const auto count = [&](const std::string& text) -> qint64 {
      if (text.empty()) return 0;
      const auto ids = engine->tokenizer().encode(text, {});
      return ids ? static_cast<qint64>(ids->size()) : 0;
    };
    Counts counts{count(draft), 0, 0};
    if (!prompt.messages.empty()) {
      if (prompt.messages.front().role == "system") counts.system = count(prompt.messages.front().content);
      const auto ids = engine->renderPrompt(prompt);
      counts.path = ids ? static_cast<qint64>(ids->size()) : 0;
    }
    return counts;
  };
  m_tasks.run<Counts>(this, std::move(work), [this, turn = ++m_recountTurn](Counts counts) {
    if (turn != m_recountTurn) return;
    m_draftTokens = counts.draft;
    m_systemTokens = counts.system;
    m_pathTokens = counts.path;
    emit tokensChanged();
  });
}

}  // namespace ui
