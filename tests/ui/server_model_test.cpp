// The server page's view-model over the real HTTP server and a fake engine: on, requests, a taken port, keys, who may
// call, recording, snippets run as pasted, off.
#include <QClipboard>
#include <QFileInfo>
#include <QGuiApplication>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fake_engine.h"
#include "tests/ui/waits.h"
#include "ui/server/server_model.h"
#include "ui/server/snippets.h"

using ui_test::kLong;

namespace {

constexpr const char* kAnswer = "an answer as it was scripted";

test_support::FakeLoad fakeLoad() {
  test_support::FakeLoad load;
  load.engine.answer = [](const engine::GenerationRequest&, int) { return std::string(kAnswer); };
  load.engine.modelId = "it's a \"model\" \\ of $HOME";
  return load;
}

struct Rig {
  explicit Rig(test_support::FakeLoad load = fakeLoad())
      : modelHost(test_support::makeFakeLoader(std::move(load))),
        http(modelHost),
        bridge(settings, dir.filePath("s.json").toStdString(), tasks),
        host(modelHost, tasks),
        server(&http, tasks, bridge, host, ui::makeKeyStore(dir.path().toStdString(), tasks, /*keychain=*/false)) {
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    port = probe.serverPort();
    probe.close();
    server.setPort(QString::number(port));
    server.pageShown();
    static_cast<void>(keysThere());
  }
  bool keysThere() {
    bool there = false;
    server.keys()->ensureLoaded([&there] { there = true; });
    return QTest::qWaitFor([&there] { return there; }, kLong);
  }
  bool load() {
    modelHost.load({});
    return QTest::qWaitFor([this] { return host.engine() != nullptr; }, kLong);
  }
  bool settled() {
    return QTest::qWaitFor([this] { return !server.switching(); }, kLong);
  }
  bool switchOn() {
    server.setOn(true);
    return settled() && server.on();
  }
  QByteArray get(const QByteArray& path, const QByteArray& header = {}) {
    return send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.port()) +
                "\r\nConnection: close\r\n" + header + "\r\n");
  }
  QByteArray ask(const QByteArray& header = {}) {
    const QByteArray body = R"({"messages":[{"role":"user","content":"Hello"}]})";
    return send("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.port()) +
                "\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
                QByteArray::number(body.size()) + "\r\n" + header + "\r\n" + body);
  }
  QByteArray send(const QByteArray& bytes) {
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(server.port()));
    if (!socket.waitForConnected(60000)) return {};
    socket.write(bytes);
    while (socket.waitForReadyRead(60000)) {
    }
    return socket.readAll();
  }
  QByteArray bearer(int row) {
    server.copyKey(row);
    return "Authorization: Bearer " + QGuiApplication::clipboard()->text().toUtf8() + "\r\n";
  }

  QTemporaryDir dir;
  ui::Tasks tasks;
  app::Settings settings;
  app::ModelHost modelHost;
  app::HttpServer http;
  ui::SettingsBridge bridge;
  ui::HostBridge host;
  ui::ServerModel server;
  int port = 0;
};

QString run(const QString& program, const QStringList& arguments, const QString& text) {
  QProcess process;
  process.start(program, arguments);
  process.write(text.toUtf8());
  process.closeWriteChannel();
  // The server answers on its own threads, so nothing here needs the event loop.
  if (!process.waitForFinished(60000)) return {};
  return QString::fromUtf8(process.readAllStandardOutput() + process.readAllStandardError());
}

}  // namespace

class ServerModelTest : public QObject {
  Q_OBJECT

 private slots:
  void onAndOff() {
    Rig rig;
    QVERIFY2(rig.switchOn(), qPrintable(rig.server.error()));
    QCOMPARE(rig.server.address(), QString("http://127.0.0.1:%1/v1").arg(rig.port));
    QVERIFY(rig.get("/health").startsWith("HTTP/1.1"));
    QVERIFY(rig.server.summary().contains("since"));
    rig.server.setOn(false);
    QVERIFY(rig.settled());
    QVERIFY(!rig.server.on());
    QVERIFY(rig.get("/health").isEmpty());
    QVERIFY(rig.server.summary().isEmpty());
  }

