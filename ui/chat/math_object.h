// Formulas within the lines of a text document.
#pragma once

#include <QColor>
#include <QHash>
#include <QObject>
#include <QTextFormat>
#include <QTextObjectInterface>

#include "ui/math/math_layout.h"

namespace ui {

class MathObject : public QObject, public QTextObjectInterface {
  Q_OBJECT
  Q_INTERFACES(QTextObjectInterface)

 public:
  static constexpr int kType = QTextFormat::UserObject + 1;

  using QObject::QObject;

  /// Takes the formulas' places and leaves the drawing to others: a TextEdit paints objects with one point a pixel,
  /// whatever the screen has.
  void setPlacesOnly(bool placesOnly) { m_placesOnly = placesOnly; }
  /// What stands for a format that format() made; its baseline is that of the text.
  void draw(QPainter& painter, QPointF baseline, const QTextFormat& format);

  /// The format of the character that stands for a formula; invalid where TeX is not understood.
  QTextCharFormat format(const QString& tex, const QFont& font, const QColor& ink);
  QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
  void drawObject(QPainter* painter, const QRectF& place, QTextDocument* document, int position,
                  const QTextFormat& format) override;

 private:
  struct Placed {
    MathPicture picture;
    qreal height = 0, baseline = 0;
  };
  const Placed& placed(const QTextFormat& format);

  QHash<QString, Placed> m_placed;
  bool m_placesOnly = false;
};

}  // namespace ui
