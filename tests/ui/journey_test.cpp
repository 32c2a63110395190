// A user's way through the real window over the real starter model: open, ask, stream, stop, again, server on, a
// request by HTTP, off, unload.
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QTcpServer>

#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

/// Dark pixels of an empty page are none; a line of text has some hundred.
constexpr int kLeastInk = 200;
constexpr int kSeenLengths = 4;

/// Pixels of the item that are far from the page's ground.
int inkIn(WindowFixture& fixture, const QString& name) {
  QQuickItem* item = fixture.item(name);
  if (item == nullptr) return 0;
  const QImage picture = fixture.window()->grabWindow();
  const QRect area = item->mapRectToScene(item->boundingRect()).toRect().intersected(picture.rect());
  int ink = 0;
  for (int y = area.top(); y <= area.bottom(); ++y) {
    for (int x = area.left(); x <= area.right(); ++x) {
      if (qGray(picture.pixel(x, y)) < 128) ++ink;
    }
  }
  return ink;
}

int freePort() {
  QTcpServer probe;
  probe.listen(QHostAddress::LocalHost);
  return probe.serverPort();
}

}  // namespace

class JourneyTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    if (app::starterModelPath(app::AppPaths::standard()).empty()) {
      QSKIP("the starter model is not in the cache (packaging/starter-model.sh fetches it)");
    }
    ui::prepareGuiApplication();
  }

  void journey() {
    WindowFixture fixture(engine::loadEngine);
    QVERIFY(fixture.context().settings.set("theme", "light", app::SettingSource::Flag).ok());
    ui::ChatModel& chat = fixture.application().chat();

    // Open: the first-run screen's own button.
    QVERIFY(fixture.item("starterCard") != nullptr);
    QVERIFY(inkIn(fixture, "firstRunPage") > kLeastInk);
    fixture.click("starterCardAction");
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));

    // Ask and stream; greedy, so that the answer is the same each time.
    QVERIFY(chat.parameters()->setText(0, "0").isEmpty());
    fixture.settle();
    fixture.click("composerInput");
    fixture.type("What is 2+2?");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(chat.busy());
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy(); }, kLong));
    // The reader sees question and answer, in pixels too.
    fixture.settle();
    QVERIFY(fixture.visibleTextOf("transcriptList").contains("What is 2+2?"));
    QVERIFY(fixture.visibleTextOf("transcriptList").contains("is 4"));
    QVERIFY(inkIn(fixture, "transcriptList") > kLeastInk);
    const auto role = [&](int row, int which) { return chat.transcript()->data(chat.transcript()->index(row), which); };
    QCOMPARE(role(chat.transcript()->count() - 1, ui::TranscriptModel::StateRole).toString(), QString("complete"));
    QVERIFY(role(1, ui::TranscriptModel::ContentRole).value<ui::InlineText>().text.contains("is 4"));
    const auto facts = role(chat.transcript()->count() - 1, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>();
    QVERIFY(facts.promptTokens > 10 && facts.completionTokens > 0 && !facts.firstToken().isEmpty());

    // Stop a long one.
    fixture.click("composerInput");
    fixture.type("Write a very long story about a lighthouse.");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    // It grows before the reader's eyes: several lengths are seen before it is stopped.
    QSet<qsizetype> lengths;
    QVERIFY(QTest::qWaitFor(
        [&] {
          lengths.insert(fixture.visibleTextOf("transcriptList").size());
          return chat.activity() == "answering" && lengths.size() >= kSeenLengths;
        },
        kLong));
    QVERIFY(chat.busy());
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy(); }, kLong));
    QCOMPARE(role(chat.transcript()->count() - 1, ui::TranscriptModel::StateRole).toString(), QString("stopped"));

    // Server on, by its switch.
    fixture.click("railServer");
    QVERIFY(fixture.item("serverSwitch") != nullptr);
    QVERIFY(fixture.application().server().setPort(QString::number(freePort())));
    fixture.settle();
    fixture.click("serverSwitch");
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().server().on(); }, kLong));

    QNetworkAccessManager manager;
    QNetworkRequest request(QUrl(fixture.application().server().address() + "/chat/completions"));
    request.setHeader(QNetworkRequest::ContentTypeHeader, "application/json");
    std::unique_ptr<QNetworkReply> reply(manager.post(
        request, R"({"messages":[{"role":"user","content":"What is 2+2?"}],"temperature":0,"max_tokens":32})"));
    QVERIFY(QTest::qWaitFor([&] { return reply->isFinished(); }, kLong));
    QCOMPARE(reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 200);
    const QByteArray body = reply->readAll();
    QVERIFY2(body.contains("is 4"), body.constData());
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().server().requests()->count() == 1; }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("requestList").contains("chat/completions"); }, kLong));
    QVERIFY(fixture.visibleTextOf("statusServer").contains("127.0.0.1"));

    // Off: nothing listens any more.
    fixture.click("serverSwitch");
    QVERIFY(QTest::qWaitFor(
        [&] { return !fixture.application().server().on() && !fixture.application().server().switching(); }, kLong));
    std::unique_ptr<QNetworkReply> refused(
        manager.get(QNetworkRequest(QUrl(fixture.application().server().address() + "/models"))));
    QVERIFY(QTest::qWaitFor([&] { return refused->isFinished(); }, kLong));
    QCOMPARE(refused->error(), QNetworkReply::ConnectionRefusedError);

    // Unload gives the model back.
    fixture.click("railModel");
    fixture.settle();
    fixture.click("unloadButton");
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().modelPage().state() == "empty"; }, kLong));
    QVERIFY(!chat.ready());
  }
};

QTEST_MAIN(JourneyTest)
#include "journey_test.moc"
