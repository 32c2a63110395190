#include "ui/model/model_page_model.h"

#include <QDir>
#include <QStorageInfo>
#include <algorithm>
#include <array>
#include <utility>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "app/app_context.h"
#include "engine/chat_template.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

constexpr int kLeastContext = 16;
constexpr int kMostContext = 16777216;
constexpr std::array kTypes = {"auto", "float16", "bfloat16", "float32"};
constexpr std::array kDevices = {"auto", "cpu", "cuda"};
/// A drag that rests this long gets a plan from the files again.
constexpr int kReplanMs = 200;

template <size_t N>
int indexIn(const std::array<const char*, N>& names, const QString& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return static_cast<int>(found - names.begin());
}

}  // namespace

struct ModelPageModel::Inspection {
  engine::Result<engine::ModelInfo> info;
  QStringList templates;
  QString disk;
};

ModelPageModel::ModelPageModel(Tasks& tasks, SettingsBridge& settings, HostBridge& host, QSettings& state,
                               app::AppPaths paths, ModelSources sources, QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_settings(settings),
      m_host(host),
      m_state(state),
      m_paths(std::move(paths)),
      m_sources(std::move(sources)),
      m_choices(settings, state),
      m_recent(state),
      m_directory(tasks, settings, m_recent, m_sources),
      m_templates(tasks, m_choices, m_sources),
      m_advanced(m_choices) {
  m_clock.start();
  m_replanLater.setSingleShot(true);
  m_replanLater.setInterval(kReplanMs);
  connect(&m_replanLater, &QTimer::timeout, this, &ModelPageModel::replan);
  connect(&m_choices, &LoadChoices::changed, this, &ModelPageModel::choicesTaken);
  connect(&m_host, &HostBridge::changed, this, &ModelPageModel::hostChanged);
  connect(&m_host, &HostBridge::engineChanged, this, &ModelPageModel::replan);
  connect(this, &ModelPageModel::planChanged, this, &ModelPageModel::stateChanged);
}

/// What reading headers and tokenizer took for a moment goes back to the system, not into our idle figure.
void ModelPageModel::giveBackScratch() {
#ifdef __GLIBC__
  m_tasks.run<bool>(
      this, [] { return ::malloc_trim(0) != 0; }, [](bool) {});
#endif
}

void ModelPageModel::hostChanged() {
  const bool loading = m_host.state() == app::HostState::Loading;
  if (loading) {
    m_dismissed = false;
    if (!m_wasLoading) {
      m_cancelled = false;
      m_watch.reset(m_clock.elapsed());
    }
    m_watch.report(m_host.snapshot().progress, m_clock.elapsed());
  }
  if (m_wasLoading && !loading) {
    noteReadSpeed();
    giveBackScratch();
  }
  m_wasLoading = loading;
  emit stateChanged();
}

QString ModelPageModel::shownPath() const {
  const QString home = QDir::homePath() + QLatin1Char('/');
  return m_path.startsWith(home) ? QStringLiteral("~/") + m_path.mid(home.size()) : m_path;
}

void ModelPageModel::choose(const QUrl& url) {
  if (url.isLocalFile()) choosePath(url.toLocalFile());
}

void ModelPageModel::useStarter() {
  chooseAndLoad(QString::fromStdString(app::starterModelPath(m_paths).string()));
}

void ModelPageModel::chooseAndLoad(const QString& path) {
  if (path.isEmpty()) return;
  choosePath(path);
  m_loadWhenInspected = true;
}

void ModelPageModel::choosePath(const QString& path) {
  m_path = QDir::cleanPath(path);
  m_info.reset();
  m_inspectError.clear();
  m_plan = {};
  m_quantizations.setRows({});
  m_contextProblem.clear();
  m_loadWhenInspected = m_cancelled = false;
  m_inspecting = true;
  m_recent.setCurrent(m_path);
  m_choices.open(m_path);
  emit modelChanged();
  emit choicesChanged();
  emit planChanged();
  m_tasks.run<Inspection>(
      this,
      [file = m_path, inspect = m_sources.inspect, userTemplates = m_settings.settings().text("template-directory")] {
        Inspection result{inspect(file.toStdString()), {}, QString::fromUtf8(QStorageInfo(file).device())};
        for (const std::string& name : engine::templateNames(userTemplates)) {
          result.templates.append(QString::fromStdString(name));
        }
        return result;
      },
      [this, turn = ++m_inspectTurn](Inspection inspection) {
        if (turn == m_inspectTurn) inspected(std::move(inspection));
      });
}

void ModelPageModel::inspected(Inspection inspection) {
  m_inspecting = false;
  m_disk = inspection.disk;
  if (inspection.info) {
    m_info = std::move(*inspection.info);
    const QString problem =
        m_info->problems.empty() ? QString() : displayText(QString::fromStdString(m_info->problems.front()));
    m_recent.put(m_path, name(), modelLine(*m_info), problem);
  } else {
    m_inspectError = displayText(QString::fromStdString(inspection.info.error().message));
  }
  m_recent.setCurrent(m_path);
  emit modelChanged();
  emit choicesChanged();
  emit stateChanged();
  m_templates.setNames(inspection.templates);
  m_templates.setModel(m_info);
  replan();
  if (!std::exchange(m_loadWhenInspected, false)) return;
  if (loadable()) {
    load();
  } else {
    emit refused();
  }
}

QString ModelPageModel::name() const {
  if (m_info) return visibleName(QString::fromStdString(m_info->modelId));
  return visibleName(m_path.section(u'/', -1));
}

QVariantList ModelPageModel::cardRows() const {
  return m_info ? ui::cardRows(*m_info) : QVariantList();
}

QStringList ModelPageModel::problems() const {
  if (!m_inspectError.isEmpty()) return {m_inspectError};
  return m_info ? lines(m_info->problems) : QStringList();
}

QStringList ModelPageModel::notes() const {
  return m_info ? lines(m_info->notes) : QStringList();
}

void ModelPageModel::choicesTaken() {
  m_quantizations.setChosen(m_choices.quantization());
  emit choicesChanged();
  if (m_settingContext) return;
  if (m_info && m_quantizations.chosenPlan() != nullptr) showPlan();  // another mode's plan is there already
  replan();
}

QString ModelPageModel::trainedType() const {
  return m_info ? visibleName(QString::fromStdString(m_info->weightType)) : QString();
}

int ModelPageModel::dtypeIndex() const {
  return indexIn(kTypes, m_choices.text("dtype"));
}

void ModelPageModel::setDtypeIndex(int index) {
  if (index >= 0 && index < static_cast<int>(kTypes.size())) {
    static_cast<void>(m_choices.store("dtype", kTypes.at(static_cast<size_t>(index))));
  }
}

int ModelPageModel::deviceIndex() const {
  return indexIn(kDevices, m_choices.text("device"));
}

void ModelPageModel::setDeviceIndex(int index) {
  if (index >= 0 && index < static_cast<int>(kDevices.size())) {
    static_cast<void>(m_choices.store("device", kDevices.at(static_cast<size_t>(index))));
  }
}

void ModelPageModel::setQuantization(const QString& mode) {
  for (const ModePlan& row : m_quantizations.rows()) {
    if (row.mode.available && QString::fromStdString(row.mode.name) == mode) m_choices.setQuantization(mode);
  }
}

void ModelPageModel::resetChoices() {
  m_contextProblem.clear();
  m_choices.reset();
}

int ModelPageModel::context() const {
  const auto own = m_choices.settings().integer("max-model-len");
  return own ? static_cast<int>(std::clamp<int64_t>(*own, kLeastContext, kMostContext)) : trainedContext();
}

void ModelPageModel::setContext(int tokens) {
  if ((m_contextProblem.isEmpty() && tokens == context()) || !contextLocked().isEmpty()) return;
  const bool wasProblem = !std::exchange(m_contextProblem, QString()).isEmpty();
  const int wanted = std::clamp(tokens, kLeastContext, kMostContext);
  m_settingContext = true;
  static_cast<void>(m_choices.store("max-model-len", std::to_string(wanted)));
  m_settingContext = false;
  if (wasProblem) emit choicesChanged();
  if (const engine::Result<engine::EngineOptions> wantedOptions = options(); wantedOptions && m_info) {
    m_quantizations.setContext(*wantedOptions, m_info->trainedContext, static_cast<uint32_t>(context()));
    showPlan();
  }
  m_replanLater.start();
}

void ModelPageModel::setContextText(const QString& text) {
  QString digits;
  for (const QChar c : text) {
    if (!c.isSpace() && c != u',' && c != u'.' && c != u'\'') digits += c;
  }
  bool ok = false;
  const int tokens = digits.toInt(&ok);
  const int most = trainedContext() > 0 ? trainedContext() : kMostContext;
  if (!ok || tokens < kLeastContext || tokens > most) {
    m_contextProblem = tr("A whole number from %1 to %2").arg(kLeastContext).arg(QLocale().toString(most));
    return emit choicesChanged();
  }
  setContext(tokens);
}

void ModelPageModel::useLargest() {
  if (m_plan.largest > 0) setContext(m_plan.largest);
}

QString ModelPageModel::bytes(double count) const {
  return bytesText(static_cast<uint64_t>(std::max(0.0, count)));
}

QString ModelPageModel::gigabytes(double count) const {
  return ui::gigabytes(static_cast<uint64_t>(std::max(0.0, count)));
}

}  // namespace ui
