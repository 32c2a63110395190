// The first-run screen: the starter model, there already or downloaded from inside the window, and what this machine
// has to run it on.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <memory>

#include "app/starter.h"
#include "ui/bridge/tasks.h"
#include "ui/model/model_sources.h"

namespace ui {

class FirstRunModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  /// "ready" (the model is there), "none", "running", "paused" or "failed".
  Q_PROPERTY(QString state READ state NOTIFY changed)
  Q_PROPERTY(QString size READ size CONSTANT)
  Q_PROPERTY(double progress READ progress NOTIFY changed)
  Q_PROPERTY(QString line READ line NOTIFY changed)
  Q_PROPERTY(QString problem READ problem NOTIFY changed)
  Q_PROPERTY(QString machine READ machine NOTIFY changed)
  Q_PROPERTY(bool onGpu READ onGpu NOTIFY changed)

 public:
  FirstRunModel(Tasks& tasks, app::StarterOptions options, const ModelSources& sources, QObject* parent = nullptr);
  ~FirstRunModel() override;

  QString state() const;
  /// Of the download: "92.9 MB".
  QString size() const;
  /// 0 to 1; -1 while it is not known how long it takes.
  double progress() const;
  /// How far it is, how fast, how long it takes still.
  QString line() const;
  /// Why it failed, and the way out.
  QString problem() const;

  /// What models would run on here, and why; empty until it is known.
  QString machine() const;
  bool onGpu() const { return m_onGpu; }
  /// Looks at the machine, once.
  Q_INVOKABLE void look();

  Q_INVOKABLE void start();
  Q_INVOKABLE void pause();
  /// Deletes what has come.
  Q_INVOKABLE void cancel();

 signals:
  void changed();
  /// The model is there, its checksum was right.
  void finished();

 private:
  void take(const app::StarterSnapshot& snapshot);

  Tasks& m_tasks;
  const app::StarterOptions m_options;
  const ModelSources& m_sources;
  QString m_device;
  engine::HostMemory m_memory;
  bool m_there = false, m_looked = false, m_onGpu = false;
  app::StarterSnapshot m_snapshot;
  std::unique_ptr<app::StarterDownload> m_download;
};

}  // namespace ui
