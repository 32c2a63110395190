// The sheet that gets models, in the real window, against a hub of the test's own on the loopback address.
#include <filesystem>
#include <fstream>

#include "tests/app/hub/fake_hub.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

using app::testing::FakeHub;
using app::testing::HubCall;
using app::testing::HubReply;
using app::testing::randomBytes;
using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

constexpr const char* kRepository = "org/tiny";

class HubSheet {
 public:
  explicit HubSheet(std::optional<ui::ModelSources> sources = ui_test::fakeSources()) : m_sources(std::move(sources)) {
    ::setenv("no_proxy", "*", 1);
    m_options.endpoint = m_hub.endpoint();
    m_options.cacheFolder = (m_dir.path() + "/hub").toStdString();
    m_options.stateFile = (m_dir.path() + "/downloads.json").toStdString();
    m_options.times.retryFirstSeconds = 0.01;
    m_options.times.retryMostSeconds = 0.05;
    m_options.times.attempts = 2;
    open();
  }

  /// A new program over the same folders.
  void open() {
    m_fixture.reset();
    m_fixture = std::make_unique<WindowFixture>(test_support::makeFakeLoader({}), std::string(), m_sources, m_options);
    m_fixture->window()->resize(1280, 800);
    m_fixture->application().shell().setPage("model");
  }
  void close() { m_fixture.reset(); }
  /// config.json and weights of so many bytes.
  void addModel(size_t bytes, const std::string& config = R"({"model_type":"llama"})") {
    m_hub.add(kRepository, {.path = "config.json", .content = config, .large = false});
    m_hub.add(kRepository, {.path = "tokenizer.json", .content = "{}", .large = false});
    m_hub.add(kRepository, {.path = "model.safetensors", .content = randomBytes(bytes, 1)});
  }
  bool wait(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kLong); }
  void search(const QString& words) {
    m_fixture->click("getModels");
    m_fixture->item("hubWords")->forceActiveFocus();
    m_fixture->type(words);
    QTest::keyClick(m_fixture->window(), Qt::Key_Return);
  }
  QTemporaryDir m_dir;
  FakeHub m_hub;
  app::HubOptions m_options;
  std::optional<ui::ModelSources> m_sources;
  std::unique_ptr<WindowFixture> m_fixture;
};

}  // namespace

class HubTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void nothingIsAskedBeforeTheSearch() {
    HubSheet sheet;
    sheet.m_fixture->click("getModels");
    QVERIFY(sheet.m_fixture->item("hubWords") != nullptr);
    sheet.m_fixture->settle();
    QVERIFY(sheet.m_hub.calls().empty());
    QTest::keyClick(sheet.m_fixture->window(), Qt::Key_Escape);
    QVERIFY(sheet.wait([&] { return !sheet.m_fixture->shown("hubWords"); }));
  }

  void theFirstRunLeadsToIt() {
    HubSheet sheet;
    sheet.m_fixture->application().shell().setPage("chat");
    sheet.m_fixture->click("getModelsCardAction");
    QVERIFY(sheet.m_fixture->item("hubWords") != nullptr);
  }

  void searchesLooksDownloadsAndUses() {
    HubSheet sheet;
    sheet.addModel(300'000);
    sheet.search("tiny");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    QVERIFY(sheet.wait([&] { return hub.state() == "found"; }));
    QCOMPARE(hub.results()->count(), 1);
    // By keyboard: down into the list, Enter opens it.
    QTest::keyClick(sheet.m_fixture->window(), Qt::Key_Down);
    QTest::keyClick(sheet.m_fixture->window(), Qt::Key_Return);
    QVERIFY(sheet.wait([&] { return !hub.looking() && hub.choices().size() == 1; }));
    QCOMPARE(hub.repository(), QString(kRepository));
    const QVariantMap choice = hub.choices().first().toMap();
    QCOMPARE(choice["label"].toString(), QString("safetensors"));
    QCOMPARE(choice["problem"].toString(), QString());
    QVERIFY2(choice["fit"].toString().startsWith("fits with "), qPrintable(choice["fit"].toString()));
    sheet.m_fixture->click("hubChoice0Download");
    QVERIFY(sheet.wait(
        [&] { return hub.downloads()->count() == 1 && hub.downloads()->at(0)->state == app::DownloadState::Done; }));
    const QString path = hub.pathOf(0);
    QVERIFY(std::filesystem::exists((path + "/model.safetensors").toStdString()));
    sheet.m_fixture->click("hubDownload0Use");
    QVERIFY(sheet.wait([&] { return sheet.m_fixture->application().modelPage().path() == path; }));
    QVERIFY(sheet.wait([&] { return !sheet.m_fixture->shown("hubWords"); }));
    hub.remove(0);
    QCOMPARE(hub.downloads()->count(), 0);
    QVERIFY(std::filesystem::exists((path + "/model.safetensors").toStdString()));
  }

  void anAddressIsLookedAtWithoutASearch() {
    HubSheet sheet;
    sheet.addModel(1000);
    sheet.search(QString::fromStdString(sheet.m_hub.endpoint()) + "/org/tiny");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    QVERIFY(sheet.wait([&] { return hub.choices().size() == 1; }));
    QCOMPARE(hub.repository(), QString(kRepository));
    sheet.m_fixture->click("hubBack");
    QVERIFY(sheet.wait([&] { return sheet.m_fixture->shown("hubWords"); }));
  }

  void aHubThatFailsIsSaidAndTriedAgain() {
    HubSheet sheet;
    sheet.addModel(1000);
    sheet.m_hub.setHook([](const HubCall&) { return HubReply{.status = 500}; });
    sheet.search("tiny");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    QVERIFY(sheet.wait([&] { return hub.state() == "failed"; }));
    QVERIFY(!hub.searchError().isEmpty());
    sheet.m_hub.setHook({});
    hub.search(hub.words());
    QVERIFY(sheet.wait([&] { return hub.state() == "found"; }));
    hub.look("org/none");
    QVERIFY(sheet.wait([&] { return !hub.looking(); }));
    QVERIFY2(hub.lookError().contains("org/none"), qPrintable(hub.lookError()));
  }

  void familiesThatCannotRunAreSaidBeforeTheDownload() {
    HubSheet sheet{std::nullopt};
    sheet.addModel(1000, R"({"model_type":"strange","architectures":["StrangeForCausalLM"]})");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    hub.look(kRepository);
    QVERIFY(sheet.wait([&] { return hub.choices().size() == 1; }));
    const QString problem = hub.choices().first().toMap()["problem"].toString();
    QVERIFY2(problem.contains("StrangeForCausalLM"), qPrintable(problem));
  }

  void thePlanOfAnUndownloadedModelIsOfThisMachine() {
    HubSheet sheet{std::nullopt};
    sheet.addModel(1000, R"({"model_type":"llama","architectures":["LlamaForCausalLM"],"hidden_size":64,
      "intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":4,"num_key_value_heads":2,"vocab_size":256,
      "max_position_embeddings":512,"rms_norm_eps":1e-5,"rope_theta":10000.0,"torch_dtype":"float32"})");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    hub.look(kRepository);
    QVERIFY(sheet.wait([&] { return hub.choices().size() == 1; }));
    const QVariantMap choice = hub.choices().first().toMap();
    QCOMPARE(choice["problem"].toString(), QString());
    QCOMPARE(choice["fit"].toString(), QString("fits with 512 tokens of context"));
  }

  void gatesAreSaid() {
    HubSheet sheet;
    sheet.addModel(1000);
    sheet.m_hub.describe(kRepository, R"("gated":"auto")");
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    hub.look(kRepository);
    QVERIFY(sheet.wait([&] { return hub.choices().size() == 1; }));
    QVERIFY(hub.gate().contains("accepted"));
  }

  void whatTheEndInterruptedGoesOn() {
    HubSheet sheet;
    sheet.addModel(2'000'000);
    sheet.m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
      if (!call.atStorage) return std::nullopt;
      HubReply reply = sheet.m_hub.usual(call);
      reply.bytesPerSecond = 200'000;
      return reply;
    });
    sheet.m_fixture->application().hub().look(kRepository);
    QVERIFY(sheet.wait([&] { return sheet.m_fixture->application().hub().choices().size() == 1; }));
    sheet.m_fixture->application().hub().download(0);
    QVERIFY(sheet.wait([&] {
      const auto* download = sheet.m_fixture->application().hub().downloads()->at(0);
      return download != nullptr && download->bytesReceived > 100'000;
    }));
    sheet.close();
    sheet.m_hub.setHook({});
    sheet.open();
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    QVERIFY(sheet.wait(
        [&] { return hub.downloads()->count() == 1 && hub.downloads()->at(0)->state == app::DownloadState::Done; }));
    QVERIFY(hub.downloads()->at(0)->bytesReceived < 2'000'000);
  }

  void pausedAndResumedAndCancelled() {
    HubSheet sheet;
    sheet.addModel(2'000'000);
    std::atomic<bool> slow{true};
    sheet.m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
      if (!call.atStorage || !slow) return std::nullopt;
      HubReply reply = sheet.m_hub.usual(call);
      reply.bytesPerSecond = 100'000;
      return reply;
    });
    ui::HubPageModel& hub = sheet.m_fixture->application().hub();
    hub.look(kRepository);
    QVERIFY(sheet.wait([&] { return hub.choices().size() == 1; }));
    hub.download(0);
    QVERIFY(sheet.wait([&] { return hub.downloads()->count() == 1 && hub.downloads()->at(0)->bytesReceived > 0; }));
    QVERIFY(hub.choices().first().toMap()["running"].toBool());
    hub.pause(0);
    QVERIFY(sheet.wait([&] { return hub.downloads()->at(0)->state == app::DownloadState::Paused; }));
    slow = false;
    hub.resume(0);
    QVERIFY(sheet.wait([&] { return hub.downloads()->at(0)->state == app::DownloadState::Done; }));
    slow = true;
    sheet.m_hub.add("org/other", {.path = "config.json", .content = "{}", .large = false});
    sheet.m_hub.add("org/other", {.path = "model.safetensors", .content = randomBytes(2'000'000, 2)});
    hub.look("org/other");
    QVERIFY(sheet.wait([&] { return !hub.looking() && hub.choices().size() == 1; }));
    hub.download(0);
    QVERIFY(sheet.wait([&] { return hub.downloads()->count() == 2 && hub.downloads()->at(0)->bytesReceived > 0; }));
    hub.remove(0);
    QCOMPARE(hub.downloads()->count(), 1);
  }
};

QTEST_MAIN(HubTest)
#include "hub_test.moc"
