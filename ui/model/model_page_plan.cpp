// ModelPageModel's plans: one for every mode that this build can run, on a worker; the context moves them at once.
#include <QLocale>
#include <cmath>

#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"
#include "ui/model/model_page_model.h"

namespace ui {

namespace {

const QString kReadSpeeds = QStringLiteral("readSpeeds");

/// A key of the state for a file system's device.
QString diskKey(const QString& disk) {
  return kReadSpeeds + u'/' + QString::fromLatin1(disk.toUtf8().toHex());
}

}  // namespace

struct ModelPageModel::PlanSet {
  std::vector<ModePlan> modes;
  QString device, deviceReason;
  bool deviceRefused = false;
  engine::HostMemory host;

  static PlanSet make(const engine::ModelInfo& info, engine::EngineOptions options, const ModelSources& sources);
};

ModelPageModel::PlanSet ModelPageModel::PlanSet::make(const engine::ModelInfo& info, engine::EngineOptions options,
                                                      const ModelSources& sources) {
  PlanSet set;
  set.host = sources.hostMemory();
  const auto device = sources.device(options);
  set.deviceRefused = !device;
  if (device) set.device = QString::fromStdString(device->name);
  set.deviceReason = displayText(QString::fromStdString(device ? device->reason : device.error().message));
  for (engine::QuantizationMode& mode : sources.modes(info)) {
    ModePlan& row = set.modes.emplace_back();
    row.mode = std::move(mode);
    if (!row.mode.available) continue;
    options.quantization = row.mode.mode;
    auto plan = sources.plan(info, options);
    if (plan) {
      row.plan = std::move(*plan);
    } else {
      row.error = displayText(QString::fromStdString(plan.error().message));
    }
  }
  return set;
}

engine::Result<engine::EngineOptions> ModelPageModel::options() const {
  ENGINE_ASSIGN_OR_RETURN(engine::EngineOptions options, m_choices.settings().engineOptions());
  options.modelPath = m_path.toStdString();
  options.quantization = m_quantizations.chosenMode();
  return options;
}

/// One set of plans at a time; a change meanwhile makes another one with the newest choices.
void ModelPageModel::replan() {
  if (!m_info || !m_info->loadable()) {
    m_plan = {};
    m_planError.clear();
    return emit planChanged();
  }
  if (m_planning) {
    m_planStale = true;
    return;
  }
  const engine::Result<engine::EngineOptions> wanted = options();
  if (!wanted) {
    m_planError = displayText(QString::fromStdString(wanted.error().message));
    return emit planChanged();
  }
  m_planning = true;
  m_planStale = false;
  m_replanLater.stop();
  m_tasks.run<PlanSet>(
      this, [info = *m_info, choices = *wanted, sources = m_sources] { return PlanSet::make(info, choices, sources); },
      [this, turn = m_inspectTurn](PlanSet set) {
        m_planning = false;
        if (turn == m_inspectTurn) planned(std::move(set));
        if (m_planStale || turn != m_inspectTurn) replan();
      });
}

void ModelPageModel::planned(PlanSet set) {
  m_deviceReason = set.deviceReason;
  m_deviceRefused = set.deviceRefused;
  m_hostMemory = set.host;
  m_quantizations.setRows(std::move(set.modes));
  m_quantizations.setChosen(m_choices.quantization());
  if (m_replanLater.isActive()) {  // the context moved on meanwhile
    if (const auto wanted = options(); wanted && m_info) {
      m_quantizations.setContext(*wanted, m_info->trainedContext, static_cast<uint32_t>(context()));
    }
  }
  showPlan();
  if (m_bandwidthDevice != set.device && m_plan.known && m_host.state() != app::HostState::Loading) {
    m_bandwidthDevice = set.device;
    measureBandwidth();
  }
}

void ModelPageModel::showPlan() {
  m_planError.clear();
  if (const engine::MemoryPlan* plan = m_quantizations.chosenPlan()) {
    m_plan = PlanFacts::of(*plan);
    m_devicePlans = PlanFacts::ofDevices(*plan);
  } else {
    m_plan = {};
    m_devicePlans.clear();
    const int row = m_quantizations.chosen();
    if (row >= 0) {
      const ModePlan& mode = m_quantizations.rows()[static_cast<size_t>(row)];
      m_planError = mode.error.isEmpty() ? displayText(QString::fromStdString(mode.mode.reason)) : mode.error;
    }
  }
  emit planChanged();
}

QVariantList ModelPageModel::devicePlans() const {
  QVariantList plans;
  for (const PlanFacts& plan : m_devicePlans) plans.append(QVariant::fromValue(plan));
  return plans;
}

void ModelPageModel::measureBandwidth() {
  const engine::Result<engine::EngineOptions> wanted = options();
  if (!wanted) return;
  m_tasks.run<double>(
      this, [measure = m_sources.readBandwidth, choices = *wanted] { return measure(choices); },
      [this](double bandwidth) {
        m_quantizations.setBandwidth(bandwidth);
        giveBackScratch();
      });
}

void ModelPageModel::noteReadSpeed() {
  if (m_host.state() != app::HostState::Ready || !isLoadedOne() || m_disk.isEmpty() || m_watch.speed() <= 0) return;
  m_state.setValue(diskKey(m_disk), m_watch.speed());
}

QString ModelPageModel::loadNote() const {
  const double speed = m_disk.isEmpty() ? 0 : m_state.value(diskKey(m_disk)).toDouble();
  if (!m_info || m_info->weightBytes == 0 || !(speed > 0)) return {};
  const auto size = static_cast<double>(m_info->weightBytes);
  const double seconds = std::max(1.0, std::round(size / speed));
  return tr("Reads %1 in about %2 s (%3/s measured)")
      .arg(bytes(size), QLocale().toString(seconds, 'f', 0), bytes(speed));
}

}  // namespace ui
