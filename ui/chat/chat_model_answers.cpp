// ChatModel's way from a question to an answer.
#include "ui/chat/chat_model.h"
#include "ui/markdown/parse_markdown.h"

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
  dropTitle();
  m_attachments.clear();
  setDraft({});
  emit activityChanged();
  if (m_conversation.id != 0) return ask(text, parent);

  m_conversation.title = titleOf(text);
  m_titleIsOurs = true;
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
    if (m_compare.active() && committed->conversation == m_conversation.id) return answerBoth(committed->id);
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
  const std::shared_ptr<AnswerSource> source = this->source();
  if (!source || m_stopWanted || message.conversation != m_conversation.id) {
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
  startRun(source, message, promptUpTo(message.parent));
}

std::shared_ptr<AnswerSource> ChatModel::sourceOf(bool remote) const {
  if (remote) {
    if (m_remote == nullptr || !m_remote->configured()) return nullptr;
    return remoteSource(m_remote->server(), m_remote->modelId(), m_remote->contextLength());
  }
  std::shared_ptr<engine::Engine> engine = m_host.engine();
  return engine ? localSource(std::move(engine)) : nullptr;
}

void ChatModel::startRun(const std::shared_ptr<AnswerSource>& source, const app::Message& message,
                         engine::ChatPrompt prompt) {
  dropTitle();
  m_run = std::make_unique<AnswerRun>(m_tasks, storeOf(message.conversation), source, message, m_parameters.toJson());
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
  noteEnd(*ended);
  wantTitle(ended->message(), ended->remote());
  if (ended->message().conversation == m_conversation.id) {
    m_conversation.leaf = m_tree.leaf();
    m_list.put(m_conversation);
  }
  m_list.setCurrent(m_conversation.id, false);
  emit activityChanged();
  emit canSendChanged();
  recountSoon();
}

void ChatModel::noteEnd(const AnswerRun& run) {
  if (!run.remote() || m_remote == nullptr) return;
  if (run.message().state == app::MessageState::Failed) {
    m_remote->noteFailure(run.error());
  } else if (run.message().state == app::MessageState::Complete) {
    m_remote->noteSuccess();
  }
}

void ChatModel::stop() {
  if (m_starting) m_stopWanted = true;
  if (m_run) m_run->stop();
  for (size_t side = 0; side < CompareModel::kSides; ++side) m_compare.side(side).stop();
}

void ChatModel::releaseHere() {
  if (m_run && !m_run->remote()) m_run->releaseSource();
  for (size_t side = 0; side < CompareModel::kSides; ++side) {
    AnswerRun* run = m_compare.side(side).run();
    if (run != nullptr && !run->remote()) run->releaseSource();
  }
  if (m_title && !m_title->remote()) dropTitle();
}

void ChatModel::engineSwitched() {
  releaseHere();
  sourceSwitched();
}

void ChatModel::sourceSwitched() {
  const std::shared_ptr<engine::Engine> engine = remoteUsed() ? nullptr : m_host.engine();
  m_attachments.setCounter(engine ? AttachmentModel::Counter([engine](const std::string& text) -> qint64 {
    const auto ids = engine->tokenizer().encode(text, {});
    return ids ? static_cast<qint64>(ids->size()) : -1;
  })
                                  : AttachmentModel::Counter());
  m_parameters.setPreset(engine ? engine->facts().model.samplingPreset : std::map<std::string, double>());
  const auto here = m_host.engine();
  m_compare.setSources(here ? visibleName(QString::fromStdString(here->facts().model.modelId)) : tr("No model here"),
                       m_remote != nullptr && m_remote->configured()
                           ? tr("%1 at %2").arg(m_remote->model(), m_remote->host())
                           : QString());
  emit engineChanged();
  emit canSendChanged();
  emit tokensChanged();
  recountSoon();
}

void ChatModel::recount() {
  const std::shared_ptr<AnswerSource> source = this->source();
  if (!source) return;
  struct Counts {
    qint64 draft = 0, system = 0, path = 0;
  };
  // Where nobody here can count, the newest answer's own figures are what is known.
  qint64 told = 0;
  for (const app::MessageId id : m_tree.path()) {
    const AnswerFacts facts = AnswerFacts::fromJson(m_tree.find(id)->metaJson);
    if (facts.promptTokens > 0) told = facts.promptTokens + std::max<qint64>(0, facts.completionTokens);
  }
  auto work = [source, told, draft = m_draft.toStdString(), prompt = promptUpTo(m_tree.leaf())] {
    const auto count = [&](const std::string& text) { return std::max<qint64>(0, source->countText(text)); };
    Counts counts{count(draft), 0, 0};
    if (!prompt.messages.empty()) {
      if (prompt.messages.front().role == "system") counts.system = count(prompt.messages.front().content);
      const qint64 path = source->countPrompt(prompt);
      counts.path = path >= 0 ? path : source->facts().remote ? told : 0;
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

void ChatModel::wantTitle(const app::Message& answer, bool remote) {
  const bool first = m_tree.path().size() == 2;
  if (!m_titling || !m_titleIsOurs || m_temporary || !first || answer.conversation != m_conversation.id ||
      answer.state != app::MessageState::Complete || answer.text.empty()) {
    return;
  }
  const std::shared_ptr<AnswerSource> source = sourceOf(remote);
  const app::Message* question = m_tree.find(answer.parent);
  if (!source || question == nullptr) return;
  m_titleIsOurs = false;
  m_titleFor = m_conversation.id;
  m_title = std::make_unique<TitleRun>(m_tasks, source);
  connect(m_title.get(), &TitleRun::ended, this, [this](const QString& title) {
    m_title.release()->deleteLater();
    const app::ConversationId id = std::exchange(m_titleFor, 0);
    if (!title.isEmpty()) rename(id, title);
  });
  m_title->start(question->text, answer.text);
}

/// The first words stay.
void ChatModel::dropTitle() {
  m_title.reset();
  m_titleFor = 0;
}

}  // namespace ui
