// window_bench [MODEL]: process start to the first frame on screen, without a model; with MODEL, resident memory of the
// idle window with that model loaded. Folders of its own; run it under a display (or xvfb-run).
#include <unistd.h>

#include <QFile>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>
#include <cstdio>
#include <ctime>

#include "ui/application.h"

namespace {

/// Seconds since this process was started, as the kernel counts them.
double secondsSinceStart() {
  QFile stat(QStringLiteral("/proc/self/stat"));
  if (!stat.open(QIODevice::ReadOnly)) return 0;
  const QByteArray line = stat.readAll();
  const QList<QByteArray> fields = line.mid(line.lastIndexOf(')') + 2).split(' ');
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const double started = fields.value(19).toDouble() / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9 - started;
}

double statusMegabytes(const QByteArray& name) {
  QFile status(QStringLiteral("/proc/self/status"));
  if (!status.open(QIODevice::ReadOnly)) return 0;
  for (const QByteArray& line : status.readAll().split('\n')) {
    if (line.startsWith(name + ':'))
      return line.mid(name.size() + 1).trimmed().split(' ').first().toDouble() * 1024 / 1e6;
  }
  return 0;
}

void reportMemory(ui::Application& window) {
  const ui::PlanFacts measured = window.modelPage().measured();
  const double resident = statusMegabytes("VmRSS");
  std::printf(
      "resident %.1f MB (anonymous %.1f, files %.1f); model's own: weights %.1f, KV cache %.1f, workspace %.1f MB\n",
      resident, statusMegabytes("RssAnon"), statusMegabytes("RssFile"), measured.weights / 1e6, measured.kv / 1e6,
      measured.work / 1e6);
  std::printf("resident beyond the weights %.1f MB, beyond all the model's memory %.1f MB\n",
              resident - measured.weights / 1e6, resident - measured.needed / 1e6);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string model = argc > 1 ? argv[1] : "";
  QGuiApplication application(argc, argv);
  ui::prepareGuiApplication();
  QTemporaryDir dir;
  app::AppContextOptions options;
  options.paths = {.config = dir.filePath("config").toStdString(),
                   .data = dir.filePath("data").toStdString(),
                   .cache = app::AppPaths::standard().cache};
  auto context = app::createAppContext(std::move(options));
  if (!context) {
    std::fprintf(stderr, "%s\n", context.error().message.c_str());
    return 1;
  }
  ui::Application window(**context);
  QQuickWindow* shown = window.show();
  if (shown == nullptr) return 1;
  QObject::connect(shown, &QQuickWindow::frameSwapped, &application, [&, done = false]() mutable {
    if (std::exchange(done, true)) return;
    std::printf("process start to first frame: %.3f s\n", secondsSinceStart());
    if (model.empty()) return QCoreApplication::exit(0);
    window.modelPage().chooseAndLoad(QString::fromStdString(model));
  });
  QObject::connect(&window.chat(), &ui::ChatModel::engineChanged, &application, [&] {
    if (!window.chat().ready()) return;
    constexpr int kIdleMs = 5000;
    QTimer::singleShot(kIdleMs, &application, [&] {
      reportMemory(window);
      QCoreApplication::exit(0);
    });
  });
  return QGuiApplication::exec();
}
