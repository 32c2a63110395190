#include "ui/chat/transcript_model.h"

#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

QString kindName(BlockKind kind) {
  switch (kind) {
    case BlockKind::Paragraph:
      return QStringLiteral("paragraph");
    case BlockKind::Heading:
      return QStringLiteral("heading");
    case BlockKind::Code:
      return QStringLiteral("code");
    case BlockKind::Table:
      return QStringLiteral("table");
    case BlockKind::Rule:
      return QStringLiteral("rule");
  }
  return {};
}

template <typename T>
QVariantList variants(const QList<T>& values) {
  QVariantList list;
  list.reserve(values.size());
  for (const T& value : values) list.append(QVariant::fromValue(value));
  return list;
}

}  // namespace

QString messageStateName(app::MessageState state) {
  switch (state) {
    case app::MessageState::Complete:
      return QStringLiteral("complete");
    case app::MessageState::Streaming:
      return QStringLiteral("streaming");
    case app::MessageState::Stopped:
      return QStringLiteral("stopped");
    case app::MessageState::Interrupted:
      return QStringLiteral("interrupted");
    case app::MessageState::Failed:
      return QStringLiteral("failed");
  }
  return {};
}

TranscriptModel::TranscriptModel(QObject* parent) : QAbstractListModel(parent) {}

int TranscriptModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant TranscriptModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const Row& row = m_rows[static_cast<size_t>(index.row())];
  const ShownMessage& message = m_messages[row.message];
  switch (role) {
    case KindRole:
      return row.kind == Row::User     ? QStringLiteral("user")
             : row.kind == Row::Footer ? QStringLiteral("footer")
                                       : kindName(row.block.kind);
    case MessageIdRole:
      return static_cast<qint64>(message.id);
    case ContentRole:
      return QVariant::fromValue(row.block.content);
    case LevelRole:
      return row.block.level;
    case IndentRole:
      return row.block.indent;
    case QuoteRole:
      return row.block.quote;
    case MarkerRole:
      return row.block.marker;
    case LanguageRole:
      return row.block.language;
    case ContinuesRole:
      return row.block.continues;
    case ContinuedRole:
      return row.block.continued;
    case ColumnsRole:
      return row.block.columns;
    case CellsRole:
      return variants(row.block.cells);
    case AlignmentsRole:
      return variants(row.block.alignments);
    case CaretRole:
      return message.state == app::MessageState::Streaming && row.kind == Row::Block &&
             static_cast<size_t>(index.row()) + 2 == m_rows.size();
    case StateRole:
      return messageStateName(message.state);
    case FactsRole:
      return QVariant::fromValue(message.facts);
    case VersionRole:
      return message.version;
    case VersionsRole:
      return message.versions;
    case NewestRole:
      return row.message + 1 == m_messages.size();
    default:
      return {};
  }
}

QHash<int, QByteArray> TranscriptModel::roleNames() const {
  return {{KindRole, "kind"},
          {MessageIdRole, "messageId"},
          {ContentRole, "content"},
          {LevelRole, "level"},
          {IndentRole, "indent"},
          {QuoteRole, "quote"},
          {MarkerRole, "marker"},
          {LanguageRole, "language"},
          {ContinuesRole, "continues"},
          {ContinuedRole, "continued"},
          {ColumnsRole, "columns"},
          {CellsRole, "cells"},
          {AlignmentsRole, "alignments"},
          {CaretRole, "caret"},
          {StateRole, "messageState"},
          {FactsRole, "facts"},
          {VersionRole, "version"},
          {VersionsRole, "versions"},
          {NewestRole, "newest"}};
}

std::vector<TranscriptModel::Row> TranscriptModel::rowsOf(size_t message, const QList<MarkdownBlock>& blocks) const {
  std::vector<Row> rows;
  const ShownMessage& shown = m_messages[message];
  if (shown.user) {
    Row row{Row::User, message, {}};
    row.block.content.text = displayText(QString::fromStdString(shown.text));
    row.block.content.runs.append({static_cast<int>(row.block.content.text.size()), 0, {}});
    rows.push_back(std::move(row));
  }
  for (const MarkdownBlock& block : blocks) rows.push_back({Row::Block, message, block});
  if (!shown.user) rows.push_back({Row::Footer, message, {}});
  return rows;
}

size_t TranscriptModel::firstRowOf(size_t message) const {
  const auto found =
      std::lower_bound(m_rows.begin(), m_rows.end(), message, [](const Row& row, size_t m) { return row.message < m; });
  return static_cast<size_t>(found - m_rows.begin());
}

