// Pictures of the window against references: small copies, compared by the mean difference and by the worst tile, so
// that another font's hinting passes and a part that is missing or somewhere else does not.
#pragma once

#include <QBuffer>
#include <QImage>
#include <QString>
#include <algorithm>
#include <cmath>

namespace ui_test {

/// References are so much smaller than the window.
inline constexpr int kPictureShrink = 4;
/// Most mean difference of a channel, 0 to 255, over the whole picture and over one tile of kTile pixels squared.
inline constexpr double kMostMean = 1.0, kMostTile = 12;
inline constexpr int kTile = 8;

/// A reference as it is kept.
inline QByteArray referenceOf(const QImage& picture) {
  constexpr int kQuality = 55;
  const QImage small = picture.convertToFormat(QImage::Format_RGB32)
                           .scaled(picture.width() / kPictureShrink, picture.height() / kPictureShrink,
                                   Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
  QByteArray bytes;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  small.save(&buffer, "jpg", kQuality);
  return bytes;
}

/// The picture after the same losses that its reference has.
inline QImage shrunk(const QImage& picture) {
  return QImage::fromData(referenceOf(picture)).convertToFormat(QImage::Format_RGB32);
}

struct PictureDifference {
  double mean = 0, worst = 0;
  QPoint where;  ///< of the worst tile, in pixels of the window
  bool alike() const { return mean <= kMostMean && worst <= kMostTile; }
};

/// Of two shrunk pictures of the same size.
inline PictureDifference difference(const QImage& one, const QImage& other) {
  PictureDifference found;
  double sum = 0;
  for (int top = 0; top < one.height(); top += kTile) {
    for (int left = 0; left < one.width(); left += kTile) {
      const int right = std::min(left + kTile, one.width()), bottom = std::min(top + kTile, one.height());
      double tile = 0;
      for (int y = top; y < bottom; ++y) {
        for (int x = left; x < right; ++x) {
          const QRgb a = one.pixel(x, y), b = other.pixel(x, y);
          tile += std::abs(qRed(a) - qRed(b)) + std::abs(qGreen(a) - qGreen(b)) + std::abs(qBlue(a) - qBlue(b));
        }
      }
      sum += tile;
      const double mean = tile / (3.0 * (right - left) * (bottom - top));
      if (mean > found.worst) {
        found.worst = mean;
        found.where = QPoint(left, top) * kPictureShrink;
      }
    }
  }
  found.mean = sum / (3.0 * one.width() * one.height());
  return found;
}

}  // namespace ui_test
