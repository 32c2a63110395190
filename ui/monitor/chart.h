// One figure of the Monitor page with its last minutes, as a card shows them.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QString>
#include <vector>

namespace ui {

class Chart : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by MonitorModel")
  Q_PROPERTY(bool known READ known NOTIFY changed)
  Q_PROPERTY(QString figure READ figure NOTIFY changed)
  Q_PROPERTY(QString unit READ unit NOTIFY changed)
  Q_PROPERTY(QString scale READ scale NOTIFY changed)
  Q_PROPERTY(QString span READ span NOTIFY changed)

 public:
  /// What a card shows. Values that were not measured are NaN: the line has a gap there.
  struct Shown {
    QString figure, unit;
    QString scale;              ///< "0–100%": bottom and top of the chart
    QString span;               ///< "5 min ago": its left end
    double top = 1;             ///< value at the upper edge; the lower one is zero
    size_t capacity = 60;       ///< samples from edge to edge, the newest at the right
    std::vector<float> values;  ///< oldest first, at most `capacity`
    std::vector<float> part;    ///< what of it is ours, drawn darker; empty or as long as `values`
  };

  using QObject::QObject;

  bool known() const { return !m_shown.figure.isEmpty(); }
  QString figure() const { return m_shown.figure; }
  QString unit() const { return m_shown.unit; }
  QString scale() const { return m_shown.scale; }
  QString span() const { return m_shown.span; }
  const Shown& shown() const { return m_shown; }
  void show(Shown shown) {
    m_shown = std::move(shown);
    emit changed();
  }
  /// "title<TAB>now unit<TAB>least<TAB>mean<TAB>most" of what is shown; empty while nothing is known.
  QString line(const QString& title) const;

 signals:
  void changed();

 private:
  Shown m_shown;
};

/// The least of 1, 2 and 5 times a power of ten that is not below `value`.
double niceTop(double value, double least);

}  // namespace ui
