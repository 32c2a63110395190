#include "ui/chat/chat_model.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QUrl>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kRecountMs = 200, kSaveMs = 400, kSearchMs = 150;
constexpr size_t kSearchHits = 100;
constexpr app::ConversationId kTemporaryIds = app::ConversationId{1} << 52;  // QML's numbers hold them exactly

}  // namespace

ChatModel::ChatModel(Tasks& tasks, ChatStore& store, HostBridge& host, QSettings& state, RemoteModel* remote,
                     QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_store(store),
      m_host(host),
      m_state(state),
      m_attachments(tasks),
      m_presets(state),
      m_temporaryStore(makeMemoryStore(tasks, kTemporaryIds)),
      m_remote(remote) {
  for (QTimer* timer : {&m_recount, &m_save, &m_searchDelay}) timer->setSingleShot(true);
  m_recount.setInterval(kRecountMs);
  m_save.setInterval(kSaveMs);
  m_searchDelay.setInterval(kSearchMs);
  connect(&m_recount, &QTimer::timeout, this, &ChatModel::recount);
  connect(&m_save, &QTimer::timeout, this, &ChatModel::saveConversation);
  connect(&m_searchDelay, &QTimer::timeout, this, [this] {
    m_store.search(this, m_search.toStdString(), kSearchHits, [this, turn = ++m_searchTurn](auto hits) {
      if (turn == m_searchTurn && hits && !m_search.isEmpty()) m_list.setHits(*hits);
    });
  });
  connect(&m_host, &HostBridge::engineChanged, this, &ChatModel::engineSwitched);
  connect(&m_host, &HostBridge::changed, this, [this] {
    if (m_host.state() != app::HostState::Ready) releaseHere();
  });
  if (m_remote != nullptr) {
    connect(m_remote, &RemoteModel::sourceChanged, this, &ChatModel::sourceSwitched);
    connect(m_remote, &RemoteModel::changed, this, &ChatModel::tokensChanged);
  }
  for (size_t side = 0; side < CompareModel::kSides; ++side) {
    connect(&m_compare.side(side), &CompareSide::runChanged, this, [this, side] { sideChanged(side); });
    connect(&m_compare.side(side), &CompareSide::runEnded, this, [this, side] { sideEnded(side); });
  }
  connect(&m_compare, &CompareModel::changed, this, &ChatModel::canSendChanged);
  connect(&m_parameters, &ParameterModel::edited, this, [this] {
    if (m_opening) return;
    m_conversation.parametersJson = parametersJson();
    m_save.start();
    emit presetChanged();
  });
  connect(&m_attachments, &AttachmentModel::countChanged, this, &ChatModel::canSendChanged);
  connect(&m_attachments, &AttachmentModel::tokensChanged, this, &ChatModel::tokensChanged);
  connect(&m_attachments, &AttachmentModel::refused, this, &ChatModel::setNotice);
  if (!m_store.kept()) setNotice(tr("Chats cannot be kept on this computer now; they last until Hearth is closed."));
  sourceSwitched();
  load();
}

ChatModel::~ChatModel() {
  if (m_save.isActive()) saveConversation();
}

void ChatModel::load() {
  m_store.list(this, [this](engine::Result<std::vector<app::Conversation>> all) {
    if (!all) return setNotice(QString::fromStdString(all.error().message));
    m_list.setConversations(std::move(*all));
    const app::Conversation* last = m_list.find(m_state.value("chat").toLongLong());
    if (last != nullptr && m_conversation.id == 0 && !busy()) open(last->id);
  });
}

QString ChatModel::title() const {
  return m_conversation.id == 0 ? tr("New chat")
                                : displayText(QString::fromStdString(m_conversation.title).simplified());
}

void ChatModel::setSystemPrompt(const QString& prompt) {
  if (prompt == systemPrompt()) return;
  m_conversation.systemPrompt = prompt.toStdString();
  m_save.start();
  recountSoon();
  emit systemPromptChanged();
  emit presetChanged();
}

void ChatModel::setDraft(const QString& draft) {
  if (draft == m_draft) return;
  m_draft = draft;
  recountSoon();
  emit draftChanged();
  emit canSendChanged();
}

void ChatModel::setSearch(const QString& search) {
  if (search == m_search) return;
  m_search = search;
  if (m_search.trimmed().isEmpty()) {
    m_searchDelay.stop();
    ++m_searchTurn;
    m_list.clearHits();
  } else {
    m_searchDelay.start();
  }
  emit searchChanged();
}

QString ChatModel::modelName() const {
  if (remoteUsed()) return m_remote->model();
  const auto engine = m_host.engine();
  return engine ? visibleName(QString::fromStdString(engine->facts().model.modelId)) : QString();
}

QString ChatModel::activity() const {
  if (m_starting) return QStringLiteral("queued");
  return m_run ? activityName(m_run->phase()) : m_compare.busy() ? QStringLiteral("answering") : QStringLiteral("idle");
}

bool ChatModel::canSend() const {
  if (editingAnswer()) return !busy() && !m_draft.trimmed().isEmpty();
  if (busy() || (m_draft.trimmed().isEmpty() && m_attachments.count() == 0)) return false;
  if (!m_compare.active()) return ready();
  const auto there = [this](size_t side) { return sourceOf(m_compare.side(side).source() == CompareSide::Remote); };
  return !m_compare.undecided() && there(0) && there(1);
}

double ChatModel::contextUsed() const {
  if (m_run && m_run->message().conversation == m_conversation.id && m_run->facts().promptTokens >= 0) {
    return static_cast<double>(m_run->facts().promptTokens + std::max<qint64>(0, m_run->facts().completionTokens));
  }
  return static_cast<double>(m_pathTokens);
}

double ChatModel::contextTotal() const {
  if (remoteUsed()) return m_remote->contextLength();
  const auto engine = m_host.engine();
  return engine ? engine->facts().contextLength : 0;
}

void ChatModel::newChat() {
  if (m_save.isActive()) saveConversation();
  app::Conversation fresh;
  fresh.systemPrompt = m_conversation.systemPrompt;
  fresh.parametersJson = m_conversation.parametersJson;
  ++m_openTurn;
  m_temporary = false;
  show(fresh, {});
}

void ChatModel::newTemporaryChat() {
  newChat();
  m_temporary = true;
  emit conversationChanged();
}

void ChatModel::open(qint64 id, qint64 messageId) {
  const app::Conversation* found = m_list.find(id);
  if (found == nullptr) return;
  const auto reveal = [this, messageId] {
    m_foundWords =
        messageId != 0 || !m_search.isEmpty() ? m_search.simplified().split(u' ', Qt::SkipEmptyParts) : QStringList();
    emit foundWordsChanged();
    if (messageId != 0) showMessage(messageId);
  };
  if (id == m_conversation.id) return reveal();
  if (m_save.isActive()) saveConversation();
  storeOf(id).messages(this, id,
                       [this, id, reveal, turn = ++m_openTurn](engine::Result<std::vector<app::Message>> messages) {
                         if (turn != m_openTurn) return;
                         if (!messages) return setNotice(QString::fromStdString(messages.error().message));
                         const app::Conversation* conversation = m_list.find(id);
                         if (conversation == nullptr) return;
                         m_temporary = id > kTemporaryIds;
                         show(*conversation, std::move(*messages));
                         reveal();
                       });
}

ChatStore& ChatModel::storeOf(app::ConversationId id) {
  return id > kTemporaryIds ? *m_temporaryStore : m_store;
}

void ChatModel::show(const app::Conversation& conversation, std::vector<app::Message> messages) {
  m_opening = true;
  cancelEdit();
  if (conversation.id != m_conversation.id || conversation.id == 0) endCompare();
  if (conversation.id != m_conversation.id) m_titleIsOurs = false;
  m_conversation = conversation;
  m_tree.reset(std::move(messages), conversation.leaf);
  if (m_run) m_tree.update(m_run->message());  // newer than its last checkpoint
  const QJsonObject parameters =
      QJsonDocument::fromJson(QByteArray::fromStdString(conversation.parametersJson)).object();
  m_preset = parameters["preset"].toString();
  const Preset* preset = m_presets.find(m_preset);
  if (preset == nullptr) m_preset.clear();
  m_parameters.setBase(preset != nullptr ? preset->parametersJson : std::string());
  m_parameters.fromJson(conversation.parametersJson);
  m_transcript.setMessages({});
  refreshTranscript();
  m_opening = false;
  if (!m_temporary) m_state.setValue("chat", static_cast<qint64>(m_conversation.id));
  m_list.setCurrent(m_conversation.id, busy());
  recountSoon();
  emit conversationChanged();
  emit systemPromptChanged();
  emit presetChanged();
  emit activityChanged();
}

void ChatModel::refreshTranscript() {
  std::vector<ShownMessage> messages;
  for (const app::MessageId id : m_tree.path()) messages.push_back(shown(*m_tree.find(id)));
  m_transcript.setMessages(messages);
  showSides();
  emit treeChanged();
}

ShownMessage ChatModel::shown(const app::Message& message) const {
  ShownMessage one;
  one.id = message.id;
  one.user = message.role == "user";
  one.text = message.text;
  one.reasoning = message.reasoning;
  one.state = message.state;
  const bool running = m_run && m_run->message().id == message.id;
  one.facts = running ? m_run->facts() : AnswerFacts::fromJson(message.metaJson);
  const std::vector<app::MessageId> versions = m_tree.versions(message.id);
  one.versions = static_cast<int>(versions.size());
  one.version = static_cast<int>(std::find(versions.begin(), versions.end(), message.id) - versions.begin()) + 1;
  return one;
}

void ChatModel::saveConversation() {
  m_save.stop();
  if (m_conversation.id == 0) return;
  m_conversation.leaf = m_tree.leaf();
  m_list.put(m_conversation);
  store().update(this, m_conversation, [this](engine::Result<app::Conversation> done) {
    if (!done) setNotice(QString::fromStdString(done.error().message));
  });
}

void ChatModel::copyMessage(qint64 messageId) {
  if (m_run && m_run->message().id == messageId) return copyText(QString::fromStdString(m_run->message().text));
  if (const app::Message* message = m_tree.find(messageId)) copyText(QString::fromStdString(message->text));
}

void ChatModel::copyText(const QString& text) {
  QGuiApplication::clipboard()->setText(text);
}

void ChatModel::copyCode(int row) {
  copyText(m_transcript.wholeCode(row));
}

bool ChatModel::openLink(const QString& address) {
  const QUrl url(address, QUrl::StrictMode);
  if (!url.isValid() || (url.scheme() != "http" && url.scheme() != "https")) return false;
  return QDesktopServices::openUrl(url);
}

std::string ChatModel::parametersJson() const {
  if (m_preset.isEmpty()) return m_parameters.toJson();
  QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(m_parameters.toJson())).object();
  object["preset"] = m_preset;
  return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

void ChatModel::clearFoundWords() {
  if (m_foundWords.isEmpty()) return;
  m_foundWords.clear();
  emit foundWordsChanged();
}

void ChatModel::setNotice(const QString& notice) {
  m_notice = notice;
  emit noticeChanged();
}

void ChatModel::dismissNotice() {
  setNotice({});
}

}  // namespace ui
