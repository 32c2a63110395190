#include "ui/chat/math_view.h"

#include <cmath>

namespace ui {

namespace {

constexpr qreal kRoom = 2;  // glyphs reach over their boxes

}  // namespace

MathView::MathView(QQuickItem* parent) : QQuickPaintedItem(parent) {
  setAntialiasing(true);
}

void MathView::paint(QPainter* painter) {
  m_picture.draw(*painter, {kRoom, kRoom + m_picture.ascent}, m_ink);
}

void MathView::setTex(const QString& tex) {
  if (tex == m_tex) return;
  m_tex = tex;
  layOut();
}

void MathView::setInk(const QColor& ink) {
  if (ink == m_ink) return;
  m_ink = ink;
  update();
  emit changed();
}

void MathView::setPixelSize(qreal size) {
  if (size == m_pixelSize) return;
  m_pixelSize = size;
  layOut();
}

void MathView::layOut() {
  m_picture = mathPicture(m_tex, m_pixelSize, true);
  setImplicitSize(std::ceil(m_picture.width + 2 * kRoom), std::ceil(m_picture.height() + 2 * kRoom));
  update();
  emit changed();
}

}  // namespace ui