void TranscriptModel::setMessages(const std::vector<ShownMessage>& messages) {
  size_t same = 0;
  while (same < messages.size() && same < m_messages.size() && m_messages[same] == messages[same]) ++same;
  // The message before a change was the newest, or is now.
  const size_t wasNewest = m_messages.empty() ? 0 : firstRowOf(m_messages.size() - 1);
  const size_t from = firstRowOf(same);
  if (from < m_rows.size()) {
    beginRemoveRows({}, static_cast<int>(from), count() - 1);
    m_rows.resize(from);
    m_messages.resize(same);
    endRemoveRows();
  }
  m_messages = messages;
  std::vector<Row> added;
  for (size_t i = same; i < messages.size(); ++i) {
    QList<MarkdownBlock> blocks;
    if (!messages[i].user) blocks = parseMarkdown(messages[i].text);
    for (Row& row : rowsOf(i, blocks)) added.push_back(std::move(row));
  }
  if (!added.empty()) {
    beginInsertRows({}, static_cast<int>(from), static_cast<int>(from + added.size()) - 1);
    m_rows.insert(m_rows.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    endInsertRows();
  }
  m_stream.reset(m_messages.empty() || m_messages.back().user ? std::string() : m_messages.back().text);
  const size_t firstTouched = std::min(wasNewest, from);
  if (firstTouched < from) {
    emit dataChanged(index(static_cast<int>(firstTouched)), index(static_cast<int>(from) - 1), {NewestRole});
  }
  emit countChanged();
}

void TranscriptModel::appendText(const QString& text) {
  if (m_messages.empty() || m_messages.back().user) return;
  m_stream.append(text.toStdString());
  showStream();
}

void TranscriptModel::showStream() {
  const size_t message = m_messages.size() - 1;
  const size_t first = firstRowOf(message);
  const QList<MarkdownBlock>& blocks = m_stream.blocks();
  size_t same = 0;
  while (same < static_cast<size_t>(blocks.size()) && first + same + 1 < m_rows.size() &&
         m_rows[first + same].block == blocks[static_cast<qsizetype>(same)]) {
    ++same;
  }
  replaceRows(first + same, m_rows.size() - 1, [&] {
    std::vector<Row> rows;
    for (size_t i = same; i < static_cast<size_t>(blocks.size()); ++i) {
      rows.push_back({Row::Block, message, blocks[static_cast<qsizetype>(i)]});
    }
    return rows;
  }());
}

/// Rows in [from, end) become `rows`: those of the same kind on both sides change in place, so that their delegates
/// stay; a view chooses its delegate by kind once, so from another kind on rows go and come.
void TranscriptModel::replaceRows(size_t from, size_t end, std::vector<Row> rows) {
  size_t common = 0;
  while (common < std::min(end - from, rows.size()) && m_rows[from + common].block.kind == rows[common].block.kind) {
    ++common;
  }
  for (size_t i = 0; i < common; ++i) m_rows[from + i] = std::move(rows[i]);
  const auto offset = static_cast<std::ptrdiff_t>(from + common);
  const int row = static_cast<int>(from + common);
  if (end - from > common) {
    beginRemoveRows({}, row, row + static_cast<int>(end - from - common) - 1);
    m_rows.erase(m_rows.begin() + offset, m_rows.begin() + static_cast<std::ptrdiff_t>(end));
    endRemoveRows();
  }
  if (rows.size() > common) {
    beginInsertRows({}, row, row + static_cast<int>(rows.size() - common) - 1);
    m_rows.insert(m_rows.begin() + offset, std::make_move_iterator(rows.begin() + static_cast<std::ptrdiff_t>(common)),
                  std::make_move_iterator(rows.end()));
    endInsertRows();
  }
  if (rows.size() != end - from) emit countChanged();
  // The row before the changed ones may have lost the caret.
  const int firstChanged = std::max(0, static_cast<int>(from) - 1);
  const int lastChanged = row - 1;
  if (firstChanged <= lastChanged) emit dataChanged(index(firstChanged), index(lastChanged));
}

void TranscriptModel::updateLast(const ShownMessage& message) {
  if (m_messages.empty()) return;
  const bool ended =
      m_messages.back().state == app::MessageState::Streaming && message.state != m_messages.back().state;
  m_messages.back() = message;
  if (ended) {
    m_stream.finish();
    m_messages.back().text = m_stream.text();
    showStream();
  }
  const int footer = count() - 1;
  const int first = ended ? static_cast<int>(firstRowOf(m_messages.size() - 1)) : footer;
  emit dataChanged(index(first), index(footer), {StateRole, FactsRole, CaretRole, VersionRole, VersionsRole});
}

}  // namespace ui
