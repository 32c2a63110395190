// The conversation shown, as a list of blocks: one row a paragraph, a piece of code, a question, a line of facts. While
// an answer streams only its last rows change.
#pragma once

#include <QAbstractListModel>
#include <QtQmlIntegration>
#include <vector>

#include "app/conversation_store.h"
#include "ui/chat/answer_facts.h"
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
  bool operator==(const ShownMessage&) const = default;
};

class TranscriptModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role {
    KindRole = Qt::UserRole,  ///< "user", "paragraph", "heading", "code", "table", "rule", "footer"
    MessageIdRole,
    ContentRole,     ///< inlineText of user, paragraph, heading, code
    LevelRole,       ///< of a heading
    IndentRole,      ///< depth in lists
    QuoteRole,       ///< depth in quotations
    MarkerRole,      ///< bullet or number
    LanguageRole,    ///< of code
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
    NewestRole,  ///< of the last message
  };

  explicit TranscriptModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Shows these messages; rows of messages that stay as they were are left alone.
  void setMessages(const std::vector<ShownMessage>& messages);
  /// Adds text to the last message, which must be a streaming answer.
  void appendText(const QString& text);
  /// Changes state and facts of the last message; its text stays, parsed once more as a whole when it is complete.
  void updateLast(const ShownMessage& message);

 signals:
  void countChanged();

 private:
  struct Row {
    enum Kind { User, Block, Footer } kind = Block;
    size_t message = 0;  ///< index in m_messages
    MarkdownBlock block;
  };

  std::vector<Row> rowsOf(size_t message, const QList<MarkdownBlock>& blocks) const;
  size_t firstRowOf(size_t message) const;
  void replaceRows(size_t from, size_t end, std::vector<Row> rows);
  void showStream();

  std::vector<ShownMessage> m_messages;
  std::vector<Row> m_rows;
  MarkdownStream m_stream;  ///< of the last message while it streams
};

/// "complete", "streaming", ...: what QML compares.
QString messageStateName(app::MessageState state);

}  // namespace ui
