#include "ui/chat/compare_model.h"

namespace ui {

CompareModel::CompareModel(QObject* parent) : QObject(parent) {
  for (CompareSide& side : m_sides) connect(&side, &CompareSide::changed, this, &CompareModel::changed);
}

void CompareModel::setActive(bool active) {
  if (active == m_active) return;
  m_active = active;
  m_undecided = false;
  for (CompareSide& side : m_sides) {
    side.drop();
    side.setAnswer(0);
  }
  emit changed();
}

void CompareModel::setUndecided(bool undecided) {
  if (undecided == m_undecided) return;
  m_undecided = undecided;
  emit changed();
}

void CompareModel::setSources(const QString& here, const QString& remote) {
  const QStringList sources = remote.isEmpty() ? QStringList(here) : QStringList{here, remote};
  if (sources == m_sources) return;
  m_sources = sources;
  for (CompareSide& side : m_sides) {
    if (side.source() >= sources.size()) side.setSource(CompareSide::Here);
  }
  emit changed();
}

QString CompareModel::remark() const {
  const bool alike = m_sides[0].source() == m_sides[1].source() && m_sides[0].settings() == m_sides[1].settings();
  if (m_sources.size() < 2) {
    const QString one =
        tr("One model is loaded here at a time: compare two settings of it, or connect to a server "
           "that runs another.");
    return alike ? one + u' ' + tr("Both sides are alike now.") : one;
  }
  return alike ? tr("Both sides are alike now: choose another model or other settings for one of them.") : QString();
}

}  // namespace ui
