// The window as it is photographed: a fake engine on a fake GPU, chats of fixed days, nothing that a clock changes.
#pragma once

#include <QGuiApplication>
#include <QImage>
#include <QPainter>
#include <QTemporaryDir>
#include <QTest>
#include <functional>
#include <vector>

#include "app/conversation_store.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

namespace ui_test {

class PictureRig;

struct PictureScene {
  QString name, page;
  /// Brings up what the page does not show by itself, and takes it away again.
  std::function<void(PictureRig&)> open = {}, close = {};
  /// Items that show figures of the moment: painted over.
  QStringList hidden = {};
};

inline const char* const kPictureAnswer =
    "Acquire and release are enough. Each index has one writer; the other side only has to see the slot *before* it "
    "sees "
    "the index move:\n\n```cpp\nbool push(const T& value) {\n    auto head = head_.load(std::memory_order_relaxed);\n"
    "    if (head - tail_.load(std::memory_order_acquire) == N) return false;\n    slots_[head % N] = value;\n    "
    "return true;\n}\n```\n\n| Access | Order | What it guards |\n|---|---|---|\n| own index, load | relaxed | nothing "
    "|\n| other index, load | acquire | the slot's contents |\n\nThe mean wait is $\\frac{1}{n}\\sum_{i=1}^{n} w_i$.\n";

/// The window with its folders; `loaded` with a model in and chats, else as at the first start.
class PictureRig {
 public:
  explicit PictureRig(bool loaded) {
    m_context.paths = {.config = path("config"), .data = path("data"), .cache = path("cache")};
    for (const auto& folder : {m_context.paths.config, m_context.paths.data, m_context.paths.cache}) {
      std::filesystem::create_directories(folder);
    }
    if (loaded) addChats();
    FakeMachine machine;
    machine.found = {{"/models/Baichuan2-13B-Chat", "/models"}, {"/models/Qwen1.5-7B-Chat", "/models"}};
    if (!loaded) machine.found = {{"/models/Meta-Llama-3.1-8B-Instruct", "/models"}};
    test_support::FakeLoad load;
    load.engine.modelId = "Meta-Llama-3.1-8B-Instruct";
    load.engine.contextLength = 65536;
    engine::EngineOptions options;
    options.maxNumSeqs = 1;
    options.maxModelLen = load.engine.contextLength;
    options.quantization = engine::Quantization::Ifq;
    load.engine.plan = fakePlan(machine, options);
    load.engine.measured = load.engine.plan->devices.front();
    load.engine.measured->activations -= 50'000'000;
    load.bytes = 16'060'000'000;
    static_cast<void>(m_context.settings.set("max-num-seqs", "1", app::SettingSource::Stored));
    m_context.host = std::make_unique<app::ModelHost>(test_support::makeFakeLoader(load));
    m_context.server = std::make_unique<app::HttpServer>(*m_context.host);
    app::HubOptions hub;
    hub.cacheFolder = path("hub");
    m_application = std::make_unique<ui::Application>(m_context, fakeSources(machine), hub, false,
                                                      app::StarterOptions::forPaths(m_context.paths));
    m_application->monitor().stopClock();
    m_window = m_application->show();
    set("less-motion", "true");
    if (loaded) open();
  }

  QQuickWindow* window() { return m_window; }
  ui::Application& application() { return *m_application; }
  QQuickItem* item(const QString& name) { return findItem(m_window->contentItem(), name); }
  void set(const char* key, const char* value) { static_cast<void>(m_application->settings().store(key, value)); }

  /// The window with the scene in view, when it has come to rest.
  QImage picture(const PictureScene& scene) {
    m_application->shell().setPage(scene.page);
    if (scene.open) scene.open(*this);
    rest();
    QImage picture = m_window->grabWindow();
    QPainter painter(&picture);
    for (const QString& name : scene.hidden) {
      if (const QQuickItem* found = item(name)) {
        painter.fillRect(found->mapRectToScene(found->boundingRect()), QColor(128, 128, 128));
      }
    }
    painter.end();
    if (scene.close) scene.close(*this);
    return picture;
  }

