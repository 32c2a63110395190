// Downloads as rows of words and a number.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <vector>

#include "app/hub.h"

namespace ui {

class HubDownloadModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by HubPageModel")
  Q_PROPERTY(int count READ count NOTIFY changed)
  Q_PROPERTY(int active READ active NOTIFY changed)

 public:
  enum Role { NameRole = Qt::UserRole, LineRole, ProgressRole, StateRole, ProblemRole };

  explicit HubDownloadModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_rows.size()); }
  /// Those that run or wait.
  int active() const;
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Takes in the newest state of a download; a cancelled one goes.
  void put(const app::DownloadSnapshot& snapshot);
  void remove(app::DownloadId id);
  /// Null past the end.
  const app::DownloadSnapshot* at(int row) const;
  /// Whether an unfinished download of this repository and choice is in the list.
  bool holds(const std::string& repository, const std::string& label) const;

 signals:
  void changed();

 private:
  std::vector<app::DownloadSnapshot> m_rows;
};

}  // namespace ui
