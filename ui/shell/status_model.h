// What the status strip says of the loaded model.
#pragma once

#include <QObject>
#include <QtQmlIntegration>

#include "ui/bridge/host_bridge.h"

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
  explicit StatusModel(HostBridge& host, QObject* parent = nullptr);

  bool loaded() const { return m_host.engine() != nullptr; }
  /// The model's name, how far its load is, or that there is none.
  QString model() const;
  QString device() const;
  QString deviceReason() const;
  QString computeType() const;
  QString templateName() const;
  QString templateReason() const;
  QString quantization() const;
  double memoryUsed() const;
  double memoryOther() const;
  double memoryTotal() const;
  /// Why the engine answers no more; empty while it is well.
  QString fault() const;

 signals:
  void changed();

 private:
  const engine::EngineFacts* facts() const;

  HostBridge& m_host;
};

}  // namespace ui
