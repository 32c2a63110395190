// The window's own state: which page, light or dark, where the window stood.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QRect>
#include <QUrl>

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
  Q_PROPERTY(QString accent READ accent NOTIFY lookChanged)
  Q_PROPERTY(double zoom READ zoom NOTIFY lookChanged)
  Q_PROPERTY(int readingSize READ readingSize NOTIFY lookChanged)
  Q_PROPERTY(bool moreContrast READ moreContrast NOTIFY lookChanged)
  Q_PROPERTY(bool lessMotion READ lessMotion NOTIFY lookChanged)
  Q_PROPERTY(QString notice READ notice NOTIFY noticeChanged)
  Q_PROPERTY(QUrl home READ home CONSTANT)

 public:
  ShellModel(SettingsBridge& settings, QSettings& state, QString notice = {}, QObject* parent = nullptr);

  /// "chat", "model", "server", "monitor" or "settings".
  QString page() const { return m_page; }
  void setPage(const QString& page);
  /// As the setting "theme" says: light, dark, or as the system has it.
  bool dark() const;
  QString accent() const;
  /// How much larger everything is than it was at the start, when the setting "scale" was `startScale`.
  double zoom() const;
  int readingSize() const;
  bool moreContrast() const;
  bool lessMotion() const;
  /// One step of the size of everything: 1 larger, -1 smaller, 0 as it was at first.
  Q_INVOKABLE void changeScale(int step);
  /// Where pickers begin.
  QUrl home() const;

  /// What was found amiss at the start and settings that could not be saved since, in words; empty when it was nothing,
  /// or was read.
  QString notice() const { return m_notice; }
  Q_INVOKABLE void dismissNotice();
  /// Asks for the program to be started anew: a GPU that was lost comes back only to a new one.
  Q_INVOKABLE void restart() { emit restartWanted(); }

  /// The scale that Qt itself draws with since the start of the program.
  void setStartScale(double scale) { m_startScale = scale; }
  /// The window's place at the last end, moved onto a screen that is there; empty when there was none.
  Q_INVOKABLE QRect savedGeometry() const;
  Q_INVOKABLE bool savedMaximized() const;
  Q_INVOKABLE void saveGeometry(const QRect& geometry, bool maximized);

 signals:
  void pageChanged();
  void darkChanged();
  void lookChanged();
  void noticeChanged();
  void restartWanted();

 private:
  void addNotice(const QString& text);

  SettingsBridge& m_settings;
  QSettings& m_state;
  SystemScheme m_systemScheme;
  QString m_page = QStringLiteral("chat");
  QString m_notice;
  double m_startScale = 1;
};

}  // namespace ui
