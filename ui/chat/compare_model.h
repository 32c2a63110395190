// Two answers to each question, side by side: by two models, or by one with two settings.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QStringList>
#include <array>

#include "ui/chat/compare_side.h"

namespace ui {

/// What the page shows; ChatModel asks, keeps and picks.
class CompareModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by ChatModel")
  Q_PROPERTY(bool active READ active NOTIFY changed)
  Q_PROPERTY(bool undecided READ undecided NOTIFY changed)
  Q_PROPERTY(ui::CompareSide* left READ left CONSTANT)
  Q_PROPERTY(ui::CompareSide* right READ right CONSTANT)
  Q_PROPERTY(QStringList sources READ sources NOTIFY changed)
  Q_PROPERTY(QString remark READ remark NOTIFY changed)

 public:
  explicit CompareModel(QObject* parent = nullptr);

  bool active() const { return m_active; }
  void setActive(bool active);
  /// Both have answered and none was picked.
  bool undecided() const { return m_undecided; }
  void setUndecided(bool undecided);
  bool busy() const { return m_sides[0].busy() || m_sides[1].busy(); }
  CompareSide* left() { return &m_sides[0]; }
  CompareSide* right() { return &m_sides[1]; }
  CompareSide& side(size_t index) { return m_sides[index]; }
  const CompareSide& side(size_t index) const { return m_sides[index]; }
  static constexpr size_t kSides = 2;

  /// Who can be chosen: the model here, the remote one where there is one.
  QStringList sources() const { return m_sources; }
  void setSources(const QString& here, const QString& remote);
  /// Why there is no more to choose from, or that both sides are alike; empty when all is well.
  QString remark() const;

 signals:
  void changed();

 private:
  std::array<CompareSide, kSides> m_sides;
  QStringList m_sources;
  bool m_active = false, m_undecided = false;
};

}  // namespace ui
