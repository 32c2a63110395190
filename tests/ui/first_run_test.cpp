// The first-run screen in the real window: the starter model downloaded from an index of the test's own, paused, gone
// on with, refused, and used.
#include "tests/app/starter/fake_index.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

using app::testing::FakeIndex;
using app::testing::HubCall;
using app::testing::HubReply;
using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

/// A first start; what is downloaded stays over several of them.
class FirstRun {
 public:
  FirstRun() {
    ::setenv("no_proxy", "*", 1);
    open();
  }
  void open() {
    fixture.reset();
    app::StarterOptions options = index.options(dir.filePath("models").toStdString());
    fixture = std::make_unique<WindowFixture>(test_support::makeFakeLoader({}), std::string(), ui_test::fakeSources(),
                                              std::nullopt, options);
    fixture->window()->resize(1280, 800);
  }
  QString state() { return fixture->application().firstRun().state(); }
  bool wait(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kLong); }

  QTemporaryDir dir;
  FakeIndex index;
  std::unique_ptr<WindowFixture> fixture;
};

}  // namespace

class FirstRunTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void theStarterModelIsDownloadedHere() {
    FirstRun first;
    QVERIFY(first.fixture->visibleTextOf("starterCard").contains("Apache-2.0"));
    QVERIFY(first.index.hub.calls().empty());
    bool finished = false;
    QObject::connect(&first.fixture->application().firstRun(), &ui::FirstRunModel::finished, [&] { finished = true; });
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return finished; }));
    QCOMPARE(first.state(), QString("ready"));
    QVERIFY(std::filesystem::exists(first.dir.filePath("models").toStdString() + "/" + app::kStarterModel));
  }

  void pausesAndGoesOnAfterARestart() {
    FirstRun first;
    first.index.change([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 600'000; });
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return first.fixture->application().firstRun().progress() > 0.1; }));
    QVERIFY(first.fixture->visibleTextOf("starterLine").contains("MB"));
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return first.state() == "paused"; }));
    first.open();
    QCOMPARE(first.state(), QString("paused"));
    QVERIFY(first.fixture->application().firstRun().progress() > 0.1);
    first.index.change({});
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return first.state() == "ready"; }));
  }

  void isCancelled() {
    FirstRun first;
    first.index.change([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 400'000; });
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return first.fixture->application().firstRun().progress() > 0; }));
    first.fixture->click("starterCancel");
    QVERIFY(first.wait([&] { return first.state() == "none"; }));
    first.open();
    QCOMPARE(first.state(), QString("none"));
  }

  void whatFailsIsSaidWithTheWayOut() {
    FirstRun first;
    first.index.package.wheelSha256 = std::string(64, '0');
    first.open();
    first.fixture->click("starterCardAction");
    QVERIFY(first.wait([&] { return first.state() == "failed"; }));
    QVERIFY(first.fixture->visibleTextOf("starterCardProblem").contains("checksum"));
    QVERIFY(!std::filesystem::exists(first.dir.filePath("models").toStdString() + "/" + app::kStarterModel));
  }

  void theMachineIsNamedAndTheSheetOpens() {
    FirstRun first;
    QVERIFY(first.wait([&] { return first.fixture->visibleTextOf("machine").contains("memory free"); }));
    first.fixture->click("firstRunShortcuts");
    QVERIFY(first.fixture->item("shortcutTable") != nullptr);
  }
};

QTEST_MAIN(FirstRunTest)
#include "first_run_test.moc"
