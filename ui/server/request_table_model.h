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

 public:
  enum Role {
    IdRole = Qt::UserRole,
    TimeRole,
    ClientRole,
    EndpointRole,
    PromptRole,
    GeneratedRole,
    StateRole,   ///< "queued", "prefill", "generating", "done", "cancelled", "failed"
    StatusRole,  ///< HTTP status, 0 while undecided
    SpeedRole,
    SecondsRole,
    LiveRole,
  };

  explicit RequestTableModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  int running() const;
  int waiting() const;
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void setRequests(std::vector<app::LiveRequest> requests);

 signals:
  void changed();

 private:
  std::vector<app::LiveRequest> m_rows;
};

}  // namespace ui
