// The conversation shown, as a list of blocks: one row a paragraph, a piece of code, a question, a line of facts. While
// an answer streams only its last rows change.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <map>
#include <optional>
#include <vector>

#include "app/conversation_store.h"
#include "ui/chat/answer_facts.h"
#include "ui/highlight/highlight.h"
#include "ui/markdown/markdown_stream.h"

namespace ui {

/// A message with what its rows need besides its text.
struct ShownMessage {
  app::MessageId id = 0;
  bool user = false;
  std::string text;
  app::MessageState state = app::MessageState::Complete;
  AnswerFacts facts;
  int version = 1, versions = 1;
  std::string reasoning = {};
  bool operator==(const ShownMessage&) const = default;
};

class TranscriptModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role {
    KindRole =
        Qt::UserRole,  ///< "user", "reasoning", "paragraph", "heading", "code", "math", "table", "rule", "footer"
    MessageIdRole,
    ContentRole,     ///< inlineText of user, paragraph, heading, code
    LevelRole,       ///< of a heading
    IndentRole,      ///< depth in lists
    QuoteRole,       ///< depth in quotations
    MarkerRole,      ///< bullet or number
    LanguageRole,    ///< of code, as people write it
    WrappedRole,     ///< of code: long lines are broken
    ContinuesRole,   ///< goes on what the row before began
    ContinuedRole,   ///< goes on in the next row
    ColumnsRole,     ///< of a table
    CellsRole,       ///< of a table: list of inlineText
    AlignmentsRole,  ///< of a table: list of Qt alignments
    CaretRole,       ///< the streaming answer's last block
    StateRole,       ///< of the message: "complete", "streaming", "stopped", "interrupted", "failed"
    FactsRole,       ///< answerFacts, on footers
    VersionRole,     ///< 1-based
    VersionsRole,
    NewestRole,       ///< of the last message
    OpenRole,         ///< of the reasoning's bar: its text is shown
    ThoughtRole,      ///< a block of the reasoning
    AttachmentsRole,  ///< of user: names of the files that went with it
  };

  explicit TranscriptModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Shows these messages; rows of messages that stay as they were are left alone.
  void setMessages(const std::vector<ShownMessage>& messages);
  /// Breaks the long lines of the code that `row` belongs to, or leaves them long.
  Q_INVOKABLE void setWrapped(int row, bool wrapped);
  /// Code that came in pieces: all of the block that `row` belongs to.
  Q_INVOKABLE QString wholeCode(int row) const;
  /// Adds text to the last message, which must be a streaming answer.
  void appendText(const QString& text);
  void appendReasoning(const QString& text);
  /// Shows or hides an answer's reasoning; until somebody asks it is shown while nothing else has come.
  Q_INVOKABLE void setReasoningOpen(qint64 messageId, bool open);
  /// The first row of a message, -1 when it is not shown.
  Q_INVOKABLE int rowOf(qint64 messageId) const;
  /// Changes state and facts of the last message; its text stays, parsed once more as a whole when it is complete.
  void updateLast(const ShownMessage& message);

 signals:
  void countChanged();

 private:
  struct Row {
    enum Kind { User, Reasoning, Thought, Block, Footer } kind = Block;
    size_t message = 0;  ///< index in m_messages
    MarkdownBlock block;
    QStringList attachments = {};
    bool wrapped = false;
    QList<InlineRun> inked = {};                   ///< of code, once somebody looked at it
    std::optional<HighlightState> codeState = {};  ///< behind that code
  };

  static bool sameDelegate(const Row& a, const Row& b);
  bool reasoningOpen(const ShownMessage& message) const;
  /// The rows before an answer's own: the bar of its reasoning, and its blocks where it is open.
  std::vector<Row> reasoningRows(size_t message, const QList<MarkdownBlock>& blocks) const;
  std::vector<Row> rowsOf(size_t message) const;
  InlineText codeOf(size_t row) const;
  size_t firstRowOf(size_t message) const;
  void replaceRows(size_t from, size_t end, std::vector<Row> rows);
  /// Brings the last message's rows up to its streams; blocks before `firstChanged` are as they were.
  void showStream(qsizetype firstChanged);
  void showReasoning(size_t message, const QList<MarkdownBlock>& blocks);
  void announce(size_t message, const QList<int>& roles);

  std::vector<ShownMessage> m_messages;
  mutable std::vector<Row> m_rows;        ///< mutable: code is inked when it is first seen
  MarkdownStream m_stream, m_thoughts;    ///< of the last message while it streams
  std::map<app::MessageId, bool> m_open;  ///< reasoning that somebody opened or closed
};

/// "complete", "streaming", ...: what QML compares.
QString messageStateName(app::MessageState state);

}  // namespace ui
