// The window's language: as the setting says, or as the system has it. Catalogues are resources of the program.
#pragma once

#include <QObject>
#include <QTranslator>

#include "ui/bridge/settings_bridge.h"

namespace ui {

/// Installs the translators; strings asked for after its construction are in the right language.
class Language : public QObject {
  Q_OBJECT

 public:
  explicit Language(SettingsBridge& settings, QObject* parent = nullptr);
  ~Language() override;

  /// "en" or "zh_CN".
  const QString& code() const { return m_code; }

 signals:
  /// tr() answers in another language; what is shown has to be asked for again (retranslate.h).
  void changed();

 private:
  void apply();

  SettingsBridge& m_settings;
  QTranslator m_ours, m_qts;
  QString m_code;
};

/// The language that a system with these preferences ("zh-Hans-CN", best first) gets.
QString languageFor(const QStringList& preferences);

}  // namespace ui
