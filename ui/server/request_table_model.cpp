#include "ui/server/request_table_model.h"

#include <QLocale>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"
#include "ui/server/request_words.h"

namespace ui {

namespace {

QString number(int64_t value) {
  return QLocale().toString(static_cast<qlonglong>(value));
}

}  // namespace

RequestTableModel::RequestTableModel(QObject* parent) : QAbstractListModel(parent) {}

int RequestTableModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

int RequestTableModel::running() const {
  return static_cast<int>(std::count_if(
      m_rows.begin(), m_rows.end(), [](const app::LiveRequest& one) { return isLive(one) && one.state != "queued"; }));
}

int RequestTableModel::waiting() const {
  return static_cast<int>(
      std::count_if(m_rows.begin(), m_rows.end(), [](const app::LiveRequest& one) { return one.state == "queued"; }));
}

QString RequestTableModel::togetherSpeed() const {
  double sum = 0;
  for (const app::LiveRequest& one : m_rows) {
    if (isLive(one)) sum += one.tokensPerSecond;
  }
  return sum > 0 ? QLocale().toString(sum, 'f', 0) : QString();
}

QVariant RequestTableModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const app::LiveRequest& one = m_rows[static_cast<size_t>(index.row())];
  switch (role) {
    case IdRole:
      return static_cast<double>(one.id);
    case TimeRole:
      return clockTime(one.startedAt);
    case ClientRole:
      return clientName(one);
    case ModelRole:
      return visibleName(QString::fromStdString(one.model));
    case EndpointRole:
      return visibleName(QString::fromStdString(one.endpoint)).remove(QStringLiteral("/v1/"));
    case PromptRole:
      return one.promptTokens > 0 ? number(one.promptTokens) : QString();
    case GeneratedRole:
      return one.generatedTokens > 0 || isLive(one) ? number(one.generatedTokens) : QString();
    case StateRole:
      return QString::fromStdString(one.state);
    case StatusRole:
      return one.status;
    case SpeedRole:
      return one.tokensPerSecond > 0 ? QLocale().toString(one.tokensPerSecond, 'f', 1) : QString();
    case SecondsRole:
      return QLocale().toString(one.seconds, 'f', 1);
    case StateWordsRole:
      return stateWords(one);
    case LiveRole:
      return isLive(one);
    default:
      return {};
  }
}

QHash<int, QByteArray> RequestTableModel::roleNames() const {
  return {{IdRole, "requestId"},
          {TimeRole, "time"},
          {ClientRole, "client"},
          {ModelRole, "modelName"},
          {EndpointRole, "endpoint"},
          {PromptRole, "promptTokens"},
          {GeneratedRole, "generatedTokens"},
          {StateRole, "requestState"},
          {StatusRole, "status"},
          {SpeedRole, "speed"},
          {SecondsRole, "seconds"},
          {StateWordsRole, "stateWords"},
          {LiveRole, "live"}};
}

void RequestTableModel::setRequests(std::vector<app::LiveRequest> requests) {
  const auto indexOf = [](const std::vector<app::LiveRequest>& rows, uint64_t id, size_t from) {
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(from);
    return static_cast<int>(std::find_if(begin, rows.end(), [id](const auto& row) { return row.id == id; }) -
                            rows.begin());
  };
  for (int row = count() - 1; row >= 0; --row) {
    if (indexOf(requests, m_rows[static_cast<size_t>(row)].id, 0) < static_cast<int>(requests.size())) continue;
    beginRemoveRows({}, row, row);
    m_rows.erase(m_rows.begin() + row);
    endRemoveRows();
  }
  for (int row = 0; row < static_cast<int>(requests.size()); ++row) {
    const app::LiveRequest& wanted = requests[static_cast<size_t>(row)];
    const int found = indexOf(m_rows, wanted.id, static_cast<size_t>(row));
    if (found == row && found < count()) continue;
    if (found < count()) {
      beginMoveRows({}, found, found, {}, row);
      std::rotate(m_rows.begin() + row, m_rows.begin() + found, m_rows.begin() + found + 1);
      endMoveRows();
    } else {
      beginInsertRows({}, row, row);
      m_rows.insert(m_rows.begin() + row, wanted);
      endInsertRows();
    }
  }
  m_rows = std::move(requests);
  if (count() > 0) emit dataChanged(index(0), index(count() - 1));
  emit changed();
}

}  // namespace ui
