// The line of a Chart: drawn into one picture when its values or its place change, so that it looks alike under every
// renderer (the software one draws no geometry of our own) and costs nothing in between.
#pragma once

#include <QColor>
#include <QImage>
#include <QPointer>
#include <QQuickItem>

#include "ui/monitor/chart.h"

namespace ui {

class Sparkline : public QQuickItem {
  Q_OBJECT
  QML_ELEMENT
  Q_PROPERTY(ui::Chart* chart READ chart WRITE setChart NOTIFY chartChanged)
  Q_PROPERTY(QColor ink READ ink WRITE setInk NOTIFY inkChanged)
  Q_PROPERTY(QColor grid READ grid WRITE setGrid NOTIFY inkChanged)

 public:
  explicit Sparkline(QQuickItem* parent = nullptr);

  Chart* chart() const { return m_chart; }
  void setChart(Chart* chart);
  QColor ink() const { return m_ink; }
  void setInk(const QColor& ink);
  QColor grid() const { return m_grid; }
  void setGrid(const QColor& grid);

  /// The picture of a chart; `ratio` is device pixels per pixel.
  static QImage draw(const Chart::Shown& shown, QSizeF size, double ratio, const QColor& ink, const QColor& grid);

 signals:
  void chartChanged();
  void inkChanged();

 protected:
  QSGNode* updatePaintNode(QSGNode* node, UpdatePaintNodeData* data) override;
  void geometryChange(const QRectF& now, const QRectF& before) override;

 private:
  QPointer<Chart> m_chart;
  QColor m_ink, m_grid;
};

}  // namespace ui
