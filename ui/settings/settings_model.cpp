#include "ui/settings/settings_model.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QGuiApplication>
#include <algorithm>
#include <array>

#include "ui/i18n/setting_words.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/settings/setting_places.h"

namespace ui {

namespace {

/// By SettingsModel::Section.
constexpr std::array kTitles = {QT_TRANSLATE_NOOP("ui::SettingsModel", "Appearance"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Chat"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Models and folders"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Load defaults"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Server"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Privacy and keys"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "Shortcuts"),
                                QT_TRANSLATE_NOOP("ui::SettingsModel", "About Hearth")};

QString text(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

/// A value as it is shown: of secrets only how many there are.
QString shownValue(const app::SettingRow& row, const std::string& value) {
  if (!isSecret(row)) return displayText(QString::fromStdString(value));
  return SettingsModel::tr("Keys: %1").arg(value.empty() ? 0 : 1 + std::count(value.begin(), value.end(), ','));
}

}  // namespace

SettingsModel::SettingsModel(SettingsBridge& settings, app::AppPaths paths, QObject* parent)
    : QAbstractListModel(parent), m_settings(settings), m_paths(std::move(paths)) {
  collect();
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    for (int row = 0; row < rowCount(); ++row) {
      if (text(m_rows[static_cast<size_t>(row)]->key) == key) emit dataChanged(index(row), index(row));
    }
  });
}

QStringList SettingsModel::sections() const {
  QStringList titles;
  for (const char* title : kTitles) titles.append(tr(title));
  return titles;
}

void SettingsModel::setSection(int section) {
  if (section < 0 || section >= static_cast<int>(kTitles.size())) return;
  const bool searching = !m_search.isEmpty();
  if (section == m_section && !searching) return;
  beginResetModel();
  m_section = section;
  m_search.clear();
  collect();
  endResetModel();
  emit sectionChanged();
  if (searching) emit searchChanged();
  emit countChanged();
}

void SettingsModel::setSearch(const QString& search) {
  if (search == m_search) return;
  beginResetModel();
  m_search = search;
  collect();
  endResetModel();
  emit searchChanged();
  emit countChanged();
}

QString SettingsModel::version() const {
  return QCoreApplication::applicationVersion();
}

QStringList SettingsModel::folders() const {
  const auto path = [](const std::filesystem::path& folder) {
    return displayText(QString::fromStdString(folder.string()));
  };
  return {tr("Settings and window"), path(m_paths.config), tr("Chats and downloads in progress"),
          path(m_paths.data),        tr("Starter model"),  path(m_paths.cache)};
}

bool SettingsModel::found(const app::SettingRow& row, const QString& words) const {
  const QStringList texts = {settingWords(row.label),
                             settingWords(row.help),
                             text(row.label),
                             text(row.help),
                             text(row.key),
                             text(row.environment),
                             tr(kTitles[static_cast<size_t>(sectionOf(row))])};
  const QStringList parts = words.split(u' ', Qt::SkipEmptyParts);
  return std::all_of(parts.begin(), parts.end(), [&texts](const QString& part) {
    return std::any_of(texts.begin(), texts.end(),
                       [&part](const QString& each) { return each.contains(part, Qt::CaseInsensitive); });
  });
}

void SettingsModel::collect() {
  m_rows.clear();
  const QString words = m_search.trimmed();
  for (const app::SettingRow& row : app::settingRows()) {
    if (words.isEmpty() ? sectionOf(row) == m_section : found(row, words)) m_rows.push_back(&row);
  }
  std::stable_sort(m_rows.begin(), m_rows.end(), [](const app::SettingRow* one, const app::SettingRow* other) {
    return sectionOf(*one) < sectionOf(*other);
  });
}

int SettingsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

bool SettingsModel::sameCard(int one, int other) const {
  if (one < 0 || other < 0 || one >= rowCount() || other >= rowCount()) return false;
  const app::SettingRow &first = *m_rows[static_cast<size_t>(one)], &second = *m_rows[static_cast<size_t>(other)];
  return sectionOf(first) == sectionOf(second) && cardOf(first) == cardOf(second);
}

QString SettingsModel::title(int row) const {
  const app::SettingRow& setting = *m_rows[static_cast<size_t>(row)];
  if (cardOf(setting) == "limits") return tr("Server limits");
  if (cardOf(setting) == "compatibility") return tr("Flags of other programs");
  return tr(kTitles[static_cast<size_t>(sectionOf(setting))]);
}

QString SettingsModel::note(const app::SettingRow& row) const {
  if (row.group == "engine") return tr("Load defaults take effect with the next load.");
  if (row.group == "limits") return tr("Server settings take effect when the server is switched on again.");
  return {};
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
      // Nobody types those of the window's look.
      return row.group == "window" ? QString() : QStringLiteral("--") + text(row.key);
    case EnvironmentRole:
      return text(row.environment);
    case KindRole:
      return controlOf(row);
    case ValueRole:
      return shownValue(row, settings.text(row.key));
    case DefaultRole:
      if (row.type == app::SettingType::Boolean) return row.defaultValue == "true" ? tr("on") : tr("off");
      return choiceName(row.defaultValue);
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
    case SourceRole:
      if (settings.source(row.key) == app::SettingSource::Flag) return tr("set by --%1").arg(text(row.key));
      if (settings.source(row.key) == app::SettingSource::Environment)
        return tr("set by %1").arg(text(row.environment));
      return QString();
    case BlockedRole:
      return settingWords(row.unavailable);
    case ChangedRole:
      return settings.source(row.key) == app::SettingSource::Stored && settings.text(row.key) != row.defaultValue;
    case MinimumRole:
      return row.minimum.value_or(0);
    case MaximumRole:
      return row.maximum.value_or(0);
    case TitleRole:
      return sameCard(index.row() - 1, index.row()) ? QString() : title(index.row());
    case LastRole:
      return !sameCard(index.row(), index.row() + 1);
    case NoteRole:
      return sameCard(index.row(), index.row() + 1) ? QString() : note(row);
    default:
      return {};
  }
}

