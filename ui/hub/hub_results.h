// Rows of a search on the hub. Texts come from strangers and are shown as plain, visible text.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <vector>

#include "app/hub.h"

namespace ui {

class HubResultModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by HubPageModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role { RepositoryRole = Qt::UserRole, DetailRole, FormatRole, GatedRole };

  explicit HubResultModel(QObject* parent = nullptr);

  int count() const { return static_cast<int>(m_models.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void clear();
  void append(std::vector<app::HubModel> models);
  /// The id as the hub spells it, not as it is shown; empty past the end.
  Q_INVOKABLE QString repositoryAt(int row) const;

 signals:
  void countChanged();

 private:
  std::vector<app::HubModel> m_models;
};

/// "1.2 M", "34 k", "512".
QString shortCount(uint64_t value);

}  // namespace ui
