// What the status strip says of the loaded model.
#pragma once

#include <QObject>
#include <QTimer>
#include <QtQmlIntegration>

#include "engine/memory_plan.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/tasks.h"

namespace ui {

class StatusModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(bool loaded READ loaded NOTIFY changed)
  Q_PROPERTY(QString model READ model NOTIFY changed)
  Q_PROPERTY(QString device READ device NOTIFY changed)
  Q_PROPERTY(QString deviceReason READ deviceReason NOTIFY changed)
  Q_PROPERTY(QString computeType READ computeType NOTIFY changed)
  Q_PROPERTY(QString templateName READ templateName NOTIFY changed)
  Q_PROPERTY(QString templateReason READ templateReason NOTIFY changed)
  Q_PROPERTY(QString quantization READ quantization NOTIFY changed)
  Q_PROPERTY(double memoryUsed READ memoryUsed NOTIFY changed)
  Q_PROPERTY(double memoryOther READ memoryOther NOTIFY changed)
  Q_PROPERTY(double memoryTotal READ memoryTotal NOTIFY changed)
  Q_PROPERTY(QString fault READ fault NOTIFY changed)

 public:
  StatusModel(HostBridge& host, Tasks& tasks, QObject* parent = nullptr);

  bool loaded() const { return m_host.engine() != nullptr; }
  /// The model's name, how far its load is, or that there is none.
  QString model() const;
  QString device() const;
  QString deviceReason() const;
  QString computeType() const;
  QString templateName() const;
  QString templateReason() const;
  QString quantization() const;
  /// Host memory as it is now: this program's, that of others, and all there is (0 until it was first asked).
  double memoryUsed() const { return static_cast<double>(m_memory.usedByUs); }
  double memoryOther() const;
  double memoryTotal() const { return static_cast<double>(m_memory.total); }
  /// Why the engine answers no more; empty while it is well.
  QString fault() const;

 signals:
  void changed();

 private:
  const engine::EngineFacts* facts() const;

  void measure();

  HostBridge& m_host;
  Tasks& m_tasks;
  QTimer m_measure;
  engine::HostMemory m_memory;
};

}  // namespace ui
