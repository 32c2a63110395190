// The model page: which model, how it is to be loaded, what that costs, and the load itself. Files are inspected and
// plans are made on worker threads.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QElapsedTimer>
#include <QObject>
#include <QSettings>
#include <QTimer>
#include <QUrl>
#include <QVariantList>
#include <optional>

#include "app/app_context.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/model/advanced_model.h"
#include "ui/model/directory_model.h"
#include "ui/model/load_choices.h"
#include "ui/model/load_watch.h"
#include "ui/model/model_sources.h"
#include "ui/model/plan_facts.h"
#include "ui/model/quantization_model.h"
#include "ui/model/recent_model.h"
#include "ui/model/template_model.h"

namespace ui {

class ModelPageModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::RecentModel* recent READ recent CONSTANT)
  Q_PROPERTY(ui::DirectoryModel* directory READ directory CONSTANT)
  Q_PROPERTY(ui::TemplateModel* templates READ templates CONSTANT)
  Q_PROPERTY(ui::QuantizationModel* quantizations READ quantizations CONSTANT)
  Q_PROPERTY(ui::AdvancedModel* advanced READ advanced CONSTANT)
  Q_PROPERTY(QString path READ path NOTIFY modelChanged)
  Q_PROPERTY(QString shownPath READ shownPath NOTIFY modelChanged)
  Q_PROPERTY(bool inspecting READ inspecting NOTIFY modelChanged)
  Q_PROPERTY(bool hasModel READ hasModel NOTIFY modelChanged)
  Q_PROPERTY(bool loadable READ loadable NOTIFY modelChanged)
  Q_PROPERTY(QString name READ name NOTIFY modelChanged)
  Q_PROPERTY(QVariantList cardRows READ cardRows NOTIFY modelChanged)
  Q_PROPERTY(QStringList problems READ problems NOTIFY modelChanged)
  Q_PROPERTY(QStringList notes READ notes NOTIFY modelChanged)
  Q_PROPERTY(int trainedContext READ trainedContext NOTIFY modelChanged)
  Q_PROPERTY(int context READ context NOTIFY choicesChanged)
  Q_PROPERTY(QString contextProblem READ contextProblem NOTIFY choicesChanged)
  Q_PROPERTY(QString contextLocked READ contextLocked NOTIFY choicesChanged)
  Q_PROPERTY(int dtypeIndex READ dtypeIndex WRITE setDtypeIndex NOTIFY choicesChanged)
  Q_PROPERTY(QString dtypeLocked READ dtypeLocked NOTIFY choicesChanged)
  Q_PROPERTY(QString trainedType READ trainedType NOTIFY modelChanged)
  Q_PROPERTY(int deviceIndex READ deviceIndex WRITE setDeviceIndex NOTIFY choicesChanged)
  Q_PROPERTY(QString deviceLocked READ deviceLocked NOTIFY choicesChanged)
  Q_PROPERTY(QString deviceReason READ deviceReason NOTIFY planChanged)
  Q_PROPERTY(bool deviceRefused READ deviceRefused NOTIFY planChanged)
  Q_PROPERTY(QString memoryShare READ memoryShare NOTIFY choicesChanged)
  Q_PROPERTY(bool ownChoices READ ownChoices NOTIFY choicesChanged)
  Q_PROPERTY(ui::PlanFacts plan READ plan NOTIFY planChanged)
  Q_PROPERTY(QVariantList devicePlans READ devicePlans NOTIFY planChanged)
  Q_PROPERTY(QString planError READ planError NOTIFY planChanged)
  Q_PROPERTY(double hostTotal READ hostTotal NOTIFY planChanged)
  Q_PROPERTY(double hostFree READ hostFree NOTIFY planChanged)
  Q_PROPERTY(double hostOurs READ hostOurs NOTIFY planChanged)
  Q_PROPERTY(QString loadNote READ loadNote NOTIFY planChanged)
  Q_PROPERTY(QString state READ state NOTIFY stateChanged)
  Q_PROPERTY(bool isLoadedOne READ isLoadedOne NOTIFY stateChanged)
  Q_PROPERTY(ui::PlanFacts measured READ measured NOTIFY stateChanged)
  Q_PROPERTY(ui::PlanFacts loadPlan READ loadPlan NOTIFY stateChanged)
  Q_PROPERTY(QString loadSeconds READ loadSeconds NOTIFY stateChanged)
  Q_PROPERTY(QVariantList loadSteps READ loadSteps NOTIFY stateChanged)
  Q_PROPERTY(double bytesDone READ bytesDone NOTIFY stateChanged)
  Q_PROPERTY(double bytesTotal READ bytesTotal NOTIFY stateChanged)
  Q_PROPERTY(QString loadPace READ loadPace NOTIFY stateChanged)
  Q_PROPERTY(bool cancelled READ cancelled NOTIFY stateChanged)
  Q_PROPERTY(bool trouble READ trouble NOTIFY stateChanged)
  Q_PROPERTY(QString errorTitle READ errorTitle NOTIFY stateChanged)
  Q_PROPERTY(QString error READ error NOTIFY stateChanged)
  Q_PROPERTY(QVariantList waysOut READ waysOut NOTIFY stateChanged)

 public:
  ModelPageModel(Tasks& tasks, SettingsBridge& settings, HostBridge& host, QSettings& state, app::AppPaths paths,
                 ModelSources sources, QObject* parent = nullptr);

  RecentModel* recent() { return &m_recent; }
  DirectoryModel* directory() { return &m_directory; }
  TemplateModel* templates() { return &m_templates; }
  QuantizationModel* quantizations() { return &m_quantizations; }
  AdvancedModel* advanced() { return &m_advanced; }
  QString path() const { return m_path; }
  /// The path with ~ for the user's own folder.
  QString shownPath() const;
  bool inspecting() const { return m_inspecting; }
  bool hasModel() const { return m_info.has_value() || !m_inspectError.isEmpty(); }
  bool loadable() const { return m_info && m_info->loadable(); }
  QString name() const;
  QVariantList cardRows() const;
  QStringList problems() const;
  QStringList notes() const;
  int trainedContext() const { return m_info ? static_cast<int>(m_info->trainedContext) : 0; }
  int context() const;
  QString contextProblem() const { return m_contextProblem; }
  QString contextLocked() const { return m_choices.locked("max-model-len"); }
  /// auto, float16, bfloat16, float32.
  int dtypeIndex() const;
  void setDtypeIndex(int index);
  QString dtypeLocked() const { return m_choices.locked("dtype"); }
  /// What most weights are stored in.
  QString trainedType() const;
  /// auto, cpu, cuda; 3 is a GPU by its number.
  int deviceIndex() const;
  void setDeviceIndex(int index);
  QString deviceLocked() const { return m_choices.locked("device"); }
  /// Which device that means here, and why; or why it cannot be had.
  QString deviceReason() const { return m_deviceReason; }
  bool deviceRefused() const { return m_deviceRefused; }
  /// --gpu-memory-utilization.
  QString memoryShare() const { return m_choices.text("gpu-memory-utilization"); }
  /// This model says something else than the settings.
  bool ownChoices() const { return m_choices.any(); }
  PlanFacts plan() const { return m_plan; }
  /// planFacts of every device that the plan is for, in their order.
  QVariantList devicePlans() const;
  QString planError() const { return m_planError; }
  /// Host memory, where the model itself goes elsewhere; 0 while it is not known.
  double hostTotal() const { return static_cast<double>(m_hostMemory.total); }
  double hostFree() const { return static_cast<double>(m_hostMemory.free); }
  double hostOurs() const { return static_cast<double>(m_hostMemory.usedByUs); }
  /// How long a load would take at the speed of the last one from this disk; empty while there was none.
  QString loadNote() const;
  /// "empty", "loading", "ready", "unloading", "failed".
  QString state() const;
  /// The model shown is the one that is loaded, loading or failed.
  bool isLoadedOne() const;
  /// What the loaded engine holds, and what was planned for it.
  PlanFacts measured() const;
  PlanFacts loadPlan() const;
  QString loadSeconds() const;
  /// {text, detail, state} maps of the load that runs; state is "done", "now" or "next".
  QVariantList loadSteps() const { return m_watch.steps(); }
  double bytesDone() const { return m_watch.bytesDone(); }
  double bytesTotal() const { return m_watch.bytesTotal(); }
  /// Speed and time left; empty while nothing is known of them.
  QString loadPace() const;
  /// The last load was cancelled, and nothing was begun since.
  bool cancelled() const { return m_cancelled && state() == QLatin1String("empty"); }
  /// A load failed, or the plan says that it would.
  bool trouble() const { return state() == QLatin1String("failed") || misfit(); }
  /// What the trouble is in a few words; error() says the rest.
  QString errorTitle() const;
  QString error() const;
  /// {title, detail, button} maps; the index goes to takeWayOut().
  QVariantList waysOut() const;

  /// Shows a model directory or file; `file:` addresses come from dialogs and drops.
  Q_INVOKABLE void choose(const QUrl& url);
  Q_INVOKABLE void choosePath(const QString& path);
  Q_INVOKABLE void useStarter();
  /// Chooses and loads as soon as it is inspected; for the command line and the first run.
  Q_INVOKABLE void chooseAndLoad(const QString& path);
  Q_INVOKABLE void setQuantization(const QString& mode);
  /// Back to what the settings say.
  Q_INVOKABLE void resetChoices();
  /// From slider or handle: the page shows it at once, with numbers of its own until the plan is made again.
  Q_INVOKABLE void setContext(int tokens);
  /// From the field: what is out of range stays as typed, with the range below.
  Q_INVOKABLE void setContextText(const QString& text);
  Q_INVOKABLE void useLargest();
  Q_INVOKABLE void load();
  Q_INVOKABLE void cancel();
  Q_INVOKABLE void unload();
  Q_INVOKABLE void takeWayOut(int index);
  Q_INVOKABLE void dismissError();
  /// The failure in words, to the clipboard.
  Q_INVOKABLE void copyError() const;
  /// What loads this model so without the window, to the clipboard.
  Q_INVOKABLE void copyCommandLine() const;
  /// Bytes with their unit, for QML.
  Q_INVOKABLE QString bytes(double count) const;
  Q_INVOKABLE QString gigabytes(double count) const;

 signals:
  void modelChanged();
  void choicesChanged();
  void planChanged();
  void stateChanged();
  /// chooseAndLoad() chose what cannot be loaded.
  void refused();

 private:
  struct Inspection;
  struct PlanSet;
  void hostChanged();
  /// The choices shown would not fit, and nothing was tried yet.
  bool misfit() const;
  void giveBackScratch();
  void inspected(Inspection inspection);
  engine::Result<engine::EngineOptions> options() const;
  void choicesTaken();
  void replan();
  void planned(PlanSet set);
  void showPlan();
  void measureBandwidth();
  void noteReadSpeed();

  Tasks& m_tasks;
  SettingsBridge& m_settings;
  HostBridge& m_host;
  QSettings& m_state;
  app::AppPaths m_paths;
  const ModelSources m_sources;
  LoadChoices m_choices;
  RecentModel m_recent;
  DirectoryModel m_directory;
  TemplateModel m_templates;
  QuantizationModel m_quantizations;
  AdvancedModel m_advanced;
  QString m_path, m_inspectError;
  QString m_disk;  ///< the file system that the model lies on
  std::optional<engine::ModelInfo> m_info;
  QString m_contextProblem;
  PlanFacts m_plan;
  QList<PlanFacts> m_devicePlans;
  QString m_planError, m_deviceReason;
  engine::HostMemory m_hostMemory;
  QElapsedTimer m_clock;
  QTimer m_replanLater;
  LoadWatch m_watch;
  QString m_bandwidthDevice;  ///< whose read bandwidth is known or being measured
  bool m_inspecting = false, m_loadWhenInspected = false, m_planning = false, m_planStale = false, m_dismissed = false;
  bool m_wasLoading = false, m_cancelled = false, m_deviceRefused = false, m_settingContext = false;
  int m_inspectTurn = 0;
};

}  // namespace ui
