#include "ui/model/recent_model.h"

#include <algorithm>

namespace ui {

namespace {

constexpr int kMaxEntries = 20;

}  // namespace

RecentModel::RecentModel(QSettings& state, QObject* parent) : QAbstractListModel(parent), m_state(state) {
  const int count = std::min(m_state.beginReadArray("recentModels"), kMaxEntries);
  for (int i = 0; i < count; ++i) {
    m_state.setArrayIndex(i);
    Entry entry{
        m_state.value("path").toString(), m_state.value("name").toString(), m_state.value("detail").toString(), {}};
    if (!entry.path.isEmpty()) m_entries.push_back(std::move(entry));
  }
  m_state.endArray();
}

int RecentModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant RecentModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const Entry& entry = m_entries[static_cast<size_t>(index.row())];
  switch (role) {
    case PathRole:
      return entry.path;
    case NameRole:
      return entry.name;
    case DetailRole:
      return entry.detail;
    case ProblemRole:
      return entry.problem;
    case CurrentRole:
      return entry.path == m_current;
    case FileRole:
      return entry.path.endsWith(QLatin1String(".gguf"), Qt::CaseInsensitive);
    default:
      return {};
  }
}

QHash<int, QByteArray> RecentModel::roleNames() const {
  return {{PathRole, "path"},       {NameRole, "name"},       {DetailRole, "detail"},
          {ProblemRole, "problem"}, {CurrentRole, "current"}, {FileRole, "isFile"}};
}

void RecentModel::put(const QString& path, const QString& name, const QString& detail, const QString& problem) {
  const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& e) { return e.path == path; });
  if (found != m_entries.end()) {
    *found = {path, name, detail, problem};
    const int row = static_cast<int>(found - m_entries.begin());
    emit dataChanged(index(row), index(row));
  } else {
    beginInsertRows({}, 0, 0);
    m_entries.insert(m_entries.begin(), {path, name, detail, problem});
    endInsertRows();
    if (count() > kMaxEntries) {
      beginRemoveRows({}, count() - 1, count() - 1);
      m_entries.pop_back();
      endRemoveRows();
    }
    emit countChanged();
  }
  save();
}

void RecentModel::setCurrent(const QString& path) {
  m_current = path;
  if (count() > 0) emit dataChanged(index(0), index(count() - 1), {CurrentRole});
}

void RecentModel::forget(const QString& path) {
  const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&](const Entry& e) { return e.path == path; });
  if (found == m_entries.end()) return;
  const int row = static_cast<int>(found - m_entries.begin());
  beginRemoveRows({}, row, row);
  m_entries.erase(found);
  endRemoveRows();
  emit countChanged();
  save();
}

void RecentModel::save() {
  m_state.beginWriteArray("recentModels", count());
  for (int i = 0; i < count(); ++i) {
    const Entry& entry = m_entries[static_cast<size_t>(i)];
    m_state.setArrayIndex(i);
    m_state.setValue("path", entry.path);
    m_state.setValue("name", entry.name);
    m_state.setValue("detail", entry.detail);
  }
  m_state.endArray();
}

}  // namespace ui
