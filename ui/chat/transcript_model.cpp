#include "ui/chat/transcript_model.h"

#include <algorithm>

#include "ui/chat/attachment_text.h"
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
    case BlockKind::Math:
      return QStringLiteral("math");
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
      return row.kind == Row::User        ? QStringLiteral("user")
             : row.kind == Row::Footer    ? QStringLiteral("footer")
             : row.kind == Row::Reasoning ? QStringLiteral("reasoning")
                                          : kindName(row.block.kind);
    case MessageIdRole:
      return static_cast<qint64>(message.id);
    case ContentRole:
      if (row.block.kind == BlockKind::Code) {
        return QVariant::fromValue(codeOf(static_cast<size_t>(index.row())));
      }
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
      return languageLabel(row.block.language);
    case WrappedRole:
      return row.wrapped;
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
      return message.state == app::MessageState::Streaming && (row.kind == Row::Block || row.kind == Row::Thought) &&
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
    case OpenRole:
      return reasoningOpen(message);
    case AttachmentsRole:
      return row.attachments;
    case ThoughtRole:
      return row.kind == Row::Thought;
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
          {WrappedRole, "wrapped"},
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
          {NewestRole, "newest"},
          {OpenRole, "open"},
          {ThoughtRole, "thought"},
          {AttachmentsRole, "attachments"}};
}

bool TranscriptModel::sameDelegate(const Row& a, const Row& b) {
  const auto block = [](const Row& row) { return row.kind == Row::Block || row.kind == Row::Thought; };
  return block(a) ? block(b) && a.block.kind == b.block.kind : a.kind == b.kind;
}

bool TranscriptModel::reasoningOpen(const ShownMessage& message) const {
  const auto chosen = m_open.find(message.id);
  if (chosen != m_open.end()) return chosen->second;
  return message.state == app::MessageState::Streaming && message.text.empty();
}

std::vector<TranscriptModel::Row> TranscriptModel::reasoningRows(size_t message,
                                                                 const QList<MarkdownBlock>& blocks) const {
  std::vector<Row> rows;
  if (m_messages[message].user || m_messages[message].reasoning.empty()) return rows;
  rows.push_back({Row::Reasoning, message, {}});
  if (!reasoningOpen(m_messages[message])) return rows;
  for (const MarkdownBlock& block : blocks) {
    rows.push_back({Row::Thought, message, block});
    ++rows.back().block.quote;
  }
  return rows;
}

std::vector<TranscriptModel::Row> TranscriptModel::rowsOf(size_t message) const {
  const ShownMessage& shown = m_messages[message];
  if (shown.user) {
    Row row{Row::User, message, {}};
    const TextWithAttachments parts = splitAttachments(QString::fromStdString(shown.text));
    for (const Attachment& one : parts.attachments) row.attachments.append(visibleName(one.name));
    row.block.content.text = displayText(parts.text);
    if (!parts.text.isEmpty()) row.block.content.runs.append({static_cast<int>(row.block.content.text.size()), 0, {}});
    return {std::move(row)};
  }
  const bool open = !shown.reasoning.empty() && reasoningOpen(shown);
  std::vector<Row> rows = reasoningRows(message, open ? parseMarkdown(shown.reasoning) : QList<MarkdownBlock>());
  for (const MarkdownBlock& block : parseMarkdown(shown.text)) rows.push_back({Row::Block, message, block});
  rows.push_back({Row::Footer, message, {}});
  return rows;
}

/// Inks only as far back as nobody has looked yet: what streams costs its last piece.
InlineText TranscriptModel::codeOf(size_t row) const {
  size_t first = row;
  while (first > 0 && m_rows[first].block.continues && !m_rows[first - 1].codeState) --first;
  for (size_t i = first; i <= row; ++i) {
    Row& piece = m_rows[i];
    if (piece.codeState) continue;
    HighlightState state;
    if (i > 0 && piece.block.continues && m_rows[i - 1].codeState) state = *m_rows[i - 1].codeState;
    const CodeLanguage* language = findLanguage(piece.block.language);
    piece.inked = highlightCode(piece.block.content.text, language, state);
    if (piece.block.continued) highlightCode(u"\n", language, state);
    piece.codeState = state;
  }
  return {m_rows[row].block.content.text, m_rows[row].inked};
}

void TranscriptModel::setWrapped(int row, bool wrapped) {
  const auto code = [this](int at) {
    return at >= 0 && at < count() && m_rows[static_cast<size_t>(at)].block.kind == BlockKind::Code;
  };
  if (!code(row)) return;
  int first = row, last = row;
  while (code(first - 1) && m_rows[static_cast<size_t>(first)].block.continues) --first;
  while (code(last + 1) && m_rows[static_cast<size_t>(last)].block.continued) ++last;
  for (int i = first; i <= last; ++i) m_rows[static_cast<size_t>(i)].wrapped = wrapped;
  emit dataChanged(index(first), index(last), {WrappedRole});
}

QString TranscriptModel::wholeCode(int row) const {
  if (row < 0 || row >= count()) return {};
  auto at = static_cast<size_t>(row);
  while (at > 0 && m_rows[at].block.continues) --at;
  QString code;
  for (bool more = true; more && at < m_rows.size(); ++at) {
    code += m_rows[at].block.content.text + u'\n';
    more = m_rows[at].block.continued;
  }
  return code;
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
    for (Row& row : rowsOf(i)) added.push_back(std::move(row));
  }
  if (!added.empty()) {
    beginInsertRows({}, static_cast<int>(from), static_cast<int>(from + added.size()) - 1);
    m_rows.insert(m_rows.end(), std::make_move_iterator(added.begin()), std::make_move_iterator(added.end()));
    endInsertRows();
  }
  const bool answer = !m_messages.empty() && !m_messages.back().user;
  m_stream.reset(answer ? m_messages.back().text : std::string());
  m_thoughts.reset(answer ? m_messages.back().reasoning : std::string());
  const size_t firstTouched = std::min(wasNewest, from);
  if (firstTouched < from) {
    emit dataChanged(index(static_cast<int>(firstTouched)), index(static_cast<int>(from) - 1), {NewestRole});
  }
  emit countChanged();
}

