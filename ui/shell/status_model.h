// What the status strip says of the loaded model.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <QTimer>

#include "engine/engine.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/tasks.h"
#include "ui/remote/remote_model.h"

namespace ui {

class StatusModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(bool loaded READ loaded NOTIFY changed)
  Q_PROPERTY(bool remote READ remote NOTIFY changed)
  Q_PROPERTY(QString model READ model NOTIFY changed)
  Q_PROPERTY(QString device READ device NOTIFY changed)
  Q_PROPERTY(QString deviceReason READ deviceReason NOTIFY changed)
  Q_PROPERTY(QString computeType READ computeType NOTIFY changed)
  Q_PROPERTY(QString templateName READ templateName NOTIFY changed)
  Q_PROPERTY(QString templateReason READ templateReason NOTIFY changed)
  Q_PROPERTY(QString quantization READ quantization NOTIFY changed)
  Q_PROPERTY(bool onGpu READ onGpu NOTIFY changed)
  Q_PROPERTY(double memoryWeights READ memoryWeights NOTIFY changed)
  Q_PROPERTY(double memoryKv READ memoryKv NOTIFY changed)
  Q_PROPERTY(double memoryWork READ memoryWork NOTIFY changed)
  Q_PROPERTY(double memoryUsed READ memoryUsed NOTIFY changed)
  Q_PROPERTY(double memoryOther READ memoryOther NOTIFY changed)
  Q_PROPERTY(double memoryTotal READ memoryTotal NOTIFY changed)
  Q_PROPERTY(QString fault READ fault NOTIFY changed)

 public:
  StatusModel(HostBridge& host, Tasks& tasks, RemoteModel& remote, QObject* parent = nullptr);

  /// Somebody answers: a model here, or a remote server.
  bool loaded() const { return remote() || m_host.engine() != nullptr; }
  /// A remote server answers.
  bool remote() const { return m_remote.inUse(); }
  /// The model's name, how far its load is, or that there is none.
  QString model() const;
  QString device() const;
  QString deviceReason() const;
  QString computeType() const;
  QString templateName() const;
  QString templateReason() const;
  QString quantization() const;
  /// The model is on a GPU.
  bool onGpu() const { return m_parts.onGpu; }
  /// The device's memory: all that is in use, the model's parts of it, the rest, and all there is (0 until it was first
  /// asked). Host memory as it is now; a GPU's as it was after the load.
  double memoryUsed() const { return memoryOther() + memoryWeights() + memoryKv() + memoryWork(); }
  double memoryOther() const { return static_cast<double>(m_parts.other); }
  double memoryWeights() const { return static_cast<double>(m_parts.weights); }
  double memoryKv() const { return static_cast<double>(m_parts.kv); }
  double memoryWork() const { return static_cast<double>(m_parts.work); }
  double memoryTotal() const { return static_cast<double>(m_parts.total); }
  /// Why the engine answers no more; empty while it is well.
  QString fault() const;

 signals:
  void changed();

 private:
  const engine::EngineFacts* facts() const;

  /// What the gauge shows.
  struct Parts {
    uint64_t total = 0, other = 0, weights = 0, kv = 0, work = 0;
    bool onGpu = false;
  };
  static Parts partsOf(const engine::HostMemory& host, const engine::EngineFacts* facts);
  void measure();

  HostBridge& m_host;
  Tasks& m_tasks;
  RemoteModel& m_remote;
  QTimer m_measure;
  Parts m_parts;
  QString m_fault;  ///< as last told
};

}  // namespace ui
