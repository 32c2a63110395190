// The quantization table: one row a mode of the engine's list, with exact bytes, speed and whether it fits; a mode
// that this build lacks says why.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QAbstractListModel>
#include <optional>
#include <vector>

#include "engine/capabilities.h"

namespace ui {

/// What one mode would cost.
struct ModePlan {
  engine::QuantizationMode mode;
  std::optional<engine::MemoryPlan> plan;  ///< absent where the mode is not available or cannot be planned
  QString error;                           ///< why it cannot be planned
};

class QuantizationModel : public QAbstractListModel {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ModelPageModel")
  Q_PROPERTY(int count READ count NOTIFY countChanged)
  Q_PROPERTY(int chosen READ chosen NOTIFY chosenChanged)
  Q_PROPERTY(double bandwidth READ bandwidth NOTIFY bandwidthChanged)

 public:
  enum Role {
    ModeRole = Qt::UserRole,
    AvailableRole,
    ReasonRole,
    ChosenRole,
    WeightsRole,
    TotalRole,
    FitsRole,
    FitsTextRole,
    SpeedRole,
    QualityRole,
  };

  using QAbstractListModel::QAbstractListModel;

  int count() const { return static_cast<int>(m_rows.size()); }
  int chosen() const;
  /// Bytes a second that the device reads, measured; 0 while it is not known.
  double bandwidth() const { return m_bandwidth; }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void setRows(std::vector<ModePlan> rows);
  void setChosen(const QString& mode);
  void setBandwidth(double bytesPerSecond);
  /// All plans for another context, at once.
  void setContext(const engine::EngineOptions& options, uint32_t trained, uint32_t context);

  const std::vector<ModePlan>& rows() const { return m_rows; }
  /// The plan of the chosen mode, or null.
  const engine::MemoryPlan* chosenPlan() const;
  /// The chosen mode, None when it is not in the list.
  engine::Quantization chosenMode() const;

 signals:
  void countChanged();
  void chosenChanged();
  void bandwidthChanged();

 private:
  void rowsChanged();

  std::vector<ModePlan> m_rows;
  QString m_chosen = QStringLiteral("none");
  double m_bandwidth = 0;
};

}  // namespace ui
