#include "ui/hub/hub_downloads.h"

#include <QLocale>
#include <algorithm>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

using State = app::DownloadState;

bool ended(State state) {
  return state == State::Done || state == State::Failed || state == State::Cancelled;
}

/// "running", "paused", "done", "failed".
QString word(State state) {
  switch (state) {
    case State::Starting:
    case State::Waiting:
    case State::Downloading:
    case State::Checking:
      return QStringLiteral("running");
    case State::Paused:
      return QStringLiteral("paused");
    case State::Done:
      return QStringLiteral("done");
    case State::Failed:
    case State::Cancelled:
      break;
  }
  return QStringLiteral("failed");
}

QString timeLeft(double seconds) {
  if (seconds < 0) return {};
  if (seconds < 60) return HubDownloadModel::tr("%1 s left").arg(static_cast<int>(seconds) + 1);
  const int minutes = static_cast<int>(seconds / 60) + 1;
  if (minutes < 90) return HubDownloadModel::tr("%1 min left").arg(minutes);
  return HubDownloadModel::tr("%1 h left").arg(QLocale().toString(seconds / 3600, 'f', 1));
}

QString amount(const app::DownloadSnapshot& download) {
  return HubDownloadModel::tr("%1 of %2").arg(bytesText(download.bytesDone), bytesText(download.bytes));
}

QString line(const app::DownloadSnapshot& download) {
  QStringList parts;
  switch (download.state) {
    case State::Starting:
      parts << HubDownloadModel::tr("Looking at what there is");
      break;
    case State::Waiting:
      parts << displayText(QString::fromStdString(download.note));
      break;
    case State::Downloading:
      parts << amount(download)
            << bytesText(static_cast<uint64_t>(download.bytesPerSecond)) + HubDownloadModel::tr("/s");
      if (const QString left = timeLeft(download.secondsLeft); !left.isEmpty()) parts << left;
      break;
    case State::Checking:
      parts << HubDownloadModel::tr("Comparing checksums");
      break;
    case State::Paused:
      parts << HubDownloadModel::tr("Paused") << amount(download);
      break;
    case State::Done:
      parts << bytesText(download.bytes) << HubDownloadModel::tr("checksums agree");
      break;
    case State::Failed:
    case State::Cancelled:
      parts << HubDownloadModel::tr("Stopped at %1").arg(amount(download));
      break;
  }
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

HubDownloadModel::HubDownloadModel(QObject* parent) : QAbstractListModel(parent) {}

int HubDownloadModel::active() const {
  return static_cast<int>(
      std::count_if(m_rows.begin(), m_rows.end(), [](const app::DownloadSnapshot& d) { return !ended(d.state); }));
}

int HubDownloadModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant HubDownloadModel::data(const QModelIndex& index, int role) const {
  const app::DownloadSnapshot* download = at(index.row());
  if (download == nullptr) return {};
  switch (role) {
    case NameRole: {
      const QString name = visibleName(QString::fromStdString(download->request.repository));
      const QString label = visibleName(QString::fromStdString(download->label));
      return label.isEmpty() ? name : name + QStringLiteral(" · ") + label;
    }
    case LineRole:
      return line(*download);
    case ProgressRole:
      // Less than nothing: how much there is to do is not known yet.
      return download->bytes == 0 ? -1.0
                                  : static_cast<double>(download->bytesDone) / static_cast<double>(download->bytes);
    case StateRole:
      return word(download->state);
    case ProblemRole:
      return download->state == State::Failed ? displayText(QString::fromStdString(download->error.message))
                                              : QString();
    default:
      return {};
  }
}

QHash<int, QByteArray> HubDownloadModel::roleNames() const {
  return {{NameRole, "name"},
          {LineRole, "line"},
          {ProgressRole, "progress"},
          {StateRole, "downloadState"},
          {ProblemRole, "problem"}};
}

void HubDownloadModel::put(const app::DownloadSnapshot& snapshot) {
  if (snapshot.state == State::Cancelled) return remove(snapshot.id);
  const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const auto& row) { return row.id == snapshot.id; });
  if (found != m_rows.end()) {
    *found = snapshot;
    const QModelIndex row = index(static_cast<int>(found - m_rows.begin()));
    emit dataChanged(row, row);
  } else {
    beginInsertRows({}, 0, 0);
    m_rows.insert(m_rows.begin(), snapshot);
    endInsertRows();
  }
  emit changed();
}

void HubDownloadModel::remove(app::DownloadId id) {
  const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const auto& row) { return row.id == id; });
  if (found == m_rows.end()) return;
  const int row = static_cast<int>(found - m_rows.begin());
  beginRemoveRows({}, row, row);
  m_rows.erase(found);
  endRemoveRows();
  emit changed();
}

const app::DownloadSnapshot* HubDownloadModel::at(int row) const {
  return row >= 0 && row < count() ? &m_rows[static_cast<size_t>(row)] : nullptr;
}

bool HubDownloadModel::holds(const std::string& repository, const std::string& label) const {
  return std::any_of(m_rows.begin(), m_rows.end(), [&](const app::DownloadSnapshot& row) {
    const auto& include = row.request.include;
    const bool named = row.label == label || std::find(include.begin(), include.end(), label) != include.end();
    return !ended(row.state) && row.request.repository == repository && named;
  });
}

}  // namespace ui
