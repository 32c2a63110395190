// chat_bench [SECONDS]: the chat page's figures over a fake engine, with folders of its own; run it under a display (or
// xvfb-run). GUI-thread work per frame while 100 tokens a second stream into a chat of 200,000 characters, the switch
// to a chat of 2,000 messages, and a search over 10,000 chats.
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QTemporaryDir>
#include <QTimer>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <vector>

#include "tests/support/fake_engine.h"
#include "ui/application.h"

namespace {

constexpr int kMessages = 2000, kChats = 10000;
constexpr size_t kLongChat = 200000;

const char* const kParagraph =
    "## Acquire and release are enough\n\nEach index has **one writer**. The other side only has to see the slot "
    "*before* "
    "it sees the index move, see `head_` and [the paper](https://example.com):\n\n```cpp\nbool push(const T& value) {\n"
    "    auto head = head_.load(std::memory_order_relaxed);  // ours\n    if (head - tail_.load() == N) return false;\n"
    "    slots_[head % N] = value;\n    return true;\n}\n```\n\n1. On x86 the two differ only at the store.\n2. On Arm "
    "each access also orders against the others, $O(n \\log n)$ of them.\n\n";

std::string answerOf(size_t length) {
  std::string text;
  while (text.size() < length) text += kParagraph;
  return text;
}

app::Conversation titled(const std::string& title, app::MessageId leaf) {
  app::Conversation conversation;
  conversation.title = title;
  conversation.leaf = leaf;
  return conversation;
}

std::vector<app::Message> dialogue(int count, const std::string& question, const std::string& answer) {
  std::vector<app::Message> messages;
  for (int i = 0; i < count; ++i) {
    app::Message one;
    one.id = i + 1;
    one.parent = i;
    one.role = i % 2 == 0 ? "user" : "assistant";
    one.text = i % 2 == 0 ? question : answer;
    messages.push_back(std::move(one));
  }
  return messages;
}

/// Processor time of this thread in milliseconds: other programs do not count.
double threadMs() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

/// What the GUI thread works from one frame to the next.
class FrameWork : public QObject {
 public:
  explicit FrameWork(QQuickWindow* window) {
    connect(window, &QQuickWindow::frameSwapped, this, [this] {
      const double now = threadMs();
      if (m_recording) m_frames.push_back(now - m_last);
      m_last = now;
    });
  }
  void record() {
    m_frames.clear();
    m_last = threadMs();
    m_recording = true;
  }
  void report(const char* what) {
    m_recording = false;
    std::sort(m_frames.begin(), m_frames.end());
    const auto at = [this](double share) {
      return m_frames.empty() ? 0 : m_frames[static_cast<size_t>(share * static_cast<double>(m_frames.size() - 1))];
    };
    std::printf("%s: %zu frames, GUI-thread work median %.1f ms, 95th percentile %.1f ms, longest %.1f ms\n", what,
                m_frames.size(), at(0.5), at(0.95), at(1));
  }

 private:
  double m_last = 0;
  bool m_recording = false;
  std::vector<double> m_frames;
};

bool waitFor(const std::function<bool()>& condition, int ms) {
  QElapsedTimer timer;
  timer.start();
  while (!condition()) {
    if (timer.elapsed() > ms) return false;
    QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 20);
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int seconds = argc > 1 ? std::atoi(argv[1]) : 20;
  QGuiApplication application(argc, argv);
  ui::prepareGuiApplication();
  QTemporaryDir dir;
  app::AppContextOptions options;
  options.paths = {.config = dir.filePath("config").toStdString(),
                   .data = dir.filePath("data").toStdString(),
                   .cache = app::AppPaths::standard().cache};
  auto context = app::createAppContext(std::move(options));
  if (!context || !(*context)->conversations) return std::fprintf(stderr, "no context\n"), 1;
  app::ConversationStore& store = *(*context)->conversations;

  test_support::FakeLoad load;
  load.engine.answer = [](const engine::GenerationRequest&, int) { return answerOf(kLongChat); };
  load.engine.tokenDelay = std::chrono::microseconds(2500);  // a byte a token: 400 characters a second
  load.engine.contextLength = 4000000;
  (*context)->server.reset();  // it listens to the host that goes
  (*context)->host = std::make_unique<app::ModelHost>(test_support::makeFakeLoader(load));
  (*context)->server = std::make_unique<app::HttpServer>(*(*context)->host);

  app::ConversationId longChat = 0, manyMessages = 0;
  store.insert(titled("Long", 2), dialogue(2, "A question?", answerOf(kLongChat)),
               [&](const auto& made) { longChat = made->id; });
  store.insert(titled("Many", kMessages), dialogue(kMessages, "A question?", answerOf(300)),
               [&](const auto& made) { manyMessages = made->id; });
  store.flush();

  ui::Application window(**context);
  QQuickWindow* shown = window.show();
  if (shown == nullptr) return 1;
  shown->resize(1280, 800);
  ui::ChatModel& chat = window.chat();
  (*context)->host->load({});
  if (!waitFor([&] { return chat.ready() && chat.conversations()->count() == 2; }, 60000)) return 1;
  FrameWork work(shown);

  chat.open(longChat);
  if (!waitFor([&] { return chat.currentId() == longChat; }, 60000)) return 1;
  chat.setDraft("Go on");
  chat.send();
  if (!waitFor([&] { return chat.activity() == "answering"; }, 60000)) return 1;
  static_cast<void>(waitFor([] { return false; }, 1000));
  work.record();
  static_cast<void>(waitFor([] { return false; }, seconds * 1000));
  work.report("streaming into 200,000 characters");
  chat.stop();
  static_cast<void>(waitFor([&] { return !chat.busy(); }, 20000));

  std::vector<double> switches, switchWork;
  for (int i = 0; i < 10; ++i) {
    chat.newChat();
    static_cast<void>(waitFor([] { return false; }, 300));
    bool drawn = false;
    const auto frame = QObject::connect(shown, &QQuickWindow::frameSwapped, [&] {
      if (chat.currentId() == manyMessages) drawn = true;
    });
    QElapsedTimer timer;
    timer.start();
    const double before = threadMs();
    chat.open(manyMessages);
    static_cast<void>(waitFor([&] { return drawn; }, 20000));
    switches.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
    switchWork.push_back(threadMs() - before);
    QObject::disconnect(frame);
  }
  std::sort(switches.begin(), switches.end());
  std::sort(switchWork.begin(), switchWork.end());
  std::printf("switch to %d messages, to the first frame: median %.1f ms (GUI-thread work %.1f ms), longest %.1f ms\n",
              kMessages, switches[5], switchWork[5], switches.back());

  for (int i = 0; i < kChats; ++i) {
    const std::string number = std::to_string(i);
    store.insert(titled("Chat about subject " + number, 4),
                 dialogue(4, "What of subject " + number + "?", answerOf(800) + "word" + number), {});
  }
  store.flush();
  for (const char* query : {"word4711", "subject 99", "orders against", "of"}) {
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
      QElapsedTimer timer;
      timer.start();
      size_t hits = 0;
      store.search(query, 100, [&](const auto& found) { hits = found->size(); });
      store.flush();
      times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e6);
      if (i == 4) {
        std::sort(times.begin(), times.end());
        std::printf("search over %d chats for \"%s\": median %.1f ms, %zu hits\n", kChats, query, times[2], hits);
      }
    }
  }
  return 0;
}
