#include "ui/model/model_page_model.h"

#include <QCryptographicHash>
#include <QDir>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "app/app_context.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/model/model_card.h"

namespace ui {

namespace {

constexpr int kLeastContext = 16;

QString groupOf(const QString& path) {
  return QStringLiteral("model-") +
         QString::fromLatin1(QCryptographicHash::hash(path.toUtf8(), QCryptographicHash::Sha1).toHex().left(16));
}

}  // namespace

struct ModelPageModel::Inspection {
  engine::Result<engine::ModelInfo> info;
  QStringList templates;
};

ModelPageModel::ModelPageModel(Tasks& tasks, SettingsBridge& settings, HostBridge& host, QSettings& state,
                               app::AppPaths paths, QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_settings(settings),
      m_host(host),
      m_state(state),
      m_paths(std::move(paths)),
      m_recent(state) {
  m_clock.start();
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
  if (m_wasLoading && !loading) giveBackScratch();
  m_wasLoading = loading;
  emit stateChanged();
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
  m_loadWhenInspected = m_cancelled = false;
  m_inspecting = true;
  m_recent.setCurrent(m_path);
  recall();
  emit modelChanged();
  emit choicesChanged();
  emit planChanged();
  emit stateChanged();
  const std::string userTemplates = m_settings.settings().text("template-directory");
  m_tasks.run<Inspection>(
      this,
      [file = m_path.toStdString(), userTemplates] {
        Inspection result{engine::inspectModel(file), {}};
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
  m_templateNames = QStringList(tr("automatic")) + inspection.templates;
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
  replan();
  rechooseTemplate();
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

int ModelPageModel::templateIndex() const {
  return std::max(0, static_cast<int>(m_templateNames.indexOf(m_templateName)));
}

void ModelPageModel::setTemplateIndex(int index) {
  m_templateName = index > 0 && index < m_templateNames.size() ? m_templateNames[index] : QString();
  remember();
  emit choicesChanged();
  rechooseTemplate();
}

void ModelPageModel::setDtypeIndex(int index) {
  if (index < 0 || index > 3 || index == dtypeIndex()) return;
  m_dtype = static_cast<engine::DTypeChoice>(index);
  remember();
  emit choicesChanged();
  replan();
}

int ModelPageModel::context() const {
  return m_context.value_or(trainedContext());
}

void ModelPageModel::setContext(int tokens) {
  if (m_contextProblem.isEmpty() && tokens == context()) return;
  m_contextProblem.clear();
  m_context = std::max(kLeastContext, tokens);
  remember();
  emit choicesChanged();
  replan();
}

void ModelPageModel::setContextText(const QString& text) {
  QString digits;
  for (const QChar c : text) {
    if (!c.isSpace() && c != u',' && c != u'.' && c != u'\'') digits += c;
  }
  bool ok = false;
  const int tokens = digits.toInt(&ok);
  const int most = trainedContext() > 0 ? trainedContext() : 16777216;
  if (!ok || tokens < kLeastContext || tokens > most) {
    m_contextProblem = tr("A whole number from %1 to %2").arg(kLeastContext).arg(QLocale().toString(most));
    return emit choicesChanged();
  }
  setContext(tokens);
}

void ModelPageModel::useLargest() {
  if (m_plan.largest > 0) setContext(m_plan.largest);
}

QVariantList ModelPageModel::quantizations() const {
  const app::SettingRow* row = app::findSetting("quantization");
  static const std::map<std::string_view, const char*> kQuality = {
      {"none", QT_TR_NOOP("As stored")},
      {"ifq", QT_TR_NOOP("Almost lossless, int8 weights")},
      {"ifq_nf4", QT_TR_NOOP("Small loss; check it on your task")},
      {"fp8", QT_TR_NOOP("Very close, 8-bit floats")},
      {"smoothquant", QT_TR_NOOP("8-bit weights and activations")},
      {"auto", QT_TR_NOOP("Chooses by what fits")}};
  QVariantList rows;
  if (row == nullptr) return rows;
  for (const std::string_view choice : row->choices) {
    const bool standard = choice == row->defaultValue;
    const bool available = standard || row->unavailable.empty();
    const auto quality = kQuality.find(choice);
    rows.append(QVariantMap{
        {"mode", QString::fromUtf8(choice.data(), static_cast<qsizetype>(choice.size()))},
        {"available", available},
        {"chosen", standard},
        {"weights", standard && m_plan.known ? ui::gigabytes(static_cast<uint64_t>(m_plan.weights)) : QString()},
        {"total", standard && m_plan.known ? ui::gigabytes(static_cast<uint64_t>(m_plan.needed)) : QString()},
        {"fits", m_plan.fits},
        {"fitsText", !m_plan.known        ? QString()
                     : m_plan.fits        ? tr("%1 free").arg(bytesText(static_cast<uint64_t>(m_plan.free)))
                     : m_plan.largest > 0 ? tr("up to %1 tokens").arg(QLocale().toString(m_plan.largest))
                                          : tr("%1 missing").arg(bytesText(static_cast<uint64_t>(m_plan.missing)))},
        {"reason", available ? QString() : tr("Not in this version, which runs weights as stored.")},
        {"quality", quality != kQuality.end() ? tr(quality->second) : QString()}});
  }
  return rows;
}

QString ModelPageModel::bytes(double count) const {
  return bytesText(static_cast<uint64_t>(std::max(0.0, count)));
}

QString ModelPageModel::gigabytes(double count) const {
  return ui::gigabytes(static_cast<uint64_t>(std::max(0.0, count)));
}

void ModelPageModel::remember() {
  if (m_path.isEmpty()) return;
  m_state.beginGroup(groupOf(m_path));
  m_state.setValue("template", m_templateName);
  m_state.setValue("dtype", dtypeIndex());
  if (m_context) {
    m_state.setValue("context", *m_context);
  } else {
    m_state.remove("context");
  }
  m_state.endGroup();
}

/// What was used last with this model, else what the settings say.
void ModelPageModel::recall() {
  const engine::Result<engine::EngineOptions> standard = m_settings.settings().engineOptions();
  m_state.beginGroup(groupOf(m_path));
  const bool known = m_state.contains("dtype");
  m_templateName = known ? m_state.value("template").toString()
                         : QString::fromStdString(m_settings.settings().text("conv-template"));
  m_dtype = standard ? standard->dtype : engine::DTypeChoice::Float16;
  const int dtype = m_state.value("dtype", -1).toInt();
  if (dtype >= 0 && dtype <= 3 && !m_settings.fixed("dtype")) m_dtype = static_cast<engine::DTypeChoice>(dtype);
  m_context.reset();
  if (standard && standard->maxModelLen) m_context = static_cast<int>(*standard->maxModelLen);
  if (m_state.contains("context") && !m_settings.fixed("max-model-len")) m_context = m_state.value("context").toInt();
  m_contextProblem.clear();
  m_state.endGroup();
}

}  // namespace ui
