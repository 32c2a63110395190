#include "ui/shell/status_model.h"

#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

QString text(const std::string& value) {
  return visibleName(QString::fromStdString(value));
}

}  // namespace

StatusModel::StatusModel(HostBridge& host, QObject* parent) : QObject(parent), m_host(host) {
  connect(&m_host, &HostBridge::changed, this, &StatusModel::changed);
}

const engine::EngineFacts* StatusModel::facts() const {
  const engine::Engine* engine = m_host.snapshot().engine.get();
  return engine != nullptr ? &engine->facts() : nullptr;
}

QString StatusModel::model() const {
  if (const engine::EngineFacts* known = facts()) return text(known->model.modelId);
  const app::HostSnapshot& now = m_host.snapshot();
  const QString name = text(now.options.modelPath.filename().string());
  if (now.state == app::HostState::Loading) {
    if (now.progress.bytesTotal == 0) return tr("Loading %1").arg(name);
    return tr("Loading %1, %2%").arg(name).arg(100 * now.progress.bytesDone / now.progress.bytesTotal);
  }
  if (now.state == app::HostState::Unloading) return tr("Unloading");
  if (now.state == app::HostState::Failed) return tr("%1 did not load").arg(name);
  return tr("No model loaded");
}

QString StatusModel::device() const {
  const engine::EngineFacts* known = facts();
  return known == nullptr ? QString() : known->device == "cpu" ? tr("CPU") : text(known->device);
}

QString StatusModel::deviceReason() const {
  return facts() != nullptr ? text(facts()->deviceReason) : QString();
}

QString StatusModel::computeType() const {
  return facts() != nullptr ? text(facts()->computeType) : QString();
}

QString StatusModel::templateName() const {
  return facts() != nullptr ? text(facts()->templateName) : QString();
}

QString StatusModel::templateReason() const {
  return facts() != nullptr ? text(facts()->templateReason) : QString();
}

QString StatusModel::quantization() const {
  return facts() != nullptr ? text(facts()->quantization) : QString();
}

double StatusModel::memoryUsed() const {
  return facts() != nullptr ? static_cast<double>(facts()->measured.needed()) : 0;
}

double StatusModel::memoryOther() const {
  return facts() != nullptr ? static_cast<double>(facts()->measured.otherPrograms) : 0;
}

double StatusModel::memoryTotal() const {
  return facts() != nullptr ? static_cast<double>(facts()->measured.total) : 0;
}

QString StatusModel::fault() const {
  std::string why;
  const engine::Engine* engine = m_host.snapshot().engine.get();
  return engine != nullptr && !engine->healthy(&why) ? text(why) : QString();
}

}  // namespace ui
