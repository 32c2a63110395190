// Whether the desktop prefers dark windows. Qt 6.4 does not say, so the desktop portal is asked, and the palette while
// it has not answered or is not there.
#pragma once

#include <QObject>
#include <QVariant>

class QDBusVariant;

namespace ui {

class SystemScheme : public QObject {
  Q_OBJECT

 public:
  explicit SystemScheme(QObject* parent = nullptr);

  bool dark() const { return m_dark; }
  /// Asks the portal without waiting; changed() follows when the answer differs from the palette's.
  void askPortal();

 signals:
  void changed();

 private slots:
  void portalChanged(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  bool eventFilter(QObject* watched, QEvent* event) override;
  void setFromPalette();
  void setFromPortal(const QVariant& value);
  void setDark(bool dark);

  bool m_dark = false;
  bool m_portalAnswered = false;
};

}  // namespace ui
