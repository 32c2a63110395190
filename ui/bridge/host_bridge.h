// The model host as the GUI thread sees it: the latest snapshot and a signal, however fast the host reports.
#pragma once

#include <QObject>
#include <memory>
#include <string>

#include "app/model_host.h"
#include "ui/bridge/tasks.h"

namespace ui {

class HostBridge : public QObject {
  Q_OBJECT

 public:
  HostBridge(app::ModelHost& host, Tasks& tasks, QObject* parent = nullptr);
  ~HostBridge() override;

  app::ModelHost& host() { return m_host; }
  const app::HostSnapshot& snapshot() const { return m_snapshot; }
  /// The loaded engine, or null.
  std::shared_ptr<engine::Engine> engine() const { return m_snapshot.engine; }
  app::HostState state() const { return m_snapshot.state; }

 signals:
  /// Something in the snapshot changed; while loading at most once a turn of the event loop.
  void changed();
  /// The loaded engine is another one, or none.
  void engineChanged();

 private:
  struct Mailbox;
  void take();

  app::ModelHost& m_host;
  std::shared_ptr<Mailbox> m_mailbox;
  app::HostSnapshot m_snapshot;
  int m_listener = 0;
};

}  // namespace ui
