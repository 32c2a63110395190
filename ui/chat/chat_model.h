// The chat page: one conversation at a time, its answers, and what the composer needs to know.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QSettings>
#include <QTimer>
#include <QUrl>
#include <functional>
#include <memory>
#include <optional>

#include "app/conversation_import.h"
#include "ui/bridge/chat_store.h"
#include "ui/bridge/host_bridge.h"
#include "ui/chat/answer_run.h"
#include "ui/chat/attachment_model.h"
#include "ui/chat/compare_model.h"
#include "ui/chat/conversation_list_model.h"
#include "ui/chat/message_tree.h"
#include "ui/chat/parameter_model.h"
#include "ui/chat/preset_model.h"
#include "ui/chat/title_run.h"
#include "ui/chat/transcript_model.h"
#include "ui/remote/remote_model.h"

namespace ui {

class ChatModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::ConversationListModel* conversations READ conversations CONSTANT)
  Q_PROPERTY(ui::TranscriptModel* transcript READ transcript CONSTANT)
  Q_PROPERTY(ui::ParameterModel* parameters READ parameters CONSTANT)
  Q_PROPERTY(ui::AttachmentModel* attachments READ attachments CONSTANT)
  Q_PROPERTY(ui::PresetModel* presets READ presets CONSTANT)
  Q_PROPERTY(ui::CompareModel* compare READ compare CONSTANT)
  /// The preset that the chat began with; empty: the defaults.
  Q_PROPERTY(QString preset READ preset NOTIFY presetChanged)
  Q_PROPERTY(QStringList presetChoices READ presetChoices NOTIFY presetChanged)
  Q_PROPERTY(int presetIndex READ presetIndex NOTIFY presetChanged)
  Q_PROPERTY(bool presetEdited READ presetEdited NOTIFY presetChanged)
  /// Nothing of the chat is kept.
  Q_PROPERTY(bool temporary READ temporary NOTIFY conversationChanged)
  Q_PROPERTY(bool pinned READ pinned NOTIFY conversationChanged)
  Q_PROPERTY(int branches READ branches NOTIFY treeChanged)
  Q_PROPERTY(QStringList foundWords READ foundWords NOTIFY foundWordsChanged)
  Q_PROPERTY(double currentId READ currentNumber NOTIFY conversationChanged)
  Q_PROPERTY(QString title READ title NOTIFY conversationChanged)
  Q_PROPERTY(QString systemPrompt READ systemPrompt WRITE setSystemPrompt NOTIFY systemPromptChanged)
  Q_PROPERTY(QString draft READ draft WRITE setDraft NOTIFY draftChanged)
  Q_PROPERTY(bool editing READ editing NOTIFY editingChanged)
  Q_PROPERTY(bool editingAnswer READ editingAnswer NOTIFY editingChanged)
  Q_PROPERTY(QString search READ search WRITE setSearch NOTIFY searchChanged)
  Q_PROPERTY(QString modelName READ modelName NOTIFY engineChanged)
  Q_PROPERTY(bool ready READ ready NOTIFY engineChanged)
  /// A remote server answers; empty: the model here.
  Q_PROPERTY(QString remoteHost READ remoteHost NOTIFY engineChanged)
  Q_PROPERTY(bool localReady READ localReady NOTIFY engineChanged)
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
  /// `remote` may be null where no server elsewhere answers.
  ChatModel(Tasks& tasks, ChatStore& store, HostBridge& host, QSettings& state, RemoteModel* remote = nullptr,
            QObject* parent = nullptr);
  ~ChatModel() override;

  ConversationListModel* conversations() { return &m_list; }
  TranscriptModel* transcript() { return &m_transcript; }
  ParameterModel* parameters() { return &m_parameters; }
  AttachmentModel* attachments() { return &m_attachments; }
  PresetModel* presets() { return &m_presets; }
  CompareModel* compare() { return &m_compare; }
  /// Whether the model writes titles; otherwise they are the first words. Off until it is set.
  void setTitling(bool on) { m_titling = on; }
  QString preset() const { return m_preset; }
  QStringList presetChoices() const;  ///< the defaults first
  int presetIndex() const;
  bool presetEdited() const;
  bool temporary() const { return m_temporary; }
  bool pinned() const { return m_conversation.pinned; }
  int branches() const { return static_cast<int>(m_tree.leaves()); }
  QStringList foundWords() const { return m_foundWords; }
  qint64 currentId() const { return m_conversation.id; }
  double currentNumber() const { return static_cast<double>(m_conversation.id); }
  QString title() const;
  QString systemPrompt() const { return QString::fromStdString(m_conversation.systemPrompt); }
  void setSystemPrompt(const QString& prompt);
  QString draft() const { return m_draft; }
  void setDraft(const QString& draft);
  bool editing() const { return m_editing != 0; }
  bool editingAnswer() const;
  QString search() const { return m_search; }
  void setSearch(const QString& search);
  QString modelName() const;
  /// Somebody answers: a model here, or a remote server.
  bool ready() const { return remoteUsed() || localReady(); }
  bool localReady() const { return m_host.engine() != nullptr; }
  QString remoteHost() const { return remoteUsed() ? m_remote->host() : QString(); }
  bool busy() const { return m_starting || m_run != nullptr || m_compare.busy(); }
  /// "idle", "queued", "reading", "answering".
  QString activity() const;
  double promptDone() const { return m_run ? static_cast<double>(m_run->promptDone()) : 0; }
  double promptTotal() const { return m_run ? static_cast<double>(m_run->facts().promptTokens) : 0; }
  bool canSend() const;
  double draftTokens() const { return static_cast<double>(m_draftTokens + m_attachments.tokens()); }
  double systemTokens() const { return static_cast<double>(m_systemTokens); }
  double contextUsed() const;
  double contextTotal() const;
  QString notice() const { return m_notice; }

  Q_INVOKABLE void newChat();
  /// A chat of which nothing is kept.
  Q_INVOKABLE void newTemporaryChat();
  /// Opens a chat; with a message, that one is revealed and the words of the search are marked.
  Q_INVOKABLE void open(qint64 id, qint64 messageId = 0);
  Q_INVOKABLE void rename(qint64 id, const QString& title);
  Q_INVOKABLE void setPinned(qint64 id, bool pinned);
  Q_INVOKABLE void duplicate(qint64 id);
  Q_INVOKABLE void remove(qint64 id);
  /// Brings back the chat or the messages that were deleted last.
  Q_INVOKABLE void undoRemove();
  /// "markdown", "json", "html" or "pdf", into a file of this computer.
  Q_INVOKABLE void exportChat(qint64 id, const QString& format, const QUrl& file);
  /// A name for the file, from the title.
  Q_INVOKABLE QString exportName(qint64 id, const QString& format) const;
  Q_INVOKABLE void importChats(const QList<QUrl>& files);
  Q_INVOKABLE void choosePreset(const QString& name);
  /// By its place among presetChoices.
  Q_INVOKABLE void choosePresetAt(int index);
  /// Empty when it was saved, else why not.
  Q_INVOKABLE QString savePreset(const QString& name);
  Q_INVOKABLE void removePreset(const QString& name);
  Q_INVOKABLE void resetToPreset();
  Q_INVOKABLE void clearFoundWords();

  /// Sends the draft; while editing() it becomes another version of the edited message.
  Q_INVOKABLE void send();
  Q_INVOKABLE void stop();
  /// Another answer to the same question, kept beside the old one.
  Q_INVOKABLE void regenerate(qint64 messageId);
  /// The same, with the oldest turns left out where the context is full.
  Q_INVOKABLE void regenerateShortened(qint64 messageId);
  /// Goes on with an answer that was stopped, interrupted or cut by a limit.
  Q_INVOKABLE void continueAnswer(qint64 messageId);
  /// A new chat with everything up to this message.
  Q_INVOKABLE void branch(qint64 messageId);
  /// Deletes a message with all that follows it; undoRemove() brings it back.
  Q_INVOKABLE void removeMessage(qint64 messageId);
  /// The tree of the chat's messages: a list of {id, row, column, parentRow, parentColumn, shown, user, label}.
  Q_INVOKABLE QVariantList map() const;
  /// Shows the branch of a message.
  Q_INVOKABLE void showMessage(qint64 messageId);
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

  /// Two answers to each question from now on, until the end of comparing or another chat.
  Q_INVOKABLE void startCompare();
  Q_INVOKABLE void endCompare();
  /// Goes on with the answer of a side, 0 or 1; the other one stays as its other version.
  Q_INVOKABLE void pick(int side);

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
  void presetChanged();
  void treeChanged();
  void foundWordsChanged();
  /// For a toast with Undo.
  void removed(const QString& title);
  void messagesRemoved(int count);
  /// For a toast.
  void done(const QString& what);
  /// A row of the transcript that is to be seen.
  void revealed(int row);

 private:
  void load();
  void show(const app::Conversation& conversation, std::vector<app::Message> messages);
  void ask(const std::string& text, app::MessageId parent);
  void startFailed(const engine::Error& error, const std::string& draft);
  void answer(app::MessageId parent);
  void runAnswer(const app::Message& message);
  /// Makes or continues the answer `message` with this prompt.
  void startRun(const std::shared_ptr<AnswerSource>& source, const app::Message& message, engine::ChatPrompt prompt);
  bool remoteUsed() const { return m_remote != nullptr && m_remote->inUse(); }
  /// Who answers now; null: nobody.
  std::shared_ptr<AnswerSource> source() const { return sourceOf(remoteUsed()); }
  std::shared_ptr<AnswerSource> sourceOf(bool remote) const;
  void sourceSwitched();
  /// Lets go of the model here.
  void releaseHere();
  void noteEnd(const AnswerRun& run);
  void showSides();
  void answerBoth(app::MessageId question);
  void compareWith(size_t side, const app::Message& message);
  void sideChanged(size_t side);
  void sideEnded(size_t side);
  void wantTitle(const app::Message& answer, bool remote);
  void dropTitle();
  void saveEditedAnswer(const app::Message& edited, const std::string& text);
  ChatStore& store() { return m_temporary ? *m_temporaryStore : m_store; }
  ChatStore& storeOf(app::ConversationId id);
  void writeExport(const app::Conversation& conversation, std::vector<app::Message> messages, const QString& format,
                   const QString& path);
  void takeImport(std::vector<app::ImportedConversation> imported);
  void reload(app::ConversationId wanted);
  void runChanged();
  void runEnded();
  void engineSwitched();
  void refreshTranscript();
  ShownMessage shown(const app::Message& message) const;
  void saveConversation();
  /// The overrides and the preset that they are of.
  std::string parametersJson() const;
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
  AttachmentModel m_attachments;
  PresetModel m_presets;
  std::unique_ptr<ChatStore> m_temporaryStore;
  app::Conversation m_conversation;
  MessageTree m_tree;
  std::unique_ptr<AnswerRun> m_run;
  RemoteModel* m_remote;
  CompareModel m_compare;
  std::unique_ptr<TitleRun> m_title;
  app::ConversationId m_titleFor = 0;  ///< while m_title writes
  bool m_titling = false;
  bool m_titleIsOurs = false;  ///< of the open chat: its first words, not what somebody wrote
  QString m_draft, m_search, m_notice;
  app::MessageId m_editing = 0;
  std::function<void()> m_undo;
  QString m_preset;
  QStringList m_foundWords;
  bool m_starting = false, m_stopWanted = false, m_opening = false, m_temporary = false;
  bool m_dropOnce = false;  ///< the next answer may leave out the oldest turns
  QTimer m_recount, m_save, m_searchDelay;
  int m_recountTurn = 0, m_searchTurn = 0, m_openTurn = 0;
  qint64 m_draftTokens = 0, m_systemTokens = 0, m_pathTokens = 0;
};

}  // namespace ui
