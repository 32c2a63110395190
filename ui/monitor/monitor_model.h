// The Monitor page: a sample a second on a worker, half an hour of them, and what the page shows of it. While the page
// is hidden or held nothing of it changes.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <QVariant>
#include <functional>
#include <memory>

#include "app/monitor.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/tasks.h"
#include "ui/model/plan_facts.h"
#include "ui/monitor/chart.h"

namespace ui {

/// A GPU's cards.
class GpuCharts : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by MonitorModel")
  Q_PROPERTY(QString name MEMBER name CONSTANT)
  Q_PROPERTY(QString driver MEMBER driver CONSTANT)
  Q_PROPERTY(ui::Chart* memory MEMBER memory CONSTANT)
  Q_PROPERTY(ui::Chart* utilisation MEMBER utilisation CONSTANT)
  Q_PROPERTY(ui::Chart* temperature MEMBER temperature CONSTANT)
  Q_PROPERTY(ui::Chart* power MEMBER power CONSTANT)
  Q_PROPERTY(ui::Chart* memoryClock MEMBER memoryClock CONSTANT)

 public:
  explicit GpuCharts(QObject* parent);

  QString name, driver;
  Chart *memory, *utilisation, *temperature, *power, *memoryClock;
};

class MonitorModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(bool active READ active WRITE setActive NOTIFY activeChanged)
  Q_PROPERTY(bool paused READ paused WRITE setPaused NOTIFY pausedChanged)
  Q_PROPERTY(int range READ range WRITE setRange NOTIFY rangeChanged)
  Q_PROPERTY(ui::Chart* cpu READ cpu CONSTANT)
  Q_PROPERTY(ui::Chart* memory READ memory CONSTANT)
  Q_PROPERTY(ui::Chart* generated READ generated CONSTANT)
  Q_PROPERTY(ui::Chart* batch READ batch CONSTANT)
  Q_PROPERTY(ui::Chart* blocks READ blocks CONSTANT)
  Q_PROPERTY(QVariantList gpus READ gpus NOTIFY gpusChanged)
  Q_PROPERTY(QString gpuAbsence READ gpuAbsence NOTIFY gpusChanged)
  Q_PROPERTY(bool engineThere READ engineThere NOTIFY sampled)
  Q_PROPERTY(QString engineLine READ engineLine NOTIFY sampled)
  Q_PROPERTY(QString computerLine READ computerLine NOTIFY sampled)
  Q_PROPERTY(QString cost READ cost NOTIFY sampled)
  Q_PROPERTY(QVariantList figures READ figures NOTIFY sampled)
  Q_PROPERTY(ui::PlanFacts deviceMemory READ deviceMemory NOTIFY sampled)
  Q_PROPERTY(QString deviceName READ deviceName NOTIFY sampled)
  Q_PROPERTY(QString planDifference READ planDifference NOTIFY sampled)

 public:
  using ProbeMaker = std::function<std::unique_ptr<app::MonitorProbe>()>;

  MonitorModel(HostBridge& host, Tasks& tasks, QObject* parent = nullptr, const ProbeMaker& makeProbe = {});

  /// The page is in view.
  bool active() const { return m_active; }
  void setActive(bool active);
  /// The page holds what it shows; samples go on.
  bool paused() const { return m_paused; }
  void setPaused(bool paused);
  /// 0, 1, 2: the last minute, five, thirty.
  int range() const { return m_range; }
  void setRange(int range);

  Chart* cpu() { return &m_cpu; }
  Chart* memory() { return &m_memory; }
  Chart* generated() { return &m_generated; }
  Chart* batch() { return &m_batch; }
  Chart* blocks() { return &m_blocks; }
  /// GpuCharts objects.
  QVariantList gpus() const;
  /// Why no GPU is shown; empty when one is.
  QString gpuAbsence() const { return m_gpuAbsence; }
  bool engineThere() const { return m_now.engineThere; }
  QString engineLine() const;
  QString computerLine() const;
  /// What watching costs, measured.
  QString cost() const;
  /// {title, figure, unit} maps of what needs no chart.
  QVariantList figures() const;
  /// Memory of the device that the model is on, as it is now.
  PlanFacts deviceMemory() const;
  QString deviceName() const;
  /// "Plan for Hearth 17.74, measured 17.69, difference -0.05 GB"; empty without a model.
  QString planDifference() const;

  const app::MonitorHistory& history() const { return m_history; }
  /// Takes a sample now; the clock does so every second.
  void sample();
  /// No samples from now on but those that sample() takes: for tests.
  void stopClock() { m_timer.stop(); }
  /// What is shown as a table: tabs between columns, for a spreadsheet or an issue.
  Q_INVOKABLE QString numbers() const;
  Q_INVOKABLE void copyNumbers() const;

 signals:
  void activeChanged();
  void pausedChanged();
  void rangeChanged();
  void gpusChanged();
  void sampled();

 private:
  struct Outcome;
  void took(Outcome outcome);
  void refresh();
  void refreshGpus();
  Chart::Shown series(const std::function<double(const app::MonitorSample&)>& value) const;
  size_t rangeSeconds() const;

  HostBridge& m_host;
  Tasks& m_tasks;
  std::shared_ptr<app::MonitorProbe> m_probe;
  QTimer m_timer;
  QElapsedTimer m_engineSince;
  app::MonitorHistory m_history;
  app::MonitorSample m_now;
  Chart m_cpu, m_memory, m_generated, m_batch, m_blocks;
  QList<GpuCharts*> m_gpus;
  QString m_gpuAbsence;
  double m_milliseconds = 0;  ///< of a sample, a slow mean
  int m_range = 1;
  bool m_active = false, m_paused = false, m_sampling = false;
};

}  // namespace ui
