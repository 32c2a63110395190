// The window over an application context: view-models, QML engine, and the fences around what QML may load.
#pragma once

#include <QCoreApplication>
#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <QSettings>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/app_context.h"
#include "ui/bridge/chat_store.h"
#include "ui/bridge/host_bridge.h"
#include "ui/bridge/settings_bridge.h"
#include "ui/bridge/tasks.h"
#include "ui/chat/chat_model.h"
#include "ui/firstrun/first_run_model.h"
#include "ui/hub/hub_page_model.h"
#include "ui/i18n/language.h"
#include "ui/model/model_page_model.h"
#include "ui/monitor/monitor_model.h"
#include "ui/remote/remote_model.h"
#include "ui/server/server_model.h"
#include "ui/settings/settings_model.h"
#include "ui/shell/shell_model.h"
#include "ui/shell/status_model.h"

namespace ui {

/// Prepares what must be set before the first window: fonts, text rendering, names. Once a process.
void prepareGuiApplication();

/// What the window's event loop ends with when the program is to be started anew.
inline constexpr int kRestartStatus = 75;

/// Owns everything of the window; the context must outlive it. Without conversations in the context chats last as
/// long as the window.
class Application {
 public:
  /// `sources` are what the model page asks, `hub` where models are got, `starter` where the starter model is; those of
  /// this machine when absent. Without `keychain` the server's keys are kept in a file of the context's folder.
  explicit Application(app::AppContext& context, std::optional<ModelSources> sources = std::nullopt,
                       std::optional<app::HubOptions> hub = std::nullopt, bool keychain = false,
                       std::optional<app::StarterOptions> starter = std::nullopt);
  ~Application();

  /// Builds and shows the window; null when the QML does not load, which is a broken build.
  QQuickWindow* show();
  /// Loads the model that was asked for by flag or environment, else the last one. Call when the window is shown.
  void loadFirstModel();
  /// Opens the chat that was open when the program was started anew; nothing after an ordinary end.
  void resumeChat();
  /// What is done once the open chat has been noted: by default the event loop ends with kRestartStatus.
  void setRestart(std::function<void()> restart) { m_restart = std::move(restart); }

  ChatModel& chat() { return m_chat; }
  ModelPageModel& modelPage() { return m_modelPage; }
  HubPageModel& hub() { return m_hub; }
  FirstRunModel& firstRun() { return m_firstRun; }
  RemoteModel& remote() { return m_remote; }
  ServerModel& server() { return m_server; }
  MonitorModel& monitor() { return m_monitor; }
  ShellModel& shell() { return m_shell; }
  SettingsModel& settings() { return m_settingsPage; }
  QQmlApplicationEngine& engine() { return *m_engine; }

 private:
  void restart();
  void showLanguage();

  app::AppContext& m_context;
  std::function<void()> m_restart = [] { QCoreApplication::exit(kRestartStatus); };
  QSettings m_state;
  Tasks m_tasks;
  SettingsBridge m_settings;
  Language m_language;
  HostBridge m_host;
  std::unique_ptr<ChatStore> m_store;
  const ModelSources m_sources;
  ShellModel m_shell;
  RemoteModel m_remote;
  StatusModel m_status;
  ChatModel m_chat;
  ModelPageModel m_modelPage;
  HubPageModel m_hub;
  FirstRunModel m_firstRun;
  ServerModel m_server;
  MonitorModel m_monitor;
  SettingsModel m_settingsPage;
  std::unique_ptr<QQmlApplicationEngine> m_engine;
};

}  // namespace ui