 private:
  std::filesystem::path path(const char* name) const { return m_dir.filePath(name).toStdString(); }

  /// Until two pictures in a row are the same.
  void rest() {
    constexpr int kFadeMs = 150, kMost = 20;
    QImage before;
    for (int i = 0; i < kMost; ++i) {
      QTest::qWait(kFadeMs);
      const QImage now = m_window->grabWindow();
      if (now == before) return;
      before = now;
    }
  }

  static void wait(const std::function<bool()>& condition) {
    if (!QTest::qWaitFor(condition, kLong)) qWarning("waited in vain");
  }

  void addChats() {
    auto opened = app::ConversationStore::open(m_context.paths.data / "conversations.db");
    if (!opened.ok()) qFatal("%s", opened.error().message.c_str());
    m_context.conversations = std::move(opened).value();
    constexpr int64_t kDay = 86'400'000, kNoon = 1'717'243'200'000;  // 1 June 2024
    const std::array titles = {"Lock-free ring buffer", "Why a memory fence is not enough", "Letter to the landlord",
                               "Packing list for the mountains"};
    for (size_t i = 0; i < titles.size(); ++i) {
      app::Conversation conversation;
      conversation.title = titles.at(i);
      conversation.createdAt = conversation.updatedAt = kNoon - static_cast<int64_t>(i) * 40 * kDay;
      conversation.leaf = 2;
      std::vector<app::Message> messages(2);
      messages[0].id = 1;
      messages[0].role = "user";
      messages[0].text = "Is acquire and release enough for a ring buffer with one writer?";
      messages[1].id = 2;
      messages[1].parent = 1;
      messages[1].role = "assistant";
      messages[1].text = kPictureAnswer;
      messages[1].reasoning = "Two indices, one writer each.";
      messages[1].metaJson =
          R"({"model":"Meta-Llama-3.1-8B-Instruct","template":"llama-3","prompt_tokens":34,"completion_tokens":212,)"
          R"("first_token_seconds":0.14,"decode_seconds":3.52,"finish_reason":"stop","reasoning_tokens":9,)"
          R"("reasoning_seconds":0.4})";
      m_context.conversations->insert(conversation, messages, {});
    }
    m_context.conversations->flush();
  }

  void open() {
    ui::ModelPageModel& page = m_application->modelPage();
    page.choosePath(kFakeModel);
    page.setContext(65536);
    wait([&] { return page.plan().known; });
    page.setQuantization("ifq");
    wait([&] { return page.loadable() && page.plan().known; });
    QTest::qWait(500);
    page.load();
    ui::ChatModel& chat = m_application->chat();
    wait([&] { return chat.ready() && chat.conversations()->count() > 0; });
    chat.dismissNotice();
    chat.open(
        chat.conversations()->data(chat.conversations()->index(0), ui::ConversationListModel::IdRole).toLongLong());
    wait([&] { return chat.transcript()->count() > 3; });
  }

  QTemporaryDir m_dir;
  app::AppContext m_context;
  std::unique_ptr<ui::Application> m_application;
  QQuickWindow* m_window = nullptr;
};

inline PictureScene shortcutScene(const QString& page) {
  return {.name = "shortcuts",
          .page = page,
          .open = [](PictureRig& rig) { QTest::keyClick(rig.window(), Qt::Key_Slash, Qt::ControlModifier); },
          .close = [](PictureRig& rig) { QTest::keyClick(rig.window(), Qt::Key_Escape); }};
}

/// With a model and chats.
inline std::vector<PictureScene> loadedScenes() {
  return {
      {.name = "chat", .page = "chat"},         {.name = "model", .page = "model"},
      {.name = "server", .page = "server"},     {.name = "monitor", .page = "monitor", .hidden = {"monitorContent"}},
      {.name = "settings", .page = "settings"}, shortcutScene("settings")};
}

/// Before the first model.
inline std::vector<PictureScene> emptyScenes() {
  return {{.name = "firstrun", .page = "chat", .hidden = {"statusMemory"}}};
}

}  // namespace ui_test
