#include "ui/server/log_model.h"

#include <QDateTime>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr size_t kMostLines = 2000;

int levelOf(const std::string& name) {
  return name == "error" ? 2 : name == "warning" ? 1 : 0;
}

}  // namespace

void LogModel::setLeastLevel(int level) {
  if (level == m_least) return;
  m_least = level;
  show();
}

void LogModel::setFilter(const QString& filter) {
  if (filter == m_filter) return;
  m_filter = filter;
  show();
}

bool LogModel::passes(const Line& line) const {
  return line.level >= m_least && (m_filter.isEmpty() || line.text.contains(m_filter, Qt::CaseInsensitive));
}

void LogModel::show() {
  beginResetModel();
  m_shown.clear();
  for (size_t i = 0; i < m_lines.size(); ++i) {
    if (passes(m_lines[i])) m_shown.push_back(m_first + i);
  }
  endResetModel();
  emit changed();
}

void LogModel::append(const std::vector<app::ServerLogLine>& lines) {
  if (lines.empty()) return;
  std::vector<size_t> fresh;
  for (const app::ServerLogLine& one : lines) {
    const QDateTime time = QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(one.time * 1000));
    m_lines.push_back({time.toString(QStringLiteral("HH:mm:ss.zzz")), visibleName(QString::fromStdString(one.text)),
                       levelOf(one.level)});
    if (passes(m_lines.back())) fresh.push_back(m_first + m_lines.size() - 1);
  }
  if (!fresh.empty()) {
    beginInsertRows({}, count(), count() + static_cast<int>(fresh.size()) - 1);
    m_shown.insert(m_shown.end(), fresh.begin(), fresh.end());
    endInsertRows();
  }
  if (m_lines.size() > kMostLines) {
    const size_t gone = m_lines.size() - kMostLines;
    const auto kept = std::lower_bound(m_shown.begin(), m_shown.end(), m_first + gone);
    const auto rows = static_cast<int>(kept - m_shown.begin());
    if (rows > 0) beginRemoveRows({}, 0, rows - 1);
    m_shown.erase(m_shown.begin(), kept);
    m_lines.erase(m_lines.begin(), m_lines.begin() + static_cast<std::ptrdiff_t>(gone));
    m_first += gone;
    if (rows > 0) endRemoveRows();
  }
  emit changed();
}

QVariant LogModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const Line& line = m_lines[m_shown[static_cast<size_t>(index.row())] - m_first];
  switch (role) {
    case TimeRole:
      return line.time;
    case LevelRole:
      return line.level;
    case TextRole:
      return line.text;
    default:
      return {};
  }
}

QHash<int, QByteArray> LogModel::roleNames() const {
  return {{TimeRole, "time"}, {LevelRole, "level"}, {TextRole, "line"}};
}

QString LogModel::text() const {
  constexpr const char* kNames[] = {"info", "warning", "error"};
  QString all;
  for (const size_t number : m_shown) {
    const Line& line = m_lines[number - m_first];
    all += line.time + u'\t' + QLatin1String(kNames[line.level]) + u'\t' + line.text + u'\n';
  }
  return all;
}

void LogModel::clear() {
  m_first += m_lines.size();
  m_lines.clear();
  show();
}

}  // namespace ui