QHash<int, QByteArray> SettingsModel::roleNames() const {
  return {{KeyRole, "key"},         {LabelRole, "label"},      {HelpRole, "help"},
          {FlagRole, "flag"},       {KindRole, "kind"},        {EnvironmentRole, "environment"},
          {ValueRole, "value"},     {DefaultRole, "standard"}, {ChoicesRole, "choices"},
          {SourceRole, "source"},   {BlockedRole, "blocked"},  {ChoiceNamesRole, "choiceNames"},
          {ChangedRole, "changed"}, {MinimumRole, "minimum"},  {MaximumRole, "maximum"},
          {TitleRole, "title"},     {LastRole, "last"},        {NoteRole, "note"}};
}

QString SettingsModel::store(const QString& key, const QString& value) {
  const engine::Result<void> stored = m_settings.store(key.toStdString(), value.toStdString());
  return stored ? QString() : displayText(QString::fromStdString(stored.error().message));
}

QString SettingsModel::storePath(const QString& key, const QUrl& picked) {
  const QString path = picked.toLocalFile();
  const app::SettingRow* row = app::findSetting(key.toStdString());
  if (row == nullptr || path.isEmpty()) return {};
  const QString before = QString::fromStdString(m_settings.settings().text(row->key));
  const bool added = row->type == app::SettingType::List && !before.isEmpty();
  return store(key, added ? before + u',' + path : path);
}

void SettingsModel::reset(const QString& key) {
  static_cast<void>(store(key, QString()));
}

QString SettingsModel::picker(const QString& key) const {
  const app::SettingRow* row = app::findSetting(key.toStdString());
  return row != nullptr ? pickerOf(*row) : QString();
}

void SettingsModel::copy(const QString& text) const {
  QGuiApplication::clipboard()->setText(text);
}

}  // namespace ui
