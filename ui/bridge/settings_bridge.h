// The settings on the GUI thread: changes are validated at once and written to the file on a worker thread.
#pragma once

#include <QObject>
#include <filesystem>
#include <memory>

#include "app/settings.h"
#include "ui/bridge/tasks.h"

namespace ui {

class SettingsBridge : public QObject {
  Q_OBJECT

 public:
  /// `settings` is shared with the program; `file` is settings.json.
  SettingsBridge(app::Settings& settings, std::filesystem::path file, Tasks& tasks, QObject* parent = nullptr);
  ~SettingsBridge() override;

  const app::Settings& settings() const { return m_settings; }
  /// True when a flag or the environment fixes the value for this run.
  bool fixed(std::string_view key) const;
  /// Stores a value; an Error names the allowed range and nothing changes.
  engine::Result<void> store(std::string_view key, const std::string& value);

 signals:
  void changed(const QString& key);
  /// The value holds for this run, but the file could not be written.
  void saveFailed(const QString& why);

 private:
  void saveSoon();

  app::Settings& m_settings;
  std::filesystem::path m_file;
  Tasks& m_tasks;
  bool m_saving = false, m_dirty = false;
};

}  // namespace ui
