// A formula laid out: glyphs, lines and shapes with their places. Drawn in one colour, at any scale.
#pragma once

#include <QColor>
#include <QFont>
#include <QList>
#include <QPainterPath>
#include <QPointF>
#include <QRectF>
#include <QString>

#include "ui/math/math_node.h"

class QPainter;

namespace ui {

/// Places are relative to the left end of the baseline; y grows downwards.
struct MathPicture {
  struct Glyphs {
    QPointF at;
    QString text;
    QFont font;
  };
  qreal width = 0, ascent = 0, descent = 0;
  QList<Glyphs> glyphs;
  QList<QRectF> lines;
  QList<QPainterPath> shapes;

  qreal height() const { return ascent + descent; }
  void draw(QPainter& painter, QPointF baseline, const QColor& ink) const;
};

/// `display`: on a line of its own, where large operators grow and fractions are not small.
MathPicture layoutMath(const MathNode& formula, qreal pixelSize, bool display);
/// The same from TeX; empty (no width) when it is not understood.
MathPicture mathPicture(const QString& tex, qreal pixelSize, bool display);

}  // namespace ui
