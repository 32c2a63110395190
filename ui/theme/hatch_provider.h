// Hatched tiles in any colour, for memory that is not ours or not there yet: image://hatch/RRGGBB.
#pragma once

#include <QQuickImageProvider>

namespace ui {

class HatchProvider : public QQuickImageProvider {
 public:
  HatchProvider() : QQuickImageProvider(QQuickImageProvider::Image) {}

  /// A 6 x 6 tile with 45 degree lines 1.5 px wide in the colour that `id` spells (RRGGBB or AARRGGBB).
  QImage requestImage(const QString& id, QSize* size, const QSize& requestedSize) override;
};

}  // namespace ui