void TranscriptModel::appendText(const QString& text) {
  if (m_messages.empty() || m_messages.back().user) return;
  ShownMessage& message = m_messages.back();
  const bool first = message.text.empty();
  const std::string utf8 = text.toStdString();
  const qsizetype changed = m_stream.append(utf8);
  message.text += utf8;
  if (first && !message.reasoning.empty()) showReasoning(m_messages.size() - 1, m_thoughts.blocks());
  showStream(changed);
}

void TranscriptModel::appendReasoning(const QString& text) {
  if (m_messages.empty() || m_messages.back().user) return;
  const std::string utf8 = text.toStdString();
  m_thoughts.append(utf8);
  m_messages.back().reasoning += utf8;
  showReasoning(m_messages.size() - 1, m_thoughts.blocks());
}

void TranscriptModel::showStream(qsizetype firstChanged) {
  const size_t message = m_messages.size() - 1;
  size_t first = firstRowOf(message);
  while (first + 1 < m_rows.size() && m_rows[first].kind != Row::Block) ++first;
  const QList<MarkdownBlock>& blocks = m_stream.blocks();
  size_t same = std::min(static_cast<size_t>(firstChanged), m_rows.size() - 1 - first);
  while (same < static_cast<size_t>(blocks.size()) && first + same + 1 < m_rows.size() &&
         m_rows[first + same].block == blocks[static_cast<qsizetype>(same)]) {
    ++same;
  }
  std::vector<Row> rows;
  for (size_t i = same; i < static_cast<size_t>(blocks.size()); ++i) {
    rows.push_back({Row::Block, message, blocks[static_cast<qsizetype>(i)]});
  }
  replaceRows(first + same, m_rows.size() - 1, std::move(rows));
}

void TranscriptModel::showReasoning(size_t message, const QList<MarkdownBlock>& blocks) {
  const size_t first = firstRowOf(message);
  size_t end = first;
  while (end < m_rows.size() && (m_rows[end].kind == Row::Reasoning || m_rows[end].kind == Row::Thought)) ++end;
  std::vector<Row> rows = reasoningRows(message, blocks);
  size_t same = 0;
  while (same < rows.size() && first + same < end && m_rows[first + same].kind == rows[same].kind &&
         m_rows[first + same].block == rows[same].block) {
    ++same;
  }
  rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(same));
  replaceRows(first + same, end, std::move(rows));
  announce(message, {OpenRole, CaretRole});
}

void TranscriptModel::setReasoningOpen(qint64 messageId, bool open) {
  for (size_t i = 0; i < m_messages.size(); ++i) {
    if (m_messages[i].id != messageId || m_messages[i].reasoning.empty()) continue;
    m_open[messageId] = open;
    showReasoning(i, open ? parseMarkdown(m_messages[i].reasoning) : QList<MarkdownBlock>());
  }
}

int TranscriptModel::rowOf(qint64 messageId) const {
  for (size_t i = 0; i < m_messages.size(); ++i) {
    if (m_messages[i].id == messageId) return static_cast<int>(firstRowOf(i));
  }
  return -1;
}

/// What all rows of a message have in common has changed.
void TranscriptModel::announce(size_t message, const QList<int>& roles) {
  const int first = static_cast<int>(firstRowOf(message));
  const int last = static_cast<int>(firstRowOf(message + 1)) - 1;
  if (first <= last) emit dataChanged(index(first), index(last), roles);
}

/// Rows in [from, end) become `rows`: those of the same kind on both sides change in place, so that their delegates
/// stay; a view chooses its delegate by kind once, so from another kind on rows go and come.
void TranscriptModel::replaceRows(size_t from, size_t end, std::vector<Row> rows) {
  size_t common = 0;
  while (common < std::min(end - from, rows.size()) && sameDelegate(m_rows[from + common], rows[common])) ++common;
  for (size_t i = 0; i < rows.size(); ++i) {
    // A stretch of code keeps its wrapping; its next piece takes it over.
    if (i < common) {
      rows[i].wrapped = m_rows[from + i].wrapped;
    } else if (rows[i].block.continues && from + i > 0) {
      rows[i].wrapped = i > 0 ? rows[i - 1].wrapped : m_rows[from - 1].wrapped;
    }
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
  ShownMessage& last = m_messages.back();
  const bool ended = last.state == app::MessageState::Streaming && message.state != last.state;
  std::string text = std::move(last.text), reasoning = std::move(last.reasoning);
  last = message;
  last.text = std::move(text);
  last.reasoning = std::move(reasoning);
  if (ended) {
    const qsizetype changed = m_stream.finish();
    m_thoughts.finish();
    if (!last.reasoning.empty()) showReasoning(m_messages.size() - 1, m_thoughts.blocks());
    showStream(changed);
  }
  const int footer = count() - 1;
  const int first = static_cast<int>(firstRowOf(m_messages.size() - 1));
  if (ended) {
    emit dataChanged(index(first), index(footer), {StateRole, FactsRole, CaretRole, VersionRole, VersionsRole});
    return;
  }
  emit dataChanged(index(footer), index(footer), {StateRole, FactsRole, CaretRole, VersionRole, VersionsRole});
  if (m_rows[static_cast<size_t>(first)].kind == Row::Reasoning) {
    emit dataChanged(index(first), index(first), {StateRole, FactsRole});
  }
}

}  // namespace ui
