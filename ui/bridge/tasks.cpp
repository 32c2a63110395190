#include "ui/bridge/tasks.h"

namespace ui {

namespace {

/// Plans, inspections, prompts, port changes: seldom two at a time.
constexpr int kWorkers = 3;

}  // namespace

Tasks::Tasks(QObject* parent) : QObject(parent) {
  m_pool.setMaxThreadCount(kWorkers);
}

Tasks::~Tasks() {
  m_pool.waitForDone();
}

void Tasks::post(std::function<void()> function) {
  QMetaObject::invokeMethod(this, std::move(function), Qt::QueuedConnection);
}

}  // namespace ui
