// Who answers a chat: two sides of a comparison, a remote server that is lost and found, titles by the model.
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/remote/misbehaving_server.h"
#include "tests/support/fake_engine.h"
#include "tests/ui/waits.h"
#include "ui/chat/chat_model.h"

using test_support::FakeEngine;
using test_support::FakeLoad;
using test_support::MisbehavingServer;
using test_support::Wire;
using ui_test::kLong;

namespace {

const char* const kModels = R"({"data":[{"id":"other"},{"id":"far-model","max_model_len":4096}]})";

bool isList(const std::string& request) {
  return request.starts_with("GET /v1/models ");
}

void list(Wire& wire) {
  wire.head(200, "application/json");
  wire.send(kModels);
}

void say(Wire& wire, const std::string& text) {
  wire.head(200, "text/event-stream");
  wire.event(R"({"choices":[{"delta":{"content":")" + text + R"("}}]})");
  wire.event(R"({"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":11,"completion_tokens":3}})");
  wire.send("data: [DONE]\n\n");
}

struct Rig {
  explicit Rig(FakeLoad load = {}, bool loaded = true)
      : made(std::make_shared<std::shared_ptr<FakeEngine>>()),
        modelHost(test_support::makeFakeLoader(std::move(load), made)),
        host(modelHost, tasks),
        store(ui::makeMemoryStore(tasks)),
        state(dir.filePath("w.ini"), QSettings::IniFormat),
        settings(values, dir.filePath("settings.json").toStdString(), tasks),
        remote(tasks, settings, ui::makeKeyStore(dir.path().toStdString(), tasks, /*keychain=*/false)),
        chat(tasks, *store, host, state, &remote) {
    if (loaded) modelHost.load({});
    if (loaded) static_cast<void>(QTest::qWaitFor([this] { return chat.localReady(); }, kLong));
  }
  ~Rig() { made->reset(); }

  void ask(const QString& text) {
    chat.setDraft(text);
    chat.send();
  }
  bool idle() {
    return QTest::qWaitFor([this] { return !chat.busy(); }, kLong);
  }
  bool connectTo(const MisbehavingServer& server, const QString& key = {}) {
    remote.ask(QString::fromStdString(server.address()), key);
    if (!QTest::qWaitFor([this] { return !remote.asking(); }, kLong) || remote.models().size() != 2) return false;
    remote.choose(1);
    return chat.ready();
  }
  static QVariant role(ui::TranscriptModel* rows, int row, int which) { return rows->data(rows->index(row), which); }
  static QString textOf(ui::TranscriptModel* rows) {
    return role(rows, rows->count() - 2, ui::TranscriptModel::ContentRole).value<ui::InlineText>().text;
  }
  static QString stateOf(ui::TranscriptModel* rows) {
    return role(rows, rows->count() - 1, ui::TranscriptModel::StateRole).toString();
  }
  std::vector<app::Message> kept() {
    std::vector<app::Message> all;
    bool answered = false;
    store->messages(&chat, chat.currentId(), [&](auto messages) {
      all = *messages;
      answered = true;
    });
    static_cast<void>(QTest::qWaitFor([&] { return answered; }, kLong));
    return all;
  }

  QTemporaryDir dir;
  ui::Tasks tasks;
  std::shared_ptr<std::shared_ptr<FakeEngine>> made;
  app::ModelHost modelHost;
  ui::HostBridge host;
  std::unique_ptr<ui::ChatStore> store;
  QSettings state;
  app::Settings values;
  ui::SettingsBridge settings;
  ui::RemoteModel remote;
  ui::ChatModel chat;
};

}  // namespace

class ChatSourcesTest : public QObject {
  Q_OBJECT

