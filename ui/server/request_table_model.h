// Requests in progress and lately ended, row by row; rows that stay are updated in place.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <vector>

#include "app/http_server.h"

namespace ui {

class RequestTableModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ServerModel")
  Q_PROPERTY(int count READ count NOTIFY changed)
  Q_PROPERTY(int running READ running NOTIFY changed)
  Q_PROPERTY(int waiting READ waiting NOTIFY changed)
  /// Tokens a second of all running requests together, as text; empty when none runs.
  Q_PROPERTY(QString togetherSpeed READ togetherSpeed NOTIFY changed)

 public:
  enum Role {
    IdRole = Qt::UserRole,
    TimeRole,
    ClientRole,
    ModelRole,
    EndpointRole,
    PromptRole,
    GeneratedRole,
    StateRole,   ///< "queued", "prefill", "generating", "done", "cancelled", "failed"
    StatusRole,  ///< HTTP status, 0 while undecided
    SpeedRole,
    SecondsRole,
    StateWordsRole,
    LiveRole,
  };

  explicit RequestTableModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int running() const;
  int waiting() const;
  QString togetherSpeed() const;
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Rows that stay keep their place on the screen and their focus.
  void setRequests(std::vector<app::LiveRequest> requests);
  const std::vector<app::LiveRequest>& rows() const { return m_rows; }

 signals:
  void changed();

 private:
  std::vector<app::LiveRequest> m_rows;
};

}  // namespace ui
