// The chat page: one conversation at a time, its answers, and what the composer needs to know.
#pragma once

#include <QObject>
#include <QSettings>
#include <QTimer>
#include <QtQmlIntegration>
#include <memory>
#include <optional>

#include "ui/bridge/chat_store.h"
#include "ui/bridge/host_bridge.h"
#include "ui/chat/answer_run.h"
#include "ui/chat/conversation_list_model.h"
#include "ui/chat/message_tree.h"
#include "ui/chat/parameter_model.h"
#include "ui/chat/transcript_model.h"

namespace ui {

class ChatModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::ConversationListModel* conversations READ conversations CONSTANT)
  Q_PROPERTY(ui::TranscriptModel* transcript READ transcript CONSTANT)
  Q_PROPERTY(ui::ParameterModel* parameters READ parameters CONSTANT)
  Q_PROPERTY(qint64 currentId READ currentId NOTIFY conversationChanged)
  Q_PROPERTY(QString title READ title NOTIFY conversationChanged)
  Q_PROPERTY(QString systemPrompt READ systemPrompt WRITE setSystemPrompt NOTIFY systemPromptChanged)
  Q_PROPERTY(QString draft READ draft WRITE setDraft NOTIFY draftChanged)
  Q_PROPERTY(bool editing READ editing NOTIFY editingChanged)
  Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
  Q_PROPERTY(QString modelName READ modelName NOTIFY engineChanged)
  Q_PROPERTY(bool ready READ ready NOTIFY engineChanged)
  Q_PROPERTY(bool busy READ busy NOTIFY activityChanged)
  Q_PROPERTY(QString activity READ activity NOTIFY activityChanged)
  Q_PROPERTY(double promptDone READ promptDone NOTIFY activityChanged)
  Q_PROPERTY(double promptTotal READ promptTotal NOTIFY activityChanged)
  Q_PROPERTY(bool canSend READ canSend NOTIFY canSendChanged)
  Q_PROPERTY(double draftTokens READ draftTokens NOTIFY tokensChanged)
  Q_PROPERTY(double systemTokens READ systemTokens NOTIFY tokensChanged)
  Q_PROPERTY(double contextUsed READ contextUsed NOTIFY tokensChanged)
  Q_PROPERTY(double contextTotal READ contextTotal NOTIFY tokensChanged)
  Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)

 public:
  ChatModel(Tasks& tasks, ChatStore& store, HostBridge& host, QSettings& state, QObject* parent = nullptr);
  ~ChatModel() override;

  ConversationListModel* conversations() { return &m_list; }
  TranscriptModel* transcript() { return &m_transcript; }
  ParameterModel* parameters() { return &m_parameters; }
  qint64 currentId() const { return m_conversation.id; }
  QString title() const;
  QString systemPrompt() const { return QString::fromStdString(m_conversation.systemPrompt); }
  void setSystemPrompt(const QString& prompt);
  QString draft() const { return m_draft; }
  void setDraft(const QString& draft);
  bool editing() const { return m_editing != 0; }
  QString search() const { return m_search; }
  void setSearch(const QString& search);
  QString modelName() const;
  bool ready() const { return m_host.engine() != nullptr; }
  bool busy() const { return m_starting || m_run != nullptr; }
  /// "idle", "queued", "reading", "answering".
  QString activity() const;
  double promptDone() const { return m_run ? static_cast<double>(m_run->promptDone()) : 0; }
  double promptTotal() const { return m_run ? static_cast<double>(m_run->facts().promptTokens) : 0; }
  bool canSend() const;
  double draftTokens() const { return static_cast<double>(m_draftTokens); }
  double systemTokens() const { return static_cast<double>(m_systemTokens); }
  double contextUsed() const;
  double contextTotal() const;
  QString notice() const { return m_notice; }

  Q_INVOKABLE void newChat();
  Q_INVOKABLE void open(qint64 id);
  Q_INVOKABLE void rename(qint64 id, const QString& title);
  Q_INVOKABLE void remove(qint64 id);
  Q_INVOKABLE void undoRemove();

  /// Sends the draft; while editing() it becomes another version of the edited message.
  Q_INVOKABLE void send();
  Q_INVOKABLE void stop();
  /// Another answer to the same question, kept beside the old one.
  Q_INVOKABLE void regenerate(qint64 messageId);
  Q_INVOKABLE void selectVersion(qint64 messageId, int step);
  Q_INVOKABLE void edit(qint64 messageId);
  Q_INVOKABLE void editLast();
  Q_INVOKABLE void cancelEdit();
  /// The message as it was written, to the clipboard.
  Q_INVOKABLE void copyMessage(qint64 messageId);
  Q_INVOKABLE void copyText(const QString& text);
  /// Code that came in pieces: all of the block that `row` of the transcript belongs to.
  Q_INVOKABLE void copyCode(int row);
  /// Opens an address in the browser; http and https alone.
  Q_INVOKABLE bool openLink(const QString& address);
  Q_INVOKABLE void dismissNotice();

 signals:
  void conversationChanged();
  void systemPromptChanged();
  void draftChanged();
  void editingChanged();
  void searchChanged();
  void engineChanged();
  void activityChanged();
  void canSendChanged();
  void tokensChanged();
  void noticeChanged();
  /// For a toast with Undo.
  void removed(const QString& title);

 private:
  void load();
  void show(const app::Conversation& conversation, std::vector<app::Message> messages);
  void ask(const std::string& text, app::MessageId parent);
  void startFailed(const engine::Error& error, const std::string& draft);
  void answer(app::MessageId parent);
  void runAnswer(const app::Message& message);
  void runChanged();
  void runEnded();
  void engineSwitched();
  void refreshTranscript();
  ShownMessage shown(const app::Message& message) const;
  void saveConversation();
  void recountSoon() { m_recount.start(); }
  void recount();
  void setNotice(const QString& notice);
  engine::ChatPrompt promptUpTo(app::MessageId leaf) const;

  Tasks& m_tasks;
  ChatStore& m_store;
  HostBridge& m_host;
  QSettings& m_state;
  ConversationListModel m_list;
  TranscriptModel m_transcript;
  ParameterModel m_parameters;
  app::Conversation m_conversation;
  MessageTree m_tree;
  std::unique_ptr<AnswerRun> m_run;
  QString m_draft, m_search, m_notice;
  app::MessageId m_editing = 0;
  app::ConversationId m_removed = 0;
  bool m_starting = false, m_stopWanted = false, m_opening = false;
  QTimer m_recount, m_save, m_searchDelay;
  int m_recountTurn = 0, m_searchTurn = 0, m_openTurn = 0;
  qint64 m_draftTokens = 0, m_systemTokens = 0, m_pathTokens = 0;
};

}  // namespace ui
