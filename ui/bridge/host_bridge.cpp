#include "ui/bridge/host_bridge.h"

#include <mutex>

namespace ui {

/// Holds the newest snapshot until the GUI thread fetches it; older ones are of no use to a window.
struct HostBridge::Mailbox {
  std::mutex mutex;
  app::HostSnapshot newest;
  bool posted = false;
};

HostBridge::HostBridge(app::ModelHost& host, Tasks& tasks, QObject* parent)
    : QObject(parent), m_host(host), m_mailbox(std::make_shared<Mailbox>()) {
  const QPointer<HostBridge> alive(this);
  m_listener = host.addListener([mailbox = m_mailbox, alive, &tasks](const app::HostSnapshot& snapshot) {
    {
      const std::lock_guard lock(mailbox->mutex);
      mailbox->newest = snapshot;
      if (mailbox->posted) return;
      mailbox->posted = true;
    }
    tasks.post([alive] {
      if (alive) alive->take();
    });
  });
  m_snapshot = host.snapshot();  // what came before the listener
}

HostBridge::~HostBridge() {
  m_host.removeListener(m_listener);
}

void HostBridge::take() {
  const std::shared_ptr<engine::Engine> before = std::move(m_snapshot.engine);
  {
    const std::lock_guard lock(m_mailbox->mutex);
    m_snapshot = std::exchange(m_mailbox->newest, {});
    m_mailbox->posted = false;
  }
  emit changed();
  if (m_snapshot.engine != before) emit engineChanged();
}

}  // namespace ui
