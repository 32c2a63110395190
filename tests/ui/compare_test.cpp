// Comparing and remote servers in the real window, by keyboard, with names for those who do not see it.
#include <QAccessible>

#include "tests/app/remote/misbehaving_server.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"

using test_support::MisbehavingServer;
using test_support::Wire;
using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

QString accessibleName(QQuickItem* item) {
  QAccessibleInterface* one = QAccessible::queryAccessibleInterface(item);
  return one != nullptr ? one->text(QAccessible::Name) : QString();
}

void answer(Wire& wire, const std::string& request) {
  if (request.starts_with("GET ")) {
    wire.head(200, "application/json");
    wire.send(R"({"data":[{"id":"first"},{"id":"<b>second</b>","max_model_len":4096}]})");
    return;
  }
  wire.head(200, "text/event-stream");
  wire.event(R"({"choices":[{"delta":{"content":"from afar"},"finish_reason":"stop"}]})");
  wire.send("data: [DONE]\n\n");
}

}  // namespace

class CompareTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void comparesByKeyboard() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.context().settings.set("auto-titles", "false", app::SettingSource::Flag).ok());
    fixture.window()->resize(1440, 900);
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    fixture.click("composerInput");
    QTest::keyClick(fixture.window(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(fixture.item("compareView") != nullptr);
    QCOMPARE(accessibleName(fixture.item("compareLeft")), QString("Left answer"));
    QCOMPARE(accessibleName(fixture.item("compareSource")), QString("Left answer: model"));
    QCOMPARE(accessibleName(fixture.item("compareSettings")), QString("Left answer: parameters"));
    QVERIFY(fixture.visibleTextOf("compareRemark").contains("alike"));
    QVERIFY(fixture.item("composerInput")->hasActiveFocus());
    fixture.type("both");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return chat.compare()->undecided() && !chat.busy(); }, kLong));
    QVERIFY(accessibleName(fixture.item("pickAnswer")).contains("left answer"));
    for (const QSize size : {QSize(1440, 900), QSize(900, 640), QSize(720, 520)}) {
      fixture.window()->resize(size);
      fixture.settle();
      for (const char* column : {"compareLeft", "compareRight"}) {
        QQuickItem* item = fixture.item(column);
        QVERIFY(item->mapRectToScene(QRectF(0, 0, item->width(), 1)).right() <= size.width());
        QVERIFY(item->width() > 300);
        QVERIFY(fixture.visibleTextOf(column).contains("Go on with this"));
      }
    }
    QTest::keyClick(fixture.window(), Qt::Key_2, Qt::AltModifier);
    QVERIFY(QTest::qWaitFor([&] { return !chat.compare()->undecided(); }, kLong));
    QVERIFY(fixture.item("composerInput")->hasActiveFocus());
    QTest::keyClick(fixture.window(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.shown("compareView"); }, kLong));
    QCOMPARE(chat.branches(), 2);
  }

  void connectsToAServerByKeyboard() {
    MisbehavingServer far(answer);
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.window()->resize(1200, 800);
    QVERIFY(fixture.item("connectCard") != nullptr);
    QVERIFY(QMetaObject::invokeMethod(fixture.item("connectCard"), "triggered"));
    ui::RemoteModel& remote = fixture.application().remote();
    QTest::qWait(300);
    fixture.type("nowhere:0");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(remote.problem().contains("port"));
    for (int i = 0; i < 20; ++i) QTest::keyClick(fixture.window(), Qt::Key_Backspace);
    fixture.type(QString::fromStdString(far.address()));
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return remote.models().size() == 2; }, kLong));
    QTest::qWait(100);
    QTest::keyClick(fixture.window(), Qt::Key_Down);
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return remote.inUse(); }, kLong));
    QCOMPARE(remote.modelId(), std::string("<b>second</b>"));
    QVERIFY(QTest::qWaitFor([&] { return fixture.shown("composerInput"); }, kLong));
    QVERIFY(fixture.visibleTextOf("statusDevice").contains(remote.host()));
    QVERIFY(fixture.visibleTextOf("statusModel").contains("<b>second</b>"));
    QVERIFY(fixture.visibleTextOf("chatPage").contains("what you write is sent there"));
    fixture.settle();
    fixture.click("composerInput");
    fixture.type("hi");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() >= 3; }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("transcriptList").contains("from afar"); }, kLong));
    // Loading a model here takes over.
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return chat.localReady() && !remote.inUse(); }, kLong));
    QCOMPARE(chat.modelName(), QString("fake-model"));
  }
};

QTEST_MAIN(CompareTest)
#include "compare_test.moc"