 private slots:
  void twoSettingsSideBySide() {
    FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest& request, int) {
      const double t = request.sampling.temperature;
      return std::string(t == 0 ? "cold" : t > 1 ? "warm" : "start");
    };
    Rig rig(load);
    rig.ask("before");
    QVERIFY(rig.idle());
    rig.chat.startCompare();
    ui::CompareModel& compare = *rig.chat.compare();
    QVERIFY(compare.active());
    QVERIFY(compare.remark().contains("alike"));
    QCOMPARE(compare.sources(), QStringList("fake-model"));
    QCOMPARE(compare.left()->transcript()->count(), 3);
    compare.left()->parameters()->setText(0, "0");
    compare.right()->parameters()->setText(0, "1.5");
    QVERIFY(!compare.remark().contains("alike"));
    QCOMPARE(compare.left()->settings(), QString("Temperature 0.00"));
    rig.ask("which?");
    QVERIFY(rig.idle());
    QVERIFY(QTest::qWaitFor([&] { return compare.undecided(); }, kLong));
    QCOMPARE(Rig::textOf(compare.left()->transcript()), QString("cold"));
    QCOMPARE(Rig::textOf(compare.right()->transcript()), QString("warm"));
    QCOMPARE(Rig::stateOf(compare.left()->transcript()), QString("complete"));
    // Nothing goes on before one was picked.
    rig.chat.setDraft("next");
    QVERIFY(!rig.chat.canSend());
    // Each is kept with what made it.
    const auto all = rig.kept();
    QCOMPARE(all.size(), size_t(5));
    QCOMPARE(all[3].parent, all[4].parent);
    QVERIFY(all[3].metaJson.find(R"("temperature":0)") != std::string::npos);
    QVERIFY(all[4].metaJson.find(R"("temperature":1.5)") != std::string::npos);
    QVERIFY(all[4].metaJson.find(R"("model":"fake-model")") != std::string::npos);
    rig.chat.pick(0);
    QVERIFY(!compare.undecided());
    QCOMPARE(Rig::textOf(compare.right()->transcript()), QString("cold"));
    QVERIFY(rig.chat.canSend());
    rig.ask("next");
    QVERIFY(rig.idle());
    const std::string prompt = (*rig.made)->tokenizer().decode((*rig.made)->seenRequests().back().prompt, true);
    QVERIFY(prompt.find("cold") != std::string::npos && prompt.find("warm") == std::string::npos);
    rig.chat.pick(1);
    rig.chat.endCompare();
    QCOMPARE(Rig::textOf(rig.chat.transcript()), QString("warm"));
    const int last = rig.chat.transcript()->count() - 1;
    QCOMPARE(Rig::role(rig.chat.transcript(), last, ui::TranscriptModel::VersionsRole).toInt(), 2);
  }

  void stopEndsBothSides() {
    FakeLoad load;
    load.engine.endless = true;
    load.engine.tokenDelay = std::chrono::milliseconds(1);
    Rig rig(load);
    rig.chat.startCompare();
    rig.ask("on and on");
    ui::CompareModel& compare = *rig.chat.compare();
    QVERIFY(QTest::qWaitFor(
        [&] { return compare.left()->activity() == "answering" && compare.right()->activity() == "answering"; },
        kLong));
    rig.chat.stop();
    QVERIFY(rig.idle());
    QCOMPARE(Rig::stateOf(compare.left()->transcript()), QString("stopped"));
    QCOMPARE(Rig::stateOf(compare.right()->transcript()), QString("stopped"));
    QVERIFY(compare.undecided());
  }

  void anotherChatEndsTheComparison() {
    FakeLoad load;
    load.engine.endless = true;
    load.engine.tokenDelay = std::chrono::milliseconds(1);
    Rig rig(load);
    rig.chat.startCompare();
    rig.ask("on and on");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.compare()->right()->activity() == "answering"; }, kLong));
    const qint64 id = rig.chat.currentId();
    rig.chat.newChat();
    QVERIFY(!rig.chat.compare()->active());
    QVERIFY(rig.idle());
    rig.chat.open(id);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() == id; }, kLong));
    QCOMPARE(Rig::stateOf(rig.chat.transcript()), QString("interrupted"));
    QVERIFY((*rig.made)->waitFor([](const engine::EngineStats& s) { return s.running == 0; }));
  }

  void anUnloadedModelInterruptsItsSideAlone() {
    MisbehavingServer far([](Wire& wire, const std::string& request) {
      if (isList(request)) return list(wire);
      wire.wait(300);
      say(wire, "far");
    });
    FakeLoad load;
    load.engine.endless = true;
    load.engine.tokenDelay = std::chrono::milliseconds(1);
    Rig rig(load);
    QVERIFY(rig.connectTo(far));
    rig.chat.startCompare();
    ui::CompareModel& compare = *rig.chat.compare();
    QCOMPARE(compare.left()->source(), int(ui::CompareSide::Remote));
    QCOMPARE(compare.right()->source(), int(ui::CompareSide::Here));
    QVERIFY(compare.remark().isEmpty());
    rig.ask("q");
    QVERIFY(QTest::qWaitFor([&] { return compare.right()->activity() == "answering"; }, kLong));
    rig.made->reset();
    rig.modelHost.unload();
    QVERIFY(rig.idle());
    QVERIFY(QTest::qWaitFor([&] { return compare.undecided(); }, kLong));
    QCOMPARE(Rig::stateOf(compare.right()->transcript()), QString("interrupted"));
    QCOMPARE(Rig::textOf(compare.left()->transcript()), QString("far"));
    QCOMPARE(Rig::stateOf(compare.left()->transcript()), QString("complete"));
  }

  void aRemoteServerAnswers() {
    MisbehavingServer far(
        [](Wire& wire, const std::string& request) { isList(request) ? list(wire) : say(wire, "from afar"); });
    Rig rig({}, false);
    QVERIFY(!rig.chat.ready());
    QVERIFY(rig.connectTo(far, "sekret"));
    QVERIFY(rig.chat.ready() && !rig.chat.localReady());
    QCOMPARE(rig.chat.modelName(), QString("far-model"));
    QCOMPARE(rig.chat.contextTotal(), 4096.0);
    QCOMPARE(rig.values.text("remote-model"), std::string("far-model"));
    QVERIFY(rig.values.boolean("use-remote"));
    rig.chat.setSystemPrompt("be brief");
    rig.ask("hello");
    QVERIFY(rig.idle());
    QCOMPARE(Rig::textOf(rig.chat.transcript()), QString("from afar"));
    const auto facts = Rig::role(rig.chat.transcript(), 2, ui::TranscriptModel::FactsRole).value<ui::AnswerFacts>();
    QCOMPARE(facts.promptTokens, qint64(11));
    QCOMPARE(facts.completionTokens, qint64(3));
    QCOMPARE(facts.model, QString("far-model"));
    QCOMPARE(facts.host, rig.remote.host());
    const std::string request = far.requests().back();
    QVERIFY(request.find("Authorization: Bearer sekret") != std::string::npos);
    QVERIFY(request.find("be brief") != std::string::npos && request.find("hello") != std::string::npos);
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.contextUsed() == 14; }, kLong));
    // What was begun there cannot be gone on with, and stays as it is.
    const qint64 id = Rig::role(rig.chat.transcript(), 2, ui::TranscriptModel::MessageIdRole).toLongLong();
    rig.chat.continueAnswer(id);
    QVERIFY(rig.chat.notice().contains("cannot go on"));
    QCOMPARE(Rig::stateOf(rig.chat.transcript()), QString("complete"));
    // The key is kept apart from the settings, for this user alone, and is there after a restart.
    const QString keys = rig.dir.filePath("keys.json");
    QVERIFY(QTest::qWaitFor([&] { return QFile::exists(keys); }, kLong));
    QCOMPARE(QFile::permissions(keys) & (QFile::ReadGroup | QFile::ReadOther | QFile::WriteOther),
             QFile::Permissions());
    ui::RemoteModel again(rig.tasks, rig.settings, ui::makeKeyStore(rig.dir.path().toStdString(), rig.tasks, false));
    QVERIFY(again.inUse());
    QVERIFY(QTest::qWaitFor([&] { return again.hasKey() && again.contextLength() == 4096; }, kLong));
    QVERIFY(far.requests().back().find("Authorization: Bearer sekret") != std::string::npos);
    rig.remote.forget();
    QVERIFY(!rig.chat.ready());
    QVERIFY(QTest::qWaitFor([&] { return !QFile::exists(keys); }, kLong));
  }

  void aLostConnectionIsSaidAndComesBack() {
    std::atomic<bool> broken{false};
    MisbehavingServer far([&broken](Wire& wire, const std::string& request) {
      if (broken) return;  // closes without a word
      isList(request) ? list(wire) : say(wire, "here again");
    });
    Rig rig({}, false);
    QVERIFY(rig.connectTo(far));
    broken = true;
    rig.ask("hello");
    QVERIFY(rig.idle());
    QCOMPARE(Rig::stateOf(rig.chat.transcript()), QString("failed"));
    QVERIFY(rig.remote.lost());
    QVERIFY(rig.remote.lostWhy().contains(rig.remote.host()));
    broken = false;
    QVERIFY(QTest::qWaitFor([&] { return !rig.remote.lost(); }, kLong));
    const qint64 id =
        Rig::role(rig.chat.transcript(), rig.chat.transcript()->count() - 1, ui::TranscriptModel::MessageIdRole)
            .toLongLong();
    rig.chat.regenerate(id);
    QVERIFY(rig.idle());
    QCOMPARE(Rig::textOf(rig.chat.transcript()), QString("here again"));
  }

  void refusalsAreSaidBeforeAnythingIsChosen() {
    MisbehavingServer far([](Wire& wire, const std::string&) {
      wire.head(401, "application/json");
      wire.send("{}");
    });
    Rig rig;
    rig.remote.ask(QString::fromStdString(far.address()), {});
    QVERIFY(QTest::qWaitFor([&] { return !rig.remote.asking(); }, kLong));
    QVERIFY(rig.remote.problem().contains("wants a key (401)"));
    QVERIFY(!rig.remote.configured());
    rig.remote.ask("javascript:alert(1)", {});
    QVERIFY(rig.remote.problem().contains("http"));
    rig.remote.choose(0);
    QVERIFY(!rig.remote.configured());
    rig.remote.dismiss();
    QVERIFY(rig.remote.problem().isEmpty());
  }

  void stopIsQuickWhileAServerIsSilent() {
    MisbehavingServer far([](Wire& wire, const std::string& request) {
      isList(request) ? list(wire) : static_cast<void>(wire.waitForClose(20000));
    });
    Rig rig({}, false);
    QVERIFY(rig.connectTo(far));
    rig.ask("hello");
    QVERIFY(QTest::qWaitFor([&] { return far.requests().size() == 2; }, kLong));
    QElapsedTimer timer;
    timer.start();
    rig.chat.stop();
    QVERIFY(rig.idle());
    QVERIFY2(timer.elapsed() < 1000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(Rig::stateOf(rig.chat.transcript()), QString("stopped"));
  }

  void theModelWritesTitles() {
    FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest& request, int) {
      return request.client == "window" ? std::string("Forty-two.") : std::string("\"The meaning of life\"\n");
    };
    Rig rig(load);
    rig.chat.setTitling(true);
    rig.ask("What is the meaning of life, the universe and everything in it, asked at length?");
    QVERIFY(rig.idle());
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.title() == "The meaning of life"; }, kLong));
    const auto request = (*rig.made)->seenRequests().back();
    QVERIFY(request.maxTokens.value() <= 32);
    // One title for a chat.
    rig.ask("And then?");
    QVERIFY(rig.idle());
    QTest::qWait(200);
    QCOMPARE((*rig.made)->seenRequests().size(), size_t(3));
  }

  void titlesNeverReplaceWhatSomebodyWrote() {
    FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest& request, int) {
      return request.client == "window" ? std::string("yes") : std::string("A title");
    };
    load.engine.tokenDelay = std::chrono::milliseconds(20);
    Rig rig(load);
    rig.chat.setTitling(true);
    rig.ask("question");
    QVERIFY(QTest::qWaitFor([&] { return rig.chat.currentId() != 0; }, kLong));
    rig.chat.rename(rig.chat.currentId(), "Mine");
    QVERIFY(rig.idle());
    QTest::qWait(400);
    QCOMPARE(rig.chat.title(), QString("Mine"));
    QCOMPARE((*rig.made)->seenRequests().size(), size_t(1));
    // Also while the model writes one.
    rig.chat.newChat();
    rig.ask("another");
    QVERIFY(rig.idle());
    QVERIFY((*rig.made)->waitFor([](const engine::EngineStats& s) { return s.running == 1; }));
    rig.chat.rename(rig.chat.currentId(), "another");
    QVERIFY((*rig.made)->waitFor([](const engine::EngineStats& s) { return s.running == 0; }));
    QTest::qWait(200);
    QCOMPARE(rig.chat.title(), QString("another"));
  }

  void theNextQuestionEndsATitle() {
    FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest& request, int) {
      return request.client == "window" ? std::string("yes") : std::string(30, 't');
    };
    load.engine.tokenDelay = std::chrono::milliseconds(30);
    Rig rig(load);
    rig.chat.setTitling(true);
    rig.ask("first words");
    QVERIFY(rig.idle());
    QVERIFY(QTest::qWaitFor([&] { return (*rig.made)->seenRequests().size() == 2; }, kLong));
    rig.ask("second");
    QVERIFY(QTest::qWaitFor([&] { return !(*rig.made)->seenCancels().empty(); }, kLong));
    QVERIFY(rig.idle());
    QCOMPARE(rig.chat.title(), QString("first words"));
  }

  void whatIsNoTitleIsNotTaken_data() {
    QTest::addColumn<QString>("written");
    QTest::addColumn<QString>("title");
    QTest::newRow("plain") << "Lock-free queues"
                           << "Lock-free queues";
    QTest::newRow("quotes") << "  \"Lock-free queues.\"  "
                            << "Lock-free queues";
    QTest::newRow("markdown") << "**Title: Queues**\nand more"
                              << "Queues";
    QTest::newRow("chinese") << "标题：《无锁队列》"
                             << "《无锁队列》";
    QTest::newRow("reasoning") << "<think>hm</think>\n\nQueues"
                               << "Queues";
    QTest::newRow("only reasoning") << "<think>hm"
                                    << "";
    QTest::newRow("a sentence") << "This is a very long sentence that goes on and on and on"
                                << "";
    QTest::newRow("too long") << QString(80, u'x') << "";
    QTest::newRow("nothing") << " \n "
                             << "";
    QTest::newRow("one letter") << "a"
                                << "";
    QTest::newRow("control") << QString("a\u001bb c") << QString("a\ufffdb c");
  }
  void whatIsNoTitleIsNotTaken() {
    QFETCH(QString, written);
    QFETCH(QString, title);
    QCOMPARE(ui::TitleRun::clean(written), title);
  }
};

QTEST_MAIN(ChatSourcesTest)
#include "chat_sources_test.moc"
