// How one model is to be loaded: the settings, and over them what was chosen for this model last. Kept with the
// window's state, one group a model.
#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>
#include <map>
#include <string>
#include <string_view>

#include "app/settings.h"
#include "ui/bridge/settings_bridge.h"

namespace ui {

class LoadChoices : public QObject {
  Q_OBJECT

 public:
  LoadChoices(SettingsBridge& settings, QSettings& state, QObject* parent = nullptr);

  /// Takes up what was used last with the model at `path`.
  void open(const QString& path);

  /// The settings as they hold for this model. Quantization is not among them, see quantization().
  const app::Settings& settings() const { return m_local; }
  QString text(std::string_view key) const;
  /// What holds where this model says nothing.
  QString standard(std::string_view key) const;
  /// This model says something of its own.
  bool own(std::string_view key) const { return m_own.find(key) != m_own.end(); }
  bool any() const { return !m_own.empty(); }
  /// Why a value cannot be changed here: a flag or the environment fixes it, or this build has nothing else. Empty when
  /// it can.
  QString locked(std::string_view key) const;

  /// Empty when stored, else the allowed range in words. An empty value takes this model's own away.
  QString store(std::string_view key, const std::string& value);
  void reset();

  /// The mode's name. It is the engine's list of modes, not the schema, that says which there are.
  QString quantization() const { return text(kQuantization); }
  void setQuantization(const QString& mode);

  /// As flags of the command line, this model's own values only.
  QStringList flags() const;

 signals:
  void changed();

 private:
  static constexpr std::string_view kQuantization = "quantization";
  void layer();
  void save();

  SettingsBridge& m_settings;
  QSettings& m_state;
  QString m_group;
  app::Settings m_local;
  std::map<std::string, std::string, std::less<>> m_own;
};

}  // namespace ui
