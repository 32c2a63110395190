// stop_bench MODEL [ROUNDS]: from Stop to the end, over the real engine and the window's own view-models, while a model
// loads, while a prompt is read and while an answer is written; each at random moments. Folders of its own; run it
// under a display (or xvfb-run), or with QT_QPA_PLATFORM=offscreen.
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <vector>

#include "ui/application.h"

namespace {

constexpr int kLongMs = 120000;

bool waitFor(const std::function<bool()>& condition, int ms = kLongMs) {
  QElapsedTimer timer;
  timer.start();
  while (!condition()) {
    if (timer.elapsed() > ms) return false;
    QCoreApplication::processEvents(QEventLoop::AllEvents, 1);
  }
  return true;
}

void pause(int ms) {
  static_cast<void>(waitFor([] { return false; }, ms));
}

class Times {
 public:
  void add(const QElapsedTimer& since) { m_ms.push_back(static_cast<double>(since.nsecsElapsed()) / 1e6); }
  void report(const char* phase) {
    if (m_ms.empty()) return static_cast<void>(std::printf("%s: never caught in it\n", phase));
    std::sort(m_ms.begin(), m_ms.end());
    const auto at = [this](double share) {
      return m_ms[static_cast<size_t>(share * static_cast<double>(m_ms.size() - 1))];
    };
    std::printf("stop while %s: %zu rounds, median %.1f ms, 95 %% within %.1f ms, longest %.1f ms\n", phase,
                m_ms.size(), at(0.5), at(0.95), at(1));
  }

 private:
  std::vector<double> m_ms;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "stop_bench MODEL [ROUNDS]\n"), 2;
  const QString model = QString::fromLocal8Bit(argv[1]);
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 20;
  QGuiApplication application(argc, argv);
  ui::prepareGuiApplication();
  QTemporaryDir dir;
  app::AppContextOptions options;
  options.paths = {.config = dir.filePath("config").toStdString(),
                   .data = dir.filePath("data").toStdString(),
                   .cache = app::AppPaths::standard().cache};
  static_cast<void>(options.settings.set("auto-titles", "false", app::SettingSource::Flag));
  auto context = app::createAppContext(std::move(options));
  if (!context) return std::fprintf(stderr, "%s\n", context.error().message.c_str()), 1;
  ui::Application window(**context);
  if (window.show() == nullptr) return 1;
  std::mt19937 random(1);
  const auto within = [&random](int ms) { return std::uniform_int_distribution<int>(0, std::max(1, ms))(random); };
  ui::ModelPageModel& page = window.modelPage();
  ui::ChatModel& chat = window.chat();
  QElapsedTimer timer;

  // One whole load says how long the moments may be.
  page.chooseAndLoad(model);
  if (!waitFor([&] { return page.state() == "loading"; })) return std::fprintf(stderr, "it does not load\n"), 1;
  timer.start();
  if (!waitFor([&] { return chat.ready(); })) return std::fprintf(stderr, "it does not load\n"), 1;
  const int loadMs = static_cast<int>(timer.elapsed());
  std::printf("a whole load: %d ms\n", loadMs);
  Times loads, prefills, decodes;
  for (int tries = 0, done = 0; done < rounds && tries < 10 * rounds; ++tries) {
    page.unload();
    if (!waitFor([&] { return page.state() == "empty"; })) return 1;
    page.load();
    if (!waitFor([&] { return page.state() == "loading" || page.state() == "ready"; })) return 1;
    pause(within(loadMs * 3 / 4));
    if (page.state() != "loading") continue;
    timer.start();
    page.cancel();
    if (!waitFor([&] { return page.state() != "loading"; })) return 1;
    if (chat.ready()) continue;  // it was done first
    loads.add(timer);
    ++done;
  }
  loads.report("a model loads");

  if (!chat.ready()) page.load();
  if (!waitFor([&] { return chat.ready(); })) return 1;
  QString lengthy;
  while (lengthy.size() < 3 * static_cast<int>(chat.contextTotal())) {
    lengthy += QStringLiteral("Sentence %1 of a text that nobody reads to its end. ").arg(random() % 100000);
  }
  chat.parameters()->setMaxTokens("4096");
  for (int i = 0; i < rounds; ++i) {
    chat.newChat();
    // Another beginning each time: nothing of it is in the prefix cache.
    chat.setDraft(QString::number(random()) + u' ' + lengthy.left(2 * static_cast<int>(chat.contextTotal())));
    chat.send();
    if (!waitFor([&] { return chat.activity() == "reading" && chat.promptTotal() > 0; })) return 1;
    pause(within(500));
    if (chat.activity() != "reading") continue;
    timer.start();
    chat.stop();
    if (!waitFor([&] { return !chat.busy(); })) return 1;
    prefills.add(timer);
  }
  prefills.report("a prompt is read");

  for (int i = 0; i < rounds; ++i) {
    chat.newChat();
    chat.setDraft(QStringLiteral("Count to a thousand, number %1, and explain each step.").arg(i));
    chat.send();
    if (!waitFor([&] { return chat.activity() == "answering" || !chat.busy(); })) return 1;
    pause(within(300));
    if (!chat.busy()) continue;
    timer.start();
    chat.stop();
    if (!waitFor([&] { return !chat.busy(); })) return 1;
    decodes.add(timer);
  }
  decodes.report("an answer is written");
  return 0;
}
