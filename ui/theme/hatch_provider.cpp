#include "hatch_provider.h"

#include <QPainter>

namespace ui {

QImage HatchProvider::requestImage(const QString& id, QSize* size, const QSize& /*requestedSize*/) {
  constexpr int kTile = 6;
  QImage tile(kTile, kTile, QImage::Format_ARGB32_Premultiplied);
  tile.fill(Qt::transparent);
  QPainter painter(&tile);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(QPen(QColor('#' + id), 1.5));
  for (int shift = -kTile; shift <= kTile; shift += kTile) painter.drawLine(shift, kTile, shift + kTile, 0);
  painter.end();
  if (size != nullptr) *size = tile.size();
  return tile;
}

}  // namespace ui
