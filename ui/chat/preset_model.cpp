#include "ui/chat/preset_model.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>

namespace ui {

namespace {

constexpr const char* kKey = "presets";
constexpr size_t kMaxPresets = 200;

}  // namespace

PresetModel::PresetModel(QSettings& state, QObject* parent) : QAbstractListModel(parent), m_state(state) {
  const QJsonArray stored = QJsonDocument::fromJson(m_state.value(kKey).toString().toUtf8()).array();
  for (const QJsonValue value : stored) {
    const QJsonObject one = value.toObject();
    if (one["name"].toString().isEmpty() || m_presets.size() >= kMaxPresets) continue;
    const QByteArray parameters = QJsonDocument(one["parameters"].toObject()).toJson(QJsonDocument::Compact);
    m_presets.push_back({one["name"].toString(), one["system_prompt"].toString(), parameters.toStdString()});
  }
}

int PresetModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_presets.size());
}

QVariant PresetModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= rowCount() || role != Qt::DisplayRole) return {};
  return m_presets[static_cast<size_t>(index.row())].name;
}

QStringList PresetModel::names() const {
  QStringList all;
  for (const Preset& one : m_presets) all.append(one.name);
  return all;
}

const Preset* PresetModel::find(const QString& name) const {
  const auto found =
      std::find_if(m_presets.begin(), m_presets.end(), [&](const Preset& one) { return one.name == name; });
  return found != m_presets.end() ? &*found : nullptr;
}

void PresetModel::put(Preset preset) {
  preset.name = preset.name.simplified().left(80);
  if (preset.name.isEmpty()) return;
  const auto found =
      std::find_if(m_presets.begin(), m_presets.end(), [&](const Preset& one) { return one.name == preset.name; });
  beginResetModel();
  if (found != m_presets.end()) {
    *found = std::move(preset);
  } else if (m_presets.size() < kMaxPresets) {
    m_presets.push_back(std::move(preset));
  }
  endResetModel();
  save();
}

bool PresetModel::remove(const QString& name) {
  beginResetModel();
  const bool removed = std::erase_if(m_presets, [&](const Preset& one) { return one.name == name; }) > 0;
  endResetModel();
  if (removed) save();
  return removed;
}

void PresetModel::save() {
  QJsonArray stored;
  for (const Preset& one : m_presets) {
    stored.append(
        QJsonObject{{"name", one.name},
                    {"system_prompt", one.systemPrompt},
                    {"parameters", QJsonDocument::fromJson(QByteArray::fromStdString(one.parametersJson)).object()}});
  }
  m_state.setValue(kKey, QString::fromUtf8(QJsonDocument(stored).toJson(QJsonDocument::Compact)));
  emit namesChanged();
}

}  // namespace ui
