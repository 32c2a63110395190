#include "ui/server/request_table_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

bool live(const app::LiveRequest& request) {
  return request.state == "queued" || request.state == "prefill" || request.state == "generating";
}

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
      m_rows.begin(), m_rows.end(), [](const app::LiveRequest& one) { return live(one) && one.state != "queued"; }));
}

int RequestTableModel::waiting() const {
  return static_cast<int>(
      std::count_if(m_rows.begin(), m_rows.end(), [](const app::LiveRequest& one) { return one.state == "queued"; }));
}

QVariant RequestTableModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const app::LiveRequest& one = m_rows[static_cast<size_t>(index.row())];
  switch (role) {
    case IdRole:
      return static_cast<double>(one.id);
    case TimeRole:
      return QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(one.startedAt * 1000))
          .toString(QStringLiteral("HH:mm:ss"));
    case ClientRole:
      if (one.client == "127.0.0.1" || one.client == "::1") return tr("this computer");
      return visibleName(QString::fromStdString(one.client));
    case EndpointRole:
      return visibleName(QString::fromStdString(one.endpoint)).remove(QStringLiteral("/v1/"));
    case PromptRole:
      return one.promptTokens > 0 ? number(one.promptTokens) : QString();
    case GeneratedRole:
      return one.generatedTokens > 0 || live(one) ? number(one.generatedTokens) : QString();
    case StateRole:
      return QString::fromStdString(one.state);
    case StatusRole:
      return one.status;
    case SpeedRole:
      return one.tokensPerSecond > 0 ? QLocale().toString(one.tokensPerSecond, 'f', 1) : QString();
    case SecondsRole:
      return QLocale().toString(one.seconds, 'f', 1);
    case LiveRole:
      return live(one);
    default:
      return {};
  }
}

QHash<int, QByteArray> RequestTableModel::roleNames() const {
  return {{IdRole, "requestId"},
          {TimeRole, "time"},
          {ClientRole, "client"},
          {EndpointRole, "endpoint"},
          {PromptRole, "promptTokens"},
          {GeneratedRole, "generatedTokens"},
          {StateRole, "requestState"},
          {StatusRole, "status"},
          {SpeedRole, "speed"},
          {SecondsRole, "seconds"},
          {LiveRole, "live"}};
}

void RequestTableModel::setRequests(std::vector<app::LiveRequest> requests) {
  const bool sameRows =
      requests.size() == m_rows.size() && std::equal(requests.begin(), requests.end(), m_rows.begin(),
                                                     [](const auto& a, const auto& b) { return a.id == b.id; });
  if (sameRows) {
    m_rows = std::move(requests);
    if (count() > 0) emit dataChanged(index(0), index(count() - 1));
  } else {
    beginResetModel();
    m_rows = std::move(requests);
    endResetModel();
  }
  emit changed();
}

}  // namespace ui
