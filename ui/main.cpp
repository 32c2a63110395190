#include <linux/close_range.h>
#include <unistd.h>
#include <QGuiApplication>

#include <QQuickWindow>
#include <QTimer>
#include <cstdio>

#include "ui/application.h"
#include "ui/command_line.h"

namespace {

/// Settings from the file, the environment and the flags, or the exit status.
std::optional<int> readSettings(int argc, char** argv, const app::AppPaths& paths, app::Settings& settings) {
  std::vector<std::string> warnings;
  const auto failed = [](const engine::Error& error) {
    std::fprintf(stderr, "hearth: %s\n", error.message.c_str());
    return 2;
  };
  if (const auto read = settings.readFile(paths.config / "settings.json", &warnings); !read)
    return failed(read.error());
  for (const std::string& warning : warnings) std::fprintf(stderr, "hearth: %s\n", warning.c_str());
  if (const auto read = settings.readEnvironment(); !read) return failed(read.error());
  const auto line = ui::readCommandLine({argv + 1, argv + argc}, settings);
  if (!line) return failed(line.error());
  if (line->help) std::fputs(ui::commandLineHelp().c_str(), stdout);
  if (line->version) std::puts("hearth " HEARTH_VERSION);
  return line->help || line->version ? std::optional<int>(0) : std::nullopt;
}

int runWindow(int argc, char** argv) {
  app::AppContextOptions options;
  if (const std::optional<int> status = readSettings(argc, argv, options.paths, options.settings)) return *status;
  double startScale = 1;
  const std::string& scale = options.settings.text("scale");
  if (scale != "1" && !qEnvironmentVariableIsSet("QT_SCALE_FACTOR")) {
    qputenv("QT_SCALE_FACTOR", scale.c_str());
    startScale = options.settings.real("scale").value_or(1);
  }
  if (options.settings.boolean("software-rendering") && !qEnvironmentVariableIsSet("QT_QUICK_BACKEND")) {
    QQuickWindow::setGraphicsApi(QSGRendererInterface::Software);
  }

  int qtArguments = 1;  // the rest are our flags
  QGuiApplication application(qtArguments, argv);
  ui::prepareGuiApplication();
  engine::Result<std::unique_ptr<app::AppContext>> context = app::createAppContext(options);
  if (!context) {
    // Chats that cannot be opened must not keep the window from working; it says so.
    std::fprintf(stderr, "hearth: %s\n", context.error().message.c_str());
    const std::string why = context.error().message;
    options.withConversations = false;
    context = app::createAppContext(options);
    if (context) (*context)->conversationsNotice = why;
  }
  if (!context) {
    std::fprintf(stderr, "hearth: %s\n", context.error().message.c_str());
    return 1;
  }
  ui::Application window(**context, std::nullopt, std::nullopt, /*keychain=*/true);
  window.shell().setStartScale(startScale);
  if (window.show() == nullptr) return 1;
  QTimer::singleShot(0, &application, [&window] {
    window.resumeChat();
    window.loadFirstModel();
  });
  return QGuiApplication::exec();
}

}  // namespace

int main(int argc, char** argv) {
  const int status = runWindow(argc, argv);
  if (status != ui::kRestartStatus) return status;
  // Everything of ours is closed by now, the rest (a driver's) is not to outlive it; the arguments stay.
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  ::execv("/proc/self/exe", argv);
  std::perror("hearth: could not be started again");
  return 1;
}
