#include "ui/model/quantization_model.h"

#include <QLocale>
#include <algorithm>

#include "kernels/backend.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

QString quality(engine::Quantization mode) {
  using Mode = engine::Quantization;
  switch (mode) {
    case Mode::None:
      return QuantizationModel::tr("As stored");
    case Mode::Ifq:
      return QuantizationModel::tr("Almost lossless, int8 weights");
    case Mode::IfqNf4:
      return QuantizationModel::tr("Small loss; check it on your task");
    case Mode::Fp8:
      return QuantizationModel::tr("Very close, 8-bit floats");
    case Mode::SmoothQuant:
      return QuantizationModel::tr("8-bit weights and activations");
    case Mode::Auto:
      return QuantizationModel::tr("Chooses by what fits");
  }
  return {};
}

}  // namespace

int QuantizationModel::chosen() const {
  for (int row = 0; row < count(); ++row) {
    if (m_rows[static_cast<size_t>(row)].mode.name == m_chosen.toStdString()) return row;
  }
  return -1;
}

int QuantizationModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant QuantizationModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const ModePlan& row = m_rows[static_cast<size_t>(index.row())];
  const engine::DeviceMemoryPlan* device =
      row.plan && !row.plan->devices.empty() ? &row.plan->devices.front() : nullptr;
  switch (role) {
    case ModeRole:
      return QString::fromStdString(row.mode.name);
    case AvailableRole:
      return row.mode.available && row.error.isEmpty();
    case ReasonRole:
      return row.mode.available ? row.error : displayText(QString::fromStdString(row.mode.reason));
    case ChosenRole:
      return QString::fromStdString(row.mode.name) == m_chosen;
    case WeightsRole:
      return device != nullptr ? ui::gigabytes(device->weights) : QString();
    case TotalRole:
      return device != nullptr ? ui::gigabytes(device->needed()) : QString();
    case FitsRole:
      return row.plan && row.plan->fits;
    case FitsTextRole:
      if (device == nullptr) return QString();
      // A GPU's cache takes what is left over: then the room in it says more.
      if (row.plan->fits && row.plan->kvBlocks / 2 > row.plan->contextLength / kernels::kKvBlockTokens &&
          device->device != "cpu") {
        return tr("room for %1 tokens").arg(QLocale().toString(quint64{row.plan->kvBlocks} * kernels::kKvBlockTokens));
      }
      if (row.plan->fits) return tr("%1 free").arg(bytesText(static_cast<uint64_t>(device->freeAfter())));
      if (row.plan->largestContext > 0) return tr("up to %1 tokens").arg(QLocale().toString(row.plan->largestContext));
      return tr("%1 missing").arg(bytesText(static_cast<uint64_t>(-device->freeAfter())));
    case SpeedRole: {
      if (!row.plan || row.plan->weightBytesPerToken == 0 || m_bandwidth <= 0) return QStringLiteral("–");
      const double speed = m_bandwidth / static_cast<double>(row.plan->weightBytesPerToken);
      constexpr double kWholeFrom = 10;
      return QLocale().toString(speed, 'f', speed >= kWholeFrom ? 0 : 1);
    }
    case QualityRole:
      return quality(row.mode.mode);
    default:
      return {};
  }
}

QHash<int, QByteArray> QuantizationModel::roleNames() const {
  return {{ModeRole, "mode"},       {AvailableRole, "available"}, {ReasonRole, "reason"}, {ChosenRole, "chosen"},
          {WeightsRole, "weights"}, {TotalRole, "total"},         {FitsRole, "fits"},     {FitsTextRole, "fitsText"},
          {SpeedRole, "speed"},     {QualityRole, "quality"}};
}

void QuantizationModel::rowsChanged() {
  if (count() > 0) emit dataChanged(index(0), index(count() - 1));
}

void QuantizationModel::setRows(std::vector<ModePlan> rows) {
  const auto sameMode = [](const ModePlan& a, const ModePlan& b) { return a.mode.name == b.mode.name; };
  if (std::equal(rows.begin(), rows.end(), m_rows.begin(), m_rows.end(), sameMode)) {
    m_rows = std::move(rows);
    return rowsChanged();
  }
  beginResetModel();
  m_rows = std::move(rows);
  endResetModel();
  emit countChanged();
  emit chosenChanged();
}

void QuantizationModel::setChosen(const QString& mode) {
  if (mode == m_chosen) return;
  m_chosen = mode;
  rowsChanged();
  emit chosenChanged();
}

void QuantizationModel::setBandwidth(double bytesPerSecond) {
  m_bandwidth = bytesPerSecond;
  rowsChanged();
  emit bandwidthChanged();
}

void QuantizationModel::setContext(const engine::EngineOptions& options, uint32_t trained, uint32_t context) {
  for (ModePlan& row : m_rows) {
    if (row.plan) row.plan = engine::planForContext(std::move(*row.plan), options, trained, context);
  }
  rowsChanged();
}

const engine::MemoryPlan* QuantizationModel::chosenPlan() const {
  const int row = chosen();
  if (row < 0) return nullptr;
  const ModePlan& plan = m_rows[static_cast<size_t>(row)];
  return plan.plan ? &*plan.plan : nullptr;
}

engine::Quantization QuantizationModel::chosenMode() const {
  const int row = chosen();
  return row < 0 ? engine::Quantization::None : m_rows[static_cast<size_t>(row)].mode.mode;
}

}  // namespace ui
