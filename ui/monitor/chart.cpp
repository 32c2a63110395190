#include "ui/monitor/chart.h"

#include <QLocale>
#include <algorithm>
#include <cmath>

namespace ui {

QString Chart::line(const QString& title) const {
  if (!known()) return {};
  QString text = title + u'\t' + (figure() + u' ' + unit()).trimmed();
  double sum = 0, least = 0, most = 0;
  int count = 0;
  for (const float value : m_shown.values) {
    if (std::isnan(value)) continue;
    const double known = static_cast<double>(value);
    least = count == 0 ? known : std::min(least, known);
    most = count == 0 ? known : std::max(most, known);
    sum += known;
    ++count;
  }
  if (count == 0) return text;
  constexpr int kDecimals = 2;
  const QLocale plain = QLocale::c();  // for a table, not for reading
  for (const double value : {least, sum / count, most}) text += u'\t' + plain.toString(value, 'f', kDecimals);
  return text;
}

double niceTop(double value, double least) {
  const double wanted = std::max({value, least, 1e-9});
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double step : {1.0, 2.0, 5.0}) {
    if (step * power >= wanted * (1 - 1e-9)) return step * power;
  }
  return 10 * power;
}

}  // namespace ui
