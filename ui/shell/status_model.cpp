#include "ui/shell/status_model.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr int kMeasureMs = 3000;

QString text(const std::string& value) {
  return visibleName(QString::fromStdString(value));
}

}  // namespace

StatusModel::StatusModel(HostBridge& host, Tasks& tasks, RemoteModel& remote, QObject* parent)
    : QObject(parent), m_host(host), m_tasks(tasks), m_remote(remote) {
  connect(&m_remote, &RemoteModel::changed, this, &StatusModel::changed);
  connect(&m_host, &HostBridge::changed, this, &StatusModel::changed);
  connect(&m_host, &HostBridge::engineChanged, this, &StatusModel::measure);
  connect(&m_measure, &QTimer::timeout, this, &StatusModel::measure);
  m_measure.start(kMeasureMs);
  measure();
}

void StatusModel::measure() {
  m_tasks.run<engine::HostMemory>(
      this, [] { return engine::hostMemory(); },
      [this](engine::HostMemory now) {
        const Parts parts = partsOf(now, facts());
        const bool same =
            std::tie(parts.total, parts.other, parts.weights, parts.kv, parts.work, parts.onGpu) ==
            std::tie(m_parts.total, m_parts.other, m_parts.weights, m_parts.kv, m_parts.work, m_parts.onGpu);
        m_parts = parts;
        const QString before = std::exchange(m_fault, fault());
        if (!same || m_fault != before) emit changed();
      });
}

const engine::EngineFacts* StatusModel::facts() const {
  const engine::Engine* engine = m_host.snapshot().engine.get();
  return engine != nullptr ? &engine->facts() : nullptr;
}

QString StatusModel::model() const {
  if (remote()) return m_remote.model();
  if (const engine::EngineFacts* known = facts()) return text(known->model.modelId);
  const app::HostSnapshot& now = m_host.snapshot();
  const std::string file = now.options.modelPath.filename().string();
  const QString name = file.empty() ? tr("the model") : text(file);
  if (now.state == app::HostState::Loading) {
    if (now.progress.bytesTotal == 0) return tr("Loading %1").arg(name);
    return tr("Loading %1, %2%").arg(name).arg(100 * now.progress.bytesDone / now.progress.bytesTotal);
  }
  if (now.state == app::HostState::Unloading) return tr("Unloading");
  if (now.state == app::HostState::Failed) return tr("%1 did not load").arg(name);
  return tr("No model loaded");
}

QString StatusModel::device() const {
  if (remote()) return m_remote.lost() ? tr("%1, connection lost").arg(m_remote.host()) : m_remote.host();
  const engine::EngineFacts* known = facts();
  return known == nullptr || known->device == "cpu" ? tr("CPU") : text(known->device);
}

QString StatusModel::deviceReason() const {
  if (remote()) return tr("The answers come from %1; what you write is sent there.").arg(m_remote.address());
  return facts() != nullptr ? text(facts()->deviceReason) : tr("What a model runs on is chosen when it is loaded.");
}

QString StatusModel::computeType() const {
  return !remote() && facts() != nullptr ? text(facts()->computeType) : QString();
}

QString StatusModel::templateName() const {
  return !remote() && facts() != nullptr ? text(facts()->templateName) : QString();
}

QString StatusModel::templateReason() const {
  return !remote() && facts() != nullptr ? text(facts()->templateReason) : QString();
}

QString StatusModel::quantization() const {
  return !remote() && facts() != nullptr ? text(facts()->quantization) : QString();
}

/// The model's parts are those that were measured, as far as this program really holds so much.
StatusModel::Parts StatusModel::partsOf(const engine::HostMemory& host, const engine::EngineFacts* facts) {
  Parts parts;
  if (facts != nullptr && facts->measured.device != "cpu") {
    const engine::DeviceMemoryPlan& gpu = facts->measured;
    return {gpu.total, gpu.otherPrograms, gpu.weights, gpu.kvCache, gpu.activations, true};
  }
  const uint64_t used = host.total - std::min(host.total, host.free);
  parts.total = host.total;
  if (facts != nullptr) {
    uint64_t ours = std::min(host.usedByUs, used);
    const auto take = [&ours](uint64_t bytes) {
      const uint64_t part = std::min(bytes, ours);
      ours -= part;
      return part;
    };
    parts.weights = take(facts->measured.weights);
    parts.kv = take(facts->measured.kvCache);
    parts.work = take(facts->measured.activations);
  }
  parts.other = used - parts.weights - parts.kv - parts.work;
  return parts;
}

QString StatusModel::fault() const {
  std::string why;
  const engine::Engine* engine = m_host.snapshot().engine.get();
  return engine != nullptr && !engine->healthy(&why) ? text(why) : QString();
}

}  // namespace ui
