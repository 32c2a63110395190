// The model page: which model, how it is to be loaded, what that costs, and the load itself. Files are inspected and
// plans are made on worker threads.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QSettings>
#include <QUrl>
#include <QVariantList>
#include <QtQmlIntegration>
#include <optional>

#include "app/app_context.h"
#include "engine/chat_template.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/model/load_watch.h"
#include "ui/model/plan_facts.h"
#include "ui/model/recent_model.h"

namespace ui {

class ModelPageModel : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by Application")
  Q_PROPERTY(ui::RecentModel* recent READ recent CONSTANT)
  Q_PROPERTY(QString path READ path NOTIFY modelChanged)
  Q_PROPERTY(bool inspecting READ inspecting NOTIFY modelChanged)
  Q_PROPERTY(bool hasModel READ hasModel NOTIFY modelChanged)
  Q_PROPERTY(bool loadable READ loadable NOTIFY modelChanged)
  Q_PROPERTY(QString name READ name NOTIFY modelChanged)
  Q_PROPERTY(QVariantList cardRows READ cardRows NOTIFY modelChanged)
  Q_PROPERTY(QStringList problems READ problems NOTIFY modelChanged)
  Q_PROPERTY(QStringList notes READ notes NOTIFY modelChanged)
  Q_PROPERTY(int trainedContext READ trainedContext NOTIFY modelChanged)
  Q_PROPERTY(QStringList templateNames READ templateNames NOTIFY modelChanged)
  Q_PROPERTY(int templateIndex READ templateIndex NOTIFY choicesChanged)
  Q_PROPERTY(QString templateChosen READ templateChosen NOTIFY templateChanged)
  Q_PROPERTY(QString templateReason READ templateReason NOTIFY templateChanged)
  Q_PROPERTY(QString templateError READ templateError NOTIFY templateChanged)
  Q_PROPERTY(QString preview READ preview NOTIFY templateChanged)
  Q_PROPERTY(QVariantList quantizations READ quantizations NOTIFY planChanged)
  Q_PROPERTY(int context READ context NOTIFY choicesChanged)
  Q_PROPERTY(QString contextProblem READ contextProblem NOTIFY choicesChanged)
  Q_PROPERTY(int dtypeIndex READ dtypeIndex WRITE setDtypeIndex NOTIFY choicesChanged)
  Q_PROPERTY(ui::PlanFacts plan READ plan NOTIFY planChanged)
  Q_PROPERTY(QString planError READ planError NOTIFY planChanged)
  Q_PROPERTY(QString state READ state NOTIFY stateChanged)
  Q_PROPERTY(bool isLoadedOne READ isLoadedOne NOTIFY stateChanged)
  Q_PROPERTY(ui::PlanFacts measured READ measured NOTIFY stateChanged)
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
                 QObject* parent = nullptr);

  RecentModel* recent() { return &m_recent; }
  QString path() const { return m_path; }
  bool inspecting() const { return m_inspecting; }
  bool hasModel() const { return m_info.has_value() || !m_inspectError.isEmpty(); }
  bool loadable() const { return m_info && m_info->loadable(); }
  QString name() const;
  QVariantList cardRows() const;
  QStringList problems() const;
  QStringList notes() const;
  int trainedContext() const { return m_info ? static_cast<int>(m_info->trainedContext) : 0; }
  QStringList templateNames() const { return m_templateNames; }
  int templateIndex() const;
  QString templateChosen() const { return m_templateChosen; }
  QString templateReason() const { return m_templateReason; }
  QString templateError() const { return m_templateError; }
  QString preview() const { return m_preview; }
  QVariantList quantizations() const;
  int context() const;
  QString contextProblem() const { return m_contextProblem; }
  int dtypeIndex() const { return static_cast<int>(m_dtype); }
  void setDtypeIndex(int index);
  PlanFacts plan() const { return m_plan; }
  QString planError() const { return m_planError; }
  /// "empty", "loading", "ready", "unloading", "failed".
  QString state() const;
  /// The model shown is the one that is loaded, loading or failed.
  bool isLoadedOne() const;
  PlanFacts measured() const;
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
  Q_INVOKABLE void setTemplateIndex(int index);
  /// From slider or handle.
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
  /// Bytes with their unit, for QML.
  Q_INVOKABLE QString bytes(double count) const;
  Q_INVOKABLE QString gigabytes(double count) const;

 signals:
  void modelChanged();
  void choicesChanged();
  void templateChanged();
  void planChanged();
  void stateChanged();
  /// chooseAndLoad() chose what cannot be loaded.
  void refused();

 private:
  struct Inspection;
  void hostChanged();
  /// The choices shown would not fit, and nothing was tried yet.
  bool misfit() const;
  void giveBackScratch();
  void inspected(Inspection inspection);
  engine::Result<engine::EngineOptions> options() const;
  void remember();
  void recall();
  void replan();
  void rechooseTemplate();

  Tasks& m_tasks;
  SettingsBridge& m_settings;
  HostBridge& m_host;
  QSettings& m_state;
  app::AppPaths m_paths;
  RecentModel m_recent;
  QString m_path, m_inspectError;
  std::optional<engine::ModelInfo> m_info;
  QStringList m_templateNames;
  QString m_templateName;  ///< asked for; empty = automatic
  QString m_templateChosen, m_templateReason, m_templateError, m_preview;
  std::optional<int> m_context;
  QString m_contextProblem;
  engine::DTypeChoice m_dtype = engine::DTypeChoice::Float16;
  PlanFacts m_plan;
  QString m_planError;
  QElapsedTimer m_clock;
  LoadWatch m_watch;
  bool m_inspecting = false, m_loadWhenInspected = false, m_planning = false, m_planStale = false, m_dismissed = false;
  bool m_wasLoading = false, m_cancelled = false;
  int m_inspectTurn = 0, m_templateTurn = 0;
};

}  // namespace ui
