#include "ui/chat/math_object.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace ui {

namespace {

enum Property { Tex = QTextFormat::UserProperty + 1, Ink };
constexpr qreal kMargin = 1;
constexpr int kMostKept = 500;

}  // namespace

QTextCharFormat MathObject::format(const QString& tex, const QFont& font, const QColor& ink) {
  QTextCharFormat format;
  format.setFont(font);
  format.setObjectType(kType);
  format.setProperty(Tex, tex);
  format.setProperty(Ink, ink);
  format.setVerticalAlignment(QTextCharFormat::AlignMiddle);
  return placed(format).picture.width > 0 ? format : QTextCharFormat();
}

const MathObject::Placed& MathObject::placed(const QTextFormat& format) {
  const QFont font = format.toCharFormat().font();
  const QString tex = format.property(Tex).toString();
  const QString key = QString::number(font.pixelSize()) + u' ' + tex;
  const auto found = m_placed.constFind(key);
  if (found != m_placed.constEnd()) return *found;
  if (m_placed.size() >= kMostKept) m_placed.clear();
  Placed one;
  one.picture = mathPicture(tex, font.pixelSize() + 1, false);
  // The document puts the object's middle a quarter of the font's x above the baseline; the object is as tall as it
  // takes to have the formula's baseline on that of the text.
  const qreal shift = QFontMetricsF(font).xHeight() / 2;
  const qreal ascent = one.picture.ascent + kMargin, descent = one.picture.descent + kMargin;
  one.height = std::ceil(std::max(2 * ascent - shift, 2 * descent + shift));
  one.baseline = (one.height + shift) / 2;
  return *m_placed.insert(key, one);
}

QSizeF MathObject::intrinsicSize(QTextDocument* /*document*/, int /*position*/, const QTextFormat& format) {
  const Placed& one = placed(format);
  return {std::ceil(one.picture.width + 2 * kMargin), one.height};
}

void MathObject::drawObject(QPainter* painter, const QRectF& place, QTextDocument* /*document*/, int /*position*/,
                            const QTextFormat& format) {
  if (!m_placesOnly) draw(*painter, place.topLeft() + QPointF(0, placed(format).baseline), format);
}

void MathObject::draw(QPainter& painter, QPointF baseline, const QTextFormat& format) {
  placed(format).picture.draw(painter, baseline + QPointF(kMargin, 0), format.property(Ink).value<QColor>());
}

}  // namespace ui
