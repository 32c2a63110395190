#include "ui/model/load_choices.h"

#include <QCryptographicHash>

#include "ui/i18n/setting_words.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

QString fromView(std::string_view view) {
  return QString::fromUtf8(view.data(), static_cast<qsizetype>(view.size()));
}

}  // namespace

LoadChoices::LoadChoices(SettingsBridge& settings, QSettings& state, QObject* parent)
    : QObject(parent), m_settings(settings), m_state(state), m_local(settings.settings()) {
  connect(&m_settings, &SettingsBridge::changed, this, [this](const QString& key) {
    const app::SettingRow* row = app::findSetting(key.toStdString());
    layer();
    if (row != nullptr && (row->group == "model" || row->group == "engine")) emit changed();
  });
}

void LoadChoices::open(const QString& path) {
  m_group = QStringLiteral("model-") +
            QString::fromLatin1(QCryptographicHash::hash(path.toUtf8(), QCryptographicHash::Sha1).toHex().left(16));
  m_own.clear();
  m_state.beginGroup(m_group);
  m_state.beginGroup(QStringLiteral("choices"));
  for (const QString& key : m_state.childKeys()) {
    m_own[key.toStdString()] = m_state.value(key).toString().toStdString();
  }
  m_state.endGroup();
  m_state.endGroup();
  layer();
  emit changed();
}

/// The settings with this model's own values over the stored ones: flags and the environment still beat both.
void LoadChoices::layer() {
  m_local = m_settings.settings();
  for (auto it = m_own.begin(); it != m_own.end();) {
    const bool good = it->first == kQuantization || (app::findSetting(it->first) != nullptr &&
                                                     m_local.set(it->first, it->second, app::SettingSource::Stored));
    it = good ? std::next(it) : m_own.erase(it);
  }
}

QString LoadChoices::text(std::string_view key) const {
  const auto own = m_own.find(key);
  if (key == kQuantization && own != m_own.end()) return QString::fromStdString(own->second);
  return QString::fromStdString(m_local.text(key));
}

QString LoadChoices::standard(std::string_view key) const {
  return QString::fromStdString(m_settings.settings().text(key));
}

QString LoadChoices::locked(std::string_view key) const {
  const app::SettingRow* row = app::findSetting(key);
  if (row == nullptr) return {};
  const app::SettingSource source = m_settings.settings().source(key);
  if (source == app::SettingSource::Flag) return tr("set by --%1").arg(fromView(row->key));
  if (source == app::SettingSource::Environment) return tr("set by %1").arg(fromView(row->environment));
  return settingWords(row->unavailable);
}

QString LoadChoices::store(std::string_view key, const std::string& value) {
  const app::SettingRow* row = app::findSetting(key);
  if (row == nullptr || m_group.isEmpty()) return {};
  const std::string& standard = m_settings.settings().text(row->key);
  if (value.empty() || value == standard) {
    if (m_own.erase(std::string(row->key)) == 0) return {};
  } else {
    app::Settings tried = m_settings.settings();
    if (const auto set = tried.set(row->key, value, app::SettingSource::Stored); !set) {
      return displayText(QString::fromStdString(set.error().message));
    }
    m_own[std::string(row->key)] = value;
  }
  layer();
  save();
  emit changed();
  return {};
}

void LoadChoices::setQuantization(const QString& mode) {
  if (m_group.isEmpty() || mode == quantization()) return;
  if (mode == standard(kQuantization)) {
    m_own.erase(std::string(kQuantization));
  } else {
    m_own[std::string(kQuantization)] = mode.toStdString();
  }
  save();
  emit changed();
}

void LoadChoices::reset() {
  if (m_own.empty()) return;
  m_own.clear();
  layer();
  save();
  emit changed();
}

void LoadChoices::save() {
  m_state.beginGroup(m_group);
  m_state.beginGroup(QStringLiteral("choices"));
  m_state.remove(QString());
  for (const auto& [key, value] : m_own) {
    m_state.setValue(QString::fromStdString(key), QString::fromStdString(value));
  }
  m_state.endGroup();
  m_state.endGroup();
}

QStringList LoadChoices::flags() const {
  QStringList flags;
  for (const auto& [key, value] : m_own) {
    flags.append(QStringLiteral("--") + QString::fromStdString(key));
    flags.append(QString::fromStdString(value));
  }
  return flags;
}

}  // namespace ui
