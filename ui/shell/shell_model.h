// The window's own state: which page, light or dark, where the window stood.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QRect>
#include <QUrl>

#include "app/app_context.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/theme/system_scheme.h"

class QSettings;

namespace ui {

class ShellModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(QString page READ page WRITE setPage NOTIFY pageChanged)
  Q_PROPERTY(bool dark READ dark NOTIFY darkChanged)
  Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)
  Q_PROPERTY(QUrl home READ home CONSTANT)
  Q_PROPERTY(bool starterAvailable READ starterAvailable CONSTANT)

 public:
  ShellModel(const app::AppPaths& paths, SettingsBridge& settings, QSettings& state, QString notice = {},
             QObject* parent = nullptr);

  /// "chat", "model", "server", "monitor" or "settings".
  QString page() const { return m_page; }
  void setPage(const QString& page);
  /// As the setting "theme" says: light, dark, or as the system has it.
  bool dark() const;
  /// Where pickers begin.
  QUrl home() const;
  bool starterAvailable() const { return m_starterAvailable; }

  /// What was found amiss at the start and settings that could not be saved since, in words; empty when it was nothing,
  /// or was read.
  QString notice() const { return m_notice; }
  Q_INVOKABLE void dismissNotice();
  /// Asks for the program to be started anew: a GPU that was lost comes back only to a new one.
  Q_INVOKABLE void restart() { emit restartWanted(); }

  /// The window's place at the last end, empty when there was none.
  Q_INVOKABLE QRect savedGeometry() const;
  Q_INVOKABLE bool savedMaximized() const;
  Q_INVOKABLE void saveGeometry(const QRect& geometry, bool maximized);

 signals:
  void pageChanged();
  void darkChanged();
  void noticeChanged();
  void restartWanted();

 private:
  void addNotice(const QString& text);

  SettingsBridge& m_settings;
  QSettings& m_state;
  SystemScheme m_systemScheme;
  QString m_page = QStringLiteral("chat");
  QString m_notice;
  bool m_starterAvailable = false;
};

}  // namespace ui
