#include "ui/hub/hub_results.h"

#include <QLocale>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

QString shown(const std::string& text) {
  return visibleName(QString::fromStdString(text));
}

QString detail(const app::HubModel& model) {
  QStringList parts;
  if (model.parameters > 0) parts << parametersText(model.parameters);
  if (model.bytes > 0) parts << bytesText(model.bytes);
  if (!model.licence.empty()) parts << shown(model.licence);
  parts << HubResultModel::tr("%1 downloads").arg(shortCount(model.downloads));
  if (!model.updated.empty()) parts << HubResultModel::tr("changed %1").arg(shown(model.updated).left(10));
  return parts.join(QStringLiteral(" · "));
}

}  // namespace

QString shortCount(uint64_t value) {
  const auto number = static_cast<double>(value);
  if (value >= 1'000'000) return QLocale().toString(number / 1e6, 'f', 1) + QStringLiteral(" M");
  if (value >= 1'000) return QLocale().toString(number / 1e3, 'f', 0) + QStringLiteral(" k");
  return QLocale().toString(number, 'f', 0);
}

HubResultModel::HubResultModel(QObject* parent) : QAbstractListModel(parent) {}

int HubResultModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant HubResultModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= count()) return {};
  const app::HubModel& model = m_models[static_cast<size_t>(index.row())];
  switch (role) {
    case RepositoryRole:
      return shown(model.id);
    case DetailRole:
      return detail(model);
    case FormatRole:
      return model.gguf ? QStringLiteral("GGUF") : model.safetensors ? QStringLiteral("safetensors") : QString();
    case GatedRole:
      return model.gate != app::HubGate::Open || model.isPrivate;
    default:
      return {};
  }
}

QHash<int, QByteArray> HubResultModel::roleNames() const {
  return {{RepositoryRole, "repository"}, {DetailRole, "detail"}, {FormatRole, "format"}, {GatedRole, "gated"}};
}

void HubResultModel::clear() {
  if (m_models.empty()) return;
  beginResetModel();
  m_models.clear();
  endResetModel();
  emit countChanged();
}

void HubResultModel::append(std::vector<app::HubModel> models) {
  if (models.empty()) return;
  beginInsertRows({}, count(), count() + static_cast<int>(models.size()) - 1);
  m_models.insert(m_models.end(), std::make_move_iterator(models.begin()), std::make_move_iterator(models.end()));
  endInsertRows();
  emit countChanged();
}

QString HubResultModel::repositoryAt(int row) const {
  if (row < 0 || row >= count()) return {};
  return QString::fromStdString(m_models[static_cast<size_t>(row)].id);
}

}  // namespace ui
