#include "ui/settings/settings_model.h"

#include <algorithm>
#include <array>

#include "ui/i18n/setting_words.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

struct Group {
  std::string_view name;
  const char* title;
};

constexpr std::array kGroups = {Group{"window", QT_TRANSLATE_NOOP("ui::SettingsModel", "Appearance")},
                                Group{"model", QT_TRANSLATE_NOOP("ui::SettingsModel", "Model")},
                                Group{"engine", QT_TRANSLATE_NOOP("ui::SettingsModel", "Load defaults")},
                                Group{"server", QT_TRANSLATE_NOOP("ui::SettingsModel", "Server")},
                                Group{"limits", QT_TRANSLATE_NOOP("ui::SettingsModel", "Server limits")}};

/// Chosen on other pages, or without effect in the window of this version.
constexpr std::array<std::string_view, 5> kElsewhere = {"model-path", "last-model", "api-keys", "max-model-len",
                                                        "conv-template"};

QString text(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// Words for what is a word; names of modes and types stay as flags spell them.
QString choiceName(std::string_view choice) {
  if (choice == "system") return SettingsModel::tr("System");
  if (choice == "light") return SettingsModel::tr("Light");
  if (choice == "dark") return SettingsModel::tr("Dark");
  if (choice == "en") return QStringLiteral("English");
  if (choice == "zh_CN") return QStringLiteral("简体中文");
  return text(choice);
}

}  // namespace

SettingsModel::SettingsModel(SettingsBridge& settings, QObject* parent)
    : QAbstractListModel(parent), m_settings(settings) {
  collect();
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    for (int row = 0; row < rowCount(); ++row) {
      if (text(m_rows[static_cast<size_t>(row)]->key) == key) emit dataChanged(index(row), index(row));
    }
  });
}

QStringList SettingsModel::groups() const {
  QStringList titles;
  for (const Group& group : kGroups) titles.append(tr(group.title));
  return titles;
}

void SettingsModel::setGroup(int group) {
  if (group == m_group || group < 0 || group >= static_cast<int>(kGroups.size())) return;
  beginResetModel();
  m_group = group;
  collect();
  endResetModel();
  emit groupChanged();
}

void SettingsModel::collect() {
  m_rows.clear();
  for (const app::SettingRow& row : app::settingRows()) {
    const bool elsewhere = std::find(kElsewhere.begin(), kElsewhere.end(), row.key) != kElsewhere.end();
    if (row.group == kGroups[static_cast<size_t>(m_group)].name && !elsewhere) m_rows.push_back(&row);
  }
}

int SettingsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant SettingsModel::data(const QModelIndex& index, int role) const {
  if (index.row() < 0 || index.row() >= rowCount()) return {};
  const app::SettingRow& row = *m_rows[static_cast<size_t>(index.row())];
  const app::Settings& settings = m_settings.settings();
  switch (role) {
    case KeyRole:
      return text(row.key);
    case LabelRole:
      return settingWords(row.label);
    case HelpRole:
      return settingWords(row.help);
    case FlagRole:
      return QStringLiteral("--") + text(row.key);
    case KindRole:
      return row.type == app::SettingType::Boolean  ? QStringLiteral("boolean")
             : row.type == app::SettingType::Choice ? QStringLiteral("choice")
                                                    : QStringLiteral("text");
    case ValueRole:
      return displayText(QString::fromStdString(settings.text(row.key)));
    case DefaultRole:
      return row.defaultValue.empty() ? tr("not set") : text(row.defaultValue);
    case ChoicesRole: {
      QStringList choices;
      for (const std::string_view choice : row.choices) choices.append(text(choice));
      return choices;
    }
    case ChoiceNamesRole: {
      QStringList names;
      for (const std::string_view choice : row.choices) names.append(choiceName(choice));
      return names;
    }
    case LockedRole:
      if (settings.source(row.key) == app::SettingSource::Flag) return tr("set by --%1").arg(text(row.key));
      if (settings.source(row.key) == app::SettingSource::Environment)
        return tr("set by %1").arg(text(row.environment));
      return settingWords(row.unavailable);
    case ChangedRole:
      return settings.source(row.key) == app::SettingSource::Stored && settings.text(row.key) != row.defaultValue;
    default:
      return {};
  }
}

QHash<int, QByteArray> SettingsModel::roleNames() const {
  return {{KeyRole, "key"},          {LabelRole, "label"},     {HelpRole, "help"},
          {FlagRole, "flag"},        {KindRole, "kind"},       {ValueRole, "value"},
          {DefaultRole, "standard"}, {ChoicesRole, "choices"}, {ChoiceNamesRole, "choiceNames"},
          {LockedRole, "locked"},    {ChangedRole, "changed"}};
}

QString SettingsModel::store(const QString& key, const QString& value) {
  const engine::Result<void> stored = m_settings.store(key.toStdString(), value.toStdString());
  return stored ? QString() : displayText(QString::fromStdString(stored.error().message));
}

void SettingsModel::reset(const QString& key) {
  const app::SettingRow* row = app::findSetting(key.toStdString());
  if (row != nullptr) static_cast<void>(m_settings.store(row->key, std::string(row->defaultValue)));
}

}  // namespace ui