  void aTakenPortIsSaidAndNeverReplaced() {
    Rig rig;
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost, static_cast<quint16>(rig.port)));
    QVERIFY(!rig.switchOn());
    QVERIFY(rig.server.error().contains(QString::number(rig.port)));
    QVERIFY(rig.server.freePort() > rig.port);
    QCOMPARE(rig.server.port(), rig.port);
    const int offered = rig.server.freePort();
    rig.server.useFreePort();
    QVERIFY(rig.settled());
    QVERIFY2(rig.server.on(), qPrintable(rig.server.error()));
    QCOMPARE(rig.server.port(), offered);
  }

  void aTakenPortWhileOnLeavesTheServerWhereItIs() {
    Rig rig;
    QVERIFY(rig.switchOn());
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    rig.server.setPort(QString::number(other.serverPort()));
    QVERIFY(rig.settled());
    QVERIFY(rig.server.on());
    QVERIFY(rig.server.error().contains(QString::number(other.serverPort())));
    QCOMPARE(rig.server.address(), QString("http://127.0.0.1:%1/v1").arg(rig.port));
    rig.server.dismissError();
    QCOMPARE(rig.server.port(), rig.port);
    QVERIFY(rig.get("/health").startsWith("HTTP/1.1"));
    rig.server.setPort(QString::number(other.serverPort()));
    QVERIFY(rig.settled());
    const int offered = rig.server.freePort();
    rig.server.useFreePort();
    QVERIFY(rig.settled());
    QCOMPARE(rig.server.address(), QString("http://127.0.0.1:%1/v1").arg(offered));
  }

  void wrongPortsStayTyped() {
    Rig rig;
    for (const char* text : {"0", "70000", "x", "", "-1"}) {
      QVERIFY(!rig.server.setPort(text));
      QVERIFY(!rig.server.portProblem().isEmpty());
      QCOMPARE(rig.server.port(), rig.port);
    }
  }

  void keysApplyAtOnceAndAreKept() {
    Rig rig;
    ui::KeyModel& keys = *rig.server.keys();
    QVERIFY(rig.switchOn());
    QVERIFY(rig.get("/v1/models").contains("200"));
    QVERIFY(keys.add("Notebook"));
    QVERIFY(!keys.add("Notebook"));
    QVERIFY(!keys.add("  "));
    QVERIFY(!keys.add("tab\tin it"));
    QVERIFY(!keys.add(QString(100, u'x')));
    QCOMPARE(keys.count(), 1);
    QVERIFY(rig.get("/v1/models").contains("401"));
    QVERIFY(rig.get("/v1/models", rig.bearer(0)).contains("200"));
    QVERIFY(QGuiApplication::clipboard()->text().size() > 30);
    QVERIFY(!keys.masked(0).contains(QGuiApplication::clipboard()->text()));
    QVERIFY(keys.rename(0, "Editor"));
    QVERIFY(rig.get("/v1/models", rig.bearer(0)).contains("200"));

    // They are in a file that only the user can read, and the page says so.
    QVERIFY(QTest::qWaitFor([&] { return keys.exposed() && !keys.saving(); }, kLong));
    const QString file = rig.dir.filePath("keys.json");
    QCOMPARE(QFileInfo(file).permissions() &
                 (QFileDevice::ReadGroup | QFileDevice::ReadOther | QFileDevice::WriteGroup | QFileDevice::WriteOther),
             QFileDevice::Permissions());
    ui::SettingsBridge bridge(rig.settings, rig.dir.filePath("other.json").toStdString(), rig.tasks);
    ui::KeyModel again(ui::makeKeyStore(rig.dir.path().toStdString(), rig.tasks, false), bridge);
    bool there = false;
    again.ensureLoaded([&there] { there = true; });
    QVERIFY(QTest::qWaitFor([&there] { return there; }, kLong));
    QCOMPARE(again.labels(), QStringList("Editor"));
    QCOMPARE(again.key(0), keys.key(0));

    rig.server.revokeKey(0);
    QVERIFY(rig.get("/v1/models").contains("200"));
    QVERIFY(QTest::qWaitFor([&] { return !QFileInfo::exists(file); }, kLong));
  }

  void unreadableKeysKeepTheServerOff() {
    Rig rig;
    QFile file(rig.dir.filePath("keys.json"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("{\"kept_in\": \"file\", \"keys\": [{}]}") > 0);
    file.close();
    ui::ServerModel server(&rig.http, rig.tasks, rig.bridge, rig.host,
                           ui::makeKeyStore(rig.dir.path().toStdString(), rig.tasks, false));
    server.setOn(true);
    QVERIFY(QTest::qWaitFor([&] { return !server.switching(); }, kLong));
    QVERIFY(!server.on());
    QVERIFY(server.error().contains("keys.json"));
    server.keys()->forgetUnreadable();
    QVERIFY(server.keys()->problem().isEmpty());
    server.setOn(true);
    QVERIFY(QTest::qWaitFor([&] { return server.on(); }, kLong));
  }

  void keysOfTheSettingsMoveOver() {
    Rig rig;
    QVERIFY(rig.bridge.store("api-keys", "hk-old-one,hk-old-two").ok());
    ui::KeyModel keys(ui::makeKeyStore(rig.dir.filePath("sub").toStdString(), rig.tasks, false), rig.bridge);
    QDir().mkpath(rig.dir.filePath("sub"));
    bool there = false;
    keys.ensureLoaded([&there] { there = true; });
    QVERIFY(QTest::qWaitFor([&there] { return there; }, kLong));
    QCOMPARE(keys.count(), 2);
    QCOMPARE(keys.key(1), QString("hk-old-two"));
    QVERIFY(rig.settings.list("api-keys").empty());
  }

  void otherMachinesNeedAKey() {
    Rig rig;
    rig.server.setReachable(true);
    QVERIFY(!rig.server.reachable());
    QVERIFY(rig.server.keys()->add("Phone"));
    QVERIFY(rig.switchOn());
    rig.server.setReachable(true);
    QVERIFY(rig.settled());
    QVERIFY2(rig.server.on(), qPrintable(rig.server.error()));
    QVERIFY(rig.server.reachable());
    QCOMPARE(rig.settings.text("host"), std::string("0.0.0.0"));
    QVERIFY(rig.get("/v1/models").contains("401"));
    QVERIFY(rig.get("/v1/models", rig.bearer(0)).contains("200"));
    // With the last key the opening goes.
    rig.server.revokeKey(0);
    QVERIFY(QTest::qWaitFor([&] { return !rig.server.switching() && !rig.server.reachable(); }, kLong));
    QCOMPARE(rig.settings.text("host"), std::string("127.0.0.1"));
    QVERIFY(QTest::qWaitFor([&] { return rig.get("/v1/models").contains("200"); }, kLong));
  }

  void settingsAreCheckedAndApplied() {
    Rig rig;
    QVERIFY(rig.load());
    QVERIFY(rig.switchOn());
    for (const char* wrong : {"https://a.example/path", "*", "a.example"}) {
      QVERIFY(!rig.server.setText("allowed-origins", wrong).isEmpty());
      QVERIFY(rig.server.origins().isEmpty());
    }
    QVERIFY(rig.get("/v1/models", "Origin: https://a.example\r\n").contains("403"));
    QCOMPARE(rig.server.setText("allowed-origins", "https://a.example, https://b.example:8443"), QString());
    QVERIFY(rig.settled());
    QVERIFY(rig.get("/v1/models", "Origin: https://a.example\r\n").contains("200"));
    QVERIFY(!rig.server.setText("allowed-hosts", "a b").isEmpty());
    QVERIFY(!rig.server.setText("limit-worker-concurrency", "0").isEmpty());
    QCOMPARE(rig.server.setText("limit-worker-concurrency", "7"), QString());
    QCOMPARE(rig.server.concurrency(), 7);
    QCOMPARE(rig.server.setText("served-model-name", "house-model"), QString());
    QVERIFY(rig.settled());
    QVERIFY(QTest::qWaitFor([&] { return rig.get("/v1/models").contains("\"house-model\""); }, kLong));
    QCOMPARE(rig.server.modelName(), QString("house-model"));
  }

  void requestsAreShownInspectedAndCancelled() {
    test_support::FakeLoad load = fakeLoad();
    load.engine.endless = true;
    load.engine.tokenDelay = std::chrono::milliseconds(2);
    Rig rig(load);
    QVERIFY(rig.load());
    QVERIFY(rig.server.keys()->add("Notebook"));
    QVERIFY(rig.switchOn());
    QVERIFY(!rig.server.recording());
    rig.server.setRecording(true);
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(rig.server.port()));
    QVERIFY(socket.waitForConnected(60000));
    const QByteArray body = R"({"stream":true,"messages":[{"role":"user","content":"Tell me"}]})";
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(rig.server.port()) +
                 "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n" +
                 rig.bearer(0) + "\r\n" + body);
    ui::RequestTableModel& table = *rig.server.requests();
    QVERIFY(QTest::qWaitFor([&] { return table.running() == 1; }, kLong));
    QCOMPARE(table.data(table.index(0), ui::RequestTableModel::ClientRole).toString(), QString("Notebook"));
    QVERIFY(QTest::qWaitFor([&] { return !table.togetherSpeed().isEmpty(); }, kLong));
    const double id = table.data(table.index(0), ui::RequestTableModel::IdRole).toDouble();
    rig.server.inspect(id);
    ui::RequestInspector& inspector = *rig.server.inspector();
    QVERIFY(inspector.recorded());
    QVERIFY(inspector.prompt().contains("Tell me"));
    QVERIFY(QTest::qWaitFor([&] { return inspector.answers().first().toMap()["text"].toString().contains("scripted"); },
                            kLong));
    QVERIFY(QTest::qWaitFor(
        [&] {
          return rig.server.keys()->data(rig.server.keys()->index(0), ui::KeyModel::UseRole).toString() == "in use";
        },
        kLong));
    rig.server.copyKey(0);
    QVERIFY(!inspector.wholeText("all").contains(QGuiApplication::clipboard()->text()));
    rig.server.cancelRequest(id);
    QVERIFY(QTest::qWaitFor([&] { return table.running() == 0 && table.count() == 1; }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return !inspector.live(); }, kLong));
    rig.server.clearRecords();
    QVERIFY(!inspector.recorded());
    QCOMPARE(rig.server.recorded(), 0);
    rig.server.clearFinished();
    QVERIFY(QTest::qWaitFor([&] { return table.count() == 0; }, kLong));
  }

  void rowsKeepTheirPlaces() {
    ui::RequestTableModel table;
    const auto rows = [](std::initializer_list<uint64_t> ids) {
      std::vector<app::LiveRequest> all;
      for (const uint64_t id : ids) all.emplace_back().id = id;
      return all;
    };
    QSignalSpy resets(&table, &QAbstractItemModel::modelReset);
    QList<QPersistentModelIndex> held;
    table.setRequests(rows({5, 1}));
    held.append(QPersistentModelIndex(table.index(1)));
    for (const auto& next : {rows({7, 6, 5, 1}), rows({7, 5, 6, 1}), rows({1, 8}), rows({9, 2, 3, 1})}) {
      table.setRequests(next);
      for (size_t i = 0; i < next.size(); ++i) {
        QCOMPARE(table.data(table.index(static_cast<int>(i)), ui::RequestTableModel::IdRole).toDouble(),
                 static_cast<double>(next[i].id));
      }
      QCOMPARE(table.data(held.first(), ui::RequestTableModel::IdRole).toDouble(), 1.0);
    }
    QCOMPARE(resets.count(), 0);
  }

  void theLogIsFiltered() {
    ui::LogModel log;
    std::vector<app::ServerLogLine> lines;
    for (int i = 0; i < 3000; ++i) {
      lines.push_back({1.0 * i, i % 3 == 0 ? "error" : i % 3 == 1 ? "warning" : "info", "line " + std::to_string(i)});
    }
    log.setLeastLevel(1);
    for (size_t i = 0; i < lines.size(); i += 100) {
      log.append(
          {lines.begin() + static_cast<std::ptrdiff_t>(i), lines.begin() + static_cast<std::ptrdiff_t>(i) + 100});
    }
    QCOMPARE(log.total(), 2000);
    QVERIFY(log.count() > 1300 && log.count() < 1340);
    log.setFilter("LINE 2999");
    QCOMPARE(log.count(), 0);
    log.setLeastLevel(0);
    QCOMPARE(log.count(), 1);
    QVERIFY(log.text().endsWith("info\tline 2999\n"));
    log.clear();
    QCOMPARE(log.total(), 0);
    log.append({lines.begin(), lines.begin() + 3});
    log.setFilter({});
    QCOMPARE(log.count(), 3);
  }

  void snippetsRunAsPasted_data() {
    QTest::addColumn<QString>("language");
    QTest::newRow("curl") << "curl";
    QTest::newRow("python") << "python";
    QTest::newRow("javascript") << "javascript";
  }
  void snippetsRunAsPasted() {
    QFETCH(QString, language);
    const QString venv = QStringLiteral(HEARTH_SOURCE "/build/sdk-venv/bin/python");
    const QString program = language == "curl"     ? QStandardPaths::findExecutable("bash")
                            : language == "python" ? (QFileInfo::exists(venv) ? venv : QString())
                                                   : QStandardPaths::findExecutable("node");
    if (program.isEmpty() || (language == "curl" && QStandardPaths::findExecutable("curl").isEmpty())) {
      QSKIP("the program that runs it is not here");
    }
    Rig rig;
    QVERIFY(rig.load());
    QVERIFY(rig.switchOn());
    const QStringList arguments = language == "curl" ? QStringList{"-s"} : QStringList{"-"};
    const QString open = run(program, arguments, rig.server.snippet(language, -1, true));
    QVERIFY2(open.contains(kAnswer), qPrintable(open));

    QVERIFY(rig.server.keys()->add("First") && rig.server.keys()->add("Second"));
    rig.server.copyKey(1);
    const QString key = QGuiApplication::clipboard()->text();
    const QString masked = rig.server.snippet(language, 1, false);
    QVERIFY(!masked.contains(key));
    QVERIFY(!run(program, arguments, masked).contains(kAnswer));
    const QString text = rig.server.snippet(language, 1, true);
    QVERIFY(text.contains(key));
    const QString closed = run(program, arguments, text);
    QVERIFY2(closed.contains(kAnswer), qPrintable(closed));
    QCOMPARE(rig.server.snippetText(language, 1).text, masked);
  }

  void portChangesWhileOn() {
    Rig rig;
    QVERIFY(rig.switchOn());
    const int next = app::nextFreePort("127.0.0.1", static_cast<uint16_t>(rig.port + 1));
    QVERIFY(rig.server.setPort(QString::number(next)));
    QVERIFY(QTest::qWaitFor(
        [&] {
          return rig.server.on() && !rig.server.switching() && rig.server.address().contains(QString::number(next));
        },
        kLong));
  }
};

QTEST_MAIN(ServerModelTest)
#include "server_model_test.moc"
