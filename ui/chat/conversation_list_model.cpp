#include "ui/chat/conversation_list_model.h"

#include <QEvent>
#include <QLocale>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

QString oneLine(const std::string& text) {
  QString line = QString::fromStdString(text).simplified();
  line.remove(QChar(2)).remove(QChar(3));
  return displayText(line);
}

/// Stretches between U+0002 and U+0003 are bold.
InlineText marked(const std::string& text) {
  InlineText line;
  bool bold = false;
  const QString whole = displayText(
      QString::fromStdString(text).replace(QChar(2), QChar(0xe002)).replace(QChar(3), QChar(0xe003)).simplified());
  for (const QChar c : whole) {
    if (c == QChar(0xe002) || c == QChar(0xe003)) {
      bold = c == QChar(0xe002);
      continue;
    }
    const quint8 flags = bold ? Bold : 0;
    line.text += c;
    if (!line.runs.isEmpty() && line.runs.last().flags == flags) {
      ++line.runs.last().length;
    } else {
      line.runs.append({1, flags, {}});
    }
  }
  return line;
}

}  // namespace

ConversationListModel::ConversationListModel(QObject* parent) : QAbstractListModel(parent) {}

int ConversationListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant ConversationListModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const Shown& row = m_shown[static_cast<size_t>(index.row())];
  switch (role) {
    case IdRole:
      return static_cast<qint64>(row.id);
    case TitleRole:
      return row.title;
    case SectionRole:
      return row.section;
    case SnippetRole:
      return row.snippet;
    case MarkedTitleRole:
      return QVariant::fromValue(row.markedTitle);
    case MarkedSnippetRole:
      return QVariant::fromValue(row.markedSnippet);
    case HitRole:
      return static_cast<qint64>(row.hit);
    case PinnedRole:
      return row.pinned;
    case CurrentRole:
      return row.id == m_current;
    case BusyRole:
      return row.id == m_current && m_busy;
    default:
      return {};
  }
}

QHash<int, QByteArray> ConversationListModel::roleNames() const {
  return {{IdRole, "conversationId"},
          {TitleRole, "title"},
          {SectionRole, "section"},
          {SnippetRole, "snippet"},
          {MarkedTitleRole, "markedTitle"},
          {MarkedSnippetRole, "markedSnippet"},
          {HitRole, "hit"},
          {PinnedRole, "pinned"},
          {CurrentRole, "current"},
          {BusyRole, "busy"}};
}

QString ConversationListModel::sectionOf(const QDateTime& time, const QDateTime& now) {
  const qint64 days = time.date().daysTo(now.date());
  if (days <= 0) return tr("Today");
  if (days == 1) return tr("Yesterday");
  if (days < 7) return tr("Last 7 days");
  if (time.date().year() == now.date().year()) return QLocale().standaloneMonthName(time.date().month());
  return QString::number(time.date().year());
}

void ConversationListModel::setConversations(std::vector<app::Conversation> conversations) {
  m_conversations = std::move(conversations);
  rebuild();
}

void ConversationListModel::put(const app::Conversation& conversation) {
  const auto found = std::find_if(m_conversations.begin(), m_conversations.end(),
                                  [&](const app::Conversation& one) { return one.id == conversation.id; });
  if (found != m_conversations.end()) {
    *found = conversation;
  } else {
    m_conversations.push_back(conversation);
  }
  rebuild();
}

void ConversationListModel::take(app::ConversationId id) {
  std::erase_if(m_conversations, [id](const app::Conversation& one) { return one.id == id; });
  rebuild();
}

const app::Conversation* ConversationListModel::find(app::ConversationId id) const {
  const auto found = std::find_if(m_conversations.begin(), m_conversations.end(),
                                  [id](const app::Conversation& one) { return one.id == id; });
  return found != m_conversations.end() ? &*found : nullptr;
}

void ConversationListModel::setHits(const std::vector<app::SearchHit>& hits) {
  m_searching = true;
  std::vector<Shown> shown;
  for (const app::SearchHit& hit : hits) {
    const bool known =
        std::any_of(shown.begin(), shown.end(), [&](const Shown& row) { return row.id == hit.conversation; });
    if (known) continue;
    Shown row{hit.conversation, oneLine(hit.title), tr("Found"), hit.message != 0 ? oneLine(hit.snippet) : QString(),
              hit.message};
    row.markedTitle = marked(hit.message == 0 && !hit.snippet.empty() ? hit.snippet : hit.title);
    row.markedSnippet = marked(hit.message != 0 ? hit.snippet : std::string());
    const app::Conversation* conversation = find(hit.conversation);
    row.pinned = conversation != nullptr && conversation->pinned;
    shown.push_back(std::move(row));
  }
  show(std::move(shown));
}

void ConversationListModel::clearHits() {
  if (!m_searching) return;
  m_searching = false;
  rebuild();
}

void ConversationListModel::setCurrent(app::ConversationId id, bool busy) {
  if (id == m_current && busy == m_busy) return;
  m_current = id;
  m_busy = busy;
  if (count() > 0) emit dataChanged(index(0), index(count() - 1), {CurrentRole, BusyRole});
}

void ConversationListModel::rebuild() {
  std::stable_sort(m_conversations.begin(), m_conversations.end(),
                   [](const app::Conversation& a, const app::Conversation& b) {
                     return a.pinned != b.pinned ? a.pinned : a.updatedAt > b.updatedAt;
                   });
  if (m_searching) return;
  const QDateTime now = QDateTime::currentDateTime();
  std::vector<Shown> shown;
  for (const app::Conversation& one : m_conversations) {
    const QString section = one.pinned ? tr("Pinned") : sectionOf(QDateTime::fromMSecsSinceEpoch(one.updatedAt), now);
    shown.push_back({one.id, oneLine(one.title), section, {}, 0, one.pinned});
  }
  show(std::move(shown));
}

bool ConversationListModel::event(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) {
    // Sections are words; a view asks for them again only after a reset.
    beginResetModel();
    if (m_searching) {
      for (Shown& row : m_shown) row.section = tr("Found");
    } else {
      m_shown.clear();
    }
    endResetModel();
    rebuild();
  }
  return QAbstractListModel::event(event);
}

void ConversationListModel::show(std::vector<Shown> shown) {
  if (shown.size() == m_shown.size()) {  // the usual case: a title or the order changed
    m_shown = std::move(shown);
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
    return;
  }
  beginResetModel();
  m_shown = std::move(shown);
  endResetModel();
  emit countChanged();
}

}  // namespace ui
