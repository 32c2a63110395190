// window_bench [MODEL]: process start to the first frame on screen, without a model; with MODEL, resident memory of the
// idle window with that model loaded. window_bench --drag MODEL: from a change of the context to the frame that shows
// it, over a drag of the memory bar's edge; window_bench --monitor: processor time of the window with its Monitor page
// shown, and hidden; window_bench --idle: processor time and resident memory of the idle window without a model.
// Folders of its own; run it under a display (or xvfb-run).
#include <unistd.h>

#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

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

/// Processor seconds of this process so far.
double processorSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double percentile(std::vector<double> samples, double share) {
  std::sort(samples.begin(), samples.end());
  return samples.empty() ? 0 : samples[static_cast<size_t>(share * static_cast<double>(samples.size() - 1))];
}

/// Changes the context step by step, each when the frame of the one before is on the screen.
class Drag : public QObject {
 public:
  Drag(ui::ModelPageModel& page, QQuickWindow& window) : m_page(page) {
    connect(&window, &QQuickWindow::frameSwapped, this, [this] {
      if (!m_clock.isValid()) return;
      m_frames.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
      m_clock.invalidate();
      QTimer::singleShot(kPauseMs, this, &Drag::step);
    });
  }
  void step() {
    constexpr int kStep = 16, kSteps = 100;
    if (m_frames.size() >= kSteps) {
      std::printf(
          "context to frame over %d steps: median %.1f ms, 95 %% within %.1f ms, most %.1f ms; of it the change "
          "itself: median %.2f ms\n",
          kSteps, percentile(m_frames, 0.5), percentile(m_frames, 0.95), percentile(m_frames, 1),
          percentile(m_changes, 0.5));
      return QCoreApplication::exit(0);
    }
    m_clock.start();
    m_page.setContext(m_page.context() - kStep);
    m_changes.push_back(static_cast<double>(m_clock.nsecsElapsed()) / 1e6);
  }

 private:
  static constexpr int kPauseMs = 8;  // a mouse tells some hundred places a second

  ui::ModelPageModel& m_page;
  QElapsedTimer m_clock;
  std::vector<double> m_frames, m_changes;
};

/// Processor time over twenty seconds in which nothing happens, and memory.
void watchIdle(QObject* owner) {
  constexpr int kSpanMs = 20000, kSettleMs = 5000;
  QTimer::singleShot(kSettleMs, owner, [owner] {
    QTimer::singleShot(kSpanMs, owner, [begun = processorSeconds()] {
      std::printf("idle without a model: %.2f %% of one core, resident %.1f MB (anonymous %.1f, files %.1f)\n",
                  (processorSeconds() - begun) / (kSpanMs / 1e3) * 100, statusMegabytes("VmRSS"),
                  statusMegabytes("RssAnon"), statusMegabytes("RssFile"));
      QCoreApplication::exit(0);
    });
  });
}

/// Processor time over ten seconds with the Monitor page shown, then hidden.
void watchMonitor(ui::Application& window, QObject* owner) {
  constexpr int kSpanMs = 10000, kSettleMs = 3000;
  static double begun = 0;
  const auto measure = [owner](const char* what, const std::function<void()>& then) {
    QTimer::singleShot(kSettleMs, owner, [=] {
      begun = processorSeconds();
      QTimer::singleShot(kSpanMs, owner, [=] {
        std::printf("%s: %.2f %% of one core\n", what, (processorSeconds() - begun) / (kSpanMs / 1e3) * 100);
        then();
      });
    });
  };
  window.shell().setPage("monitor");
  measure("Monitor page shown", [&window, measure] {
    window.shell().setPage("server");
    measure("Monitor page hidden, a sample a second", [] { QCoreApplication::exit(0); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc > 1 && argv[1][0] == '-' ? argv[1] : "";
  const std::string model = argc > (mode.empty() ? 1 : 2) ? argv[mode.empty() ? 1 : 2] : "";
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
    if (mode == "--idle") return watchIdle(&application);
    if (mode == "--monitor") return watchMonitor(window, &application);
    if (model.empty()) return QCoreApplication::exit(0);
    if (mode == "--drag") {
      shown->resize(1440, 900);
      window.shell().setPage("model");
      window.modelPage().choosePath(QString::fromStdString(model));
      auto* drag = new Drag(window.modelPage(), *shown);
      drag->setParent(&application);
      constexpr int kSettleMs = 4000;
      QTimer::singleShot(kSettleMs, drag, &Drag::step);
      return;
    }
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
