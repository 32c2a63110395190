#include "ui/monitor/sparkline.h"

#include <QPainter>
#include <QQuickWindow>
#include <QSGImageNode>
#include <algorithm>
#include <cmath>

namespace ui {

namespace {

constexpr double kLineWidth = 1.5;
constexpr double kFillOpacity = 0.09, kPartOpacity = 0.28;

/// Draws `values` as lines from right to left: one polygon a stretch without gaps.
void drawSeries(QPainter& painter, const std::vector<float>& values, const Chart::Shown& shown, QSizeF size,
                const QColor& ink, double fillOpacity, bool line) {
  const double width = size.width();
  const double foot = size.height() - kLineWidth / 2;
  const double reach = size.height() - kLineWidth;
  const double step = shown.capacity > 1 ? width / static_cast<double>(shown.capacity - 1) : width;
  const size_t count = std::min(values.size(), shown.capacity);
  QPolygonF stretch;
  const auto flush = [&] {
    if (stretch.size() == 1) stretch.append(stretch.first() - QPointF(1, 0));
    if (stretch.size() > 1) {
      QPolygonF area = stretch;
      area.append(QPointF(stretch.last().x(), foot));
      area.append(QPointF(stretch.first().x(), foot));
      QColor fill = ink;
      fill.setAlphaF(static_cast<float>(fillOpacity));
      painter.setPen(Qt::NoPen);
      painter.setBrush(fill);
      painter.drawPolygon(area);
      painter.setBrush(Qt::NoBrush);
      if (line) {
        painter.setPen(QPen(ink, kLineWidth, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(stretch);
      }
    }
    stretch.clear();
  };
  for (size_t i = 0; i < count; ++i) {
    const float value = values[values.size() - 1 - i];
    if (std::isnan(value)) {
      flush();
      continue;
    }
    const double height = std::clamp(static_cast<double>(value) / shown.top, 0.0, 1.0) * reach;
    stretch.append(QPointF(width - static_cast<double>(i) * step, foot - height));
  }
  flush();
}

}  // namespace

Sparkline::Sparkline(QQuickItem* parent) : QQuickItem(parent) {
  setFlag(ItemHasContents);
}

void Sparkline::setChart(Chart* chart) {
  if (chart == m_chart) return;
  if (m_chart) disconnect(m_chart, nullptr, this, nullptr);
  m_chart = chart;
  if (m_chart) connect(m_chart, &Chart::changed, this, &QQuickItem::update);
  emit chartChanged();
  update();
}

void Sparkline::setInk(const QColor& ink) {
  if (ink == m_ink) return;
  m_ink = ink;
  emit inkChanged();
  update();
}

void Sparkline::setGrid(const QColor& grid) {
  if (grid == m_grid) return;
  m_grid = grid;
  emit inkChanged();
  update();
}

void Sparkline::geometryChange(const QRectF& now, const QRectF& before) {
  QQuickItem::geometryChange(now, before);
  if (now.size() != before.size()) update();
}

QImage Sparkline::draw(const Chart::Shown& shown, QSizeF size, double ratio, const QColor& ink, const QColor& grid) {
  QImage picture((size * ratio).toSize().expandedTo(QSize(1, 1)), QImage::Format_ARGB32_Premultiplied);
  picture.setDevicePixelRatio(ratio);
  picture.fill(Qt::transparent);
  QPainter painter(&picture);
  for (const double at : {0.0, std::floor(size.height() / 2), size.height() - 1}) {
    painter.fillRect(QRectF(0, at, size.width(), 1), grid);
  }
  painter.setRenderHint(QPainter::Antialiasing);
  drawSeries(painter, shown.values, shown, size, ink, kFillOpacity, true);
  if (!shown.part.empty()) drawSeries(painter, shown.part, shown, size, ink, kPartOpacity, false);
  return picture;
}

QSGNode* Sparkline::updatePaintNode(QSGNode* node, UpdatePaintNodeData* /*data*/) {
  auto* image = static_cast<QSGImageNode*>(node);
  if (!m_chart || width() < 2 || height() < 2) {
    delete image;
    return nullptr;
  }
  if (image == nullptr) {
    image = window()->createImageNode();
    image->setOwnsTexture(true);
  }
  const QImage picture = draw(m_chart->shown(), size(), window()->effectiveDevicePixelRatio(), m_ink, m_grid);
  image->setTexture(window()->createTextureFromImage(picture, QQuickWindow::TextureHasAlphaChannel));
  image->setRect(boundingRect());
  return image;
}

}  // namespace ui
