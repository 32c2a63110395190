// The window's own state: which page, light or dark, where the window stood.
#pragma once

#include <QObject>
#include <QRect>
#include <QtQmlIntegration>
#include <memory>

#include "app/app_context.h"
#include "ui/theme/system_scheme.h"

class QSettings;

namespace ui {

class ShellModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(QString page READ page WRITE setPage NOTIFY pageChanged)
  Q_PROPERTY(QString scheme READ scheme WRITE setScheme NOTIFY schemeChanged)
  Q_PROPERTY(bool dark READ dark NOTIFY darkChanged)
  Q_PROPERTY(bool starterAvailable READ starterAvailable CONSTANT)

 public:
  explicit ShellModel(const app::AppPaths& paths, QObject* parent = nullptr);
  ~ShellModel() override;

  /// "chat", "model", "server" or "settings".
  QString page() const { return m_page; }
  void setPage(const QString& page);
  /// "system", "light" or "dark".
  QString scheme() const { return m_scheme; }
  void setScheme(const QString& scheme);
  bool dark() const;
  bool starterAvailable() const { return m_starterAvailable; }

  /// The window's place at the last end, empty when there was none.
  Q_INVOKABLE QRect savedGeometry() const;
  Q_INVOKABLE bool savedMaximized() const;
  Q_INVOKABLE void saveGeometry(const QRect& geometry, bool maximized);

 signals:
  void pageChanged();
  void schemeChanged();
  void darkChanged();

 private:
  std::unique_ptr<QSettings> m_state;
  SystemScheme m_systemScheme;
  QString m_page = QStringLiteral("chat");
  QString m_scheme = QStringLiteral("system");
  bool m_starterAvailable = false;
};

}  // namespace ui
