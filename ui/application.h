// The window over an application: view-models, QML engine, fonts and the fences around what QML may load.
#pragma once

#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <memory>

#include "app/app_context.h"
#include "ui/shell/shell_model.h"

namespace ui {

/// Prepares what must be set before the first window: fonts, text rendering, names. Once a process.
void prepareGuiApplication();

class Application {
 public:
  explicit Application(const app::AppPaths& paths);
  ~Application();

  /// Builds and shows the window; null when the QML does not load, which is a broken build.
  QQuickWindow* show();
  ShellModel& shell() { return *m_shell; }
  QQmlApplicationEngine& engine() { return *m_engine; }

 private:
  std::unique_ptr<ShellModel> m_shell;
  std::unique_ptr<QQmlApplicationEngine> m_engine;
};

}  // namespace ui
