// A formula as an item: as large as it is, or nothing where it is not understood.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QColor>
#include <QQuickPaintedItem>

#include "ui/math/math_layout.h"

namespace ui {

class MathView : public QQuickPaintedItem {
  Q_OBJECT
  QML_ELEMENT
  Q_PROPERTY(QString tex MEMBER m_tex WRITE setTex NOTIFY changed)
  Q_PROPERTY(QColor ink MEMBER m_ink WRITE setInk NOTIFY changed)
  Q_PROPERTY(qreal pixelSize MEMBER m_pixelSize WRITE setPixelSize NOTIFY changed)
  /// False where the source has to be shown instead.
  Q_PROPERTY(bool understood READ understood NOTIFY changed)

 public:
  explicit MathView(QQuickItem* parent = nullptr);

  void paint(QPainter* painter) override;
  bool understood() const { return m_picture.width > 0; }
  void setTex(const QString& tex);
  void setInk(const QColor& ink);
  void setPixelSize(qreal size);

 signals:
  void changed();

 private:
  void layOut();

  QString m_tex;
  QColor m_ink = Qt::black;
  qreal m_pixelSize = 17;
  MathPicture m_picture;
};

}  // namespace ui
