#include "ui/bridge/settings_bridge.h"

namespace ui {

SettingsBridge::SettingsBridge(app::Settings& settings, std::filesystem::path file, Tasks& tasks, QObject* parent)
    : QObject(parent), m_settings(settings), m_file(std::move(file)), m_tasks(tasks) {}

SettingsBridge::~SettingsBridge() {
  if (m_dirty) static_cast<void>(m_settings.writeFile(m_file));
}

bool SettingsBridge::fixed(std::string_view key) const {
  const app::SettingSource source = m_settings.source(key);
  return source == app::SettingSource::Environment || source == app::SettingSource::Flag;
}

engine::Result<void> SettingsBridge::store(std::string_view key, const std::string& value) {
  ENGINE_RETURN_IF_ERROR(m_settings.set(key, value, app::SettingSource::Stored));
  emit changed(QString::fromUtf8(key.data(), static_cast<qsizetype>(key.size())));
  saveSoon();
  return {};
}

void SettingsBridge::saveSoon() {
  m_dirty = true;
  if (m_saving) return;
  m_saving = true;
  m_dirty = false;
  m_tasks.run<engine::Result<void>>(
      this, [settings = m_settings, file = m_file] { return settings.writeFile(file); },
      [this](const engine::Result<void>& done) {
        m_saving = false;
        if (!done) emit saveFailed(QString::fromStdString(done.error().message));
        if (m_dirty) saveSoon();
      });
}

}  // namespace ui
