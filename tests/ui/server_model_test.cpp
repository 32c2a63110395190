// The server page's view-model over the real HTTP server and a fake engine: on, requests, a taken port, keys, off.
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/fake_engine.h"
#include "tests/ui/waits.h"
#include "ui/server/server_model.h"

using ui_test::kLong;

namespace {

struct Rig {
  Rig()
      : modelHost(test_support::makeFakeLoader({})),
        http(modelHost),
        bridge(settings, dir.filePath("s.json").toStdString(), tasks),
        host(modelHost, tasks),
        server(&http, tasks, bridge, host) {
    QTcpServer probe;
    probe.listen(QHostAddress::LocalHost);
    port = probe.serverPort();
    probe.close();
    server.setPort(QString::number(port));
  }
  bool settled() {
    return QTest::qWaitFor([this] { return !server.switching(); }, kLong);
  }
  QByteArray get(const QByteArray& path, const QByteArray& header = {}) {
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, static_cast<quint16>(server.port()));
    if (!socket.waitForConnected(60000)) return {};
    socket.write("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(server.port()) +
                 "\r\nConnection: close\r\n" + header + "\r\n");
    while (socket.waitForReadyRead(60000)) {
    }
    return socket.readAll();
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

}  // namespace

class ServerModelTest : public QObject {
  Q_OBJECT

 private slots:
  void onAndOff() {
    Rig rig;
    rig.server.setOn(true);
    QVERIFY(rig.settled());
    QVERIFY2(rig.server.on(), qPrintable(rig.server.error()));
    QCOMPARE(rig.server.address(), QString("http://127.0.0.1:%1/v1").arg(rig.port));
    QVERIFY(rig.get("/health").startsWith("HTTP/1.1"));
    rig.server.setOn(false);
    QVERIFY(rig.settled());
    QVERIFY(!rig.server.on());
    QVERIFY(rig.get("/health").isEmpty());
  }

  void aTakenPortIsSaidAndNeverReplaced() {
    Rig rig;
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost, static_cast<quint16>(rig.port)));
    rig.server.setOn(true);
    QVERIFY(rig.settled());
    QVERIFY(!rig.server.on());
    QVERIFY(rig.server.error().contains(QString::number(rig.port)));
    QVERIFY(rig.server.freePort() > rig.port);
    QCOMPARE(rig.server.port(), rig.port);
    const int offered = rig.server.freePort();
    rig.server.useFreePort();
    QVERIFY(rig.settled());
    QVERIFY2(rig.server.on(), qPrintable(rig.server.error()));
    QCOMPARE(rig.server.port(), offered);
  }

  void wrongPortsStayTyped() {
    Rig rig;
    for (const char* text : {"0", "70000", "x", "", "-1"}) {
      QVERIFY(!rig.server.setPort(text));
      QVERIFY(!rig.server.portProblem().isEmpty());
      QCOMPARE(rig.server.port(), rig.port);
    }
  }

  void keysApplyAtOnce() {
    Rig rig;
    rig.server.setOn(true);
    QVERIFY(rig.settled());
    QVERIFY(rig.get("/v1/models").contains("200"));
    rig.server.addKey();
    QCOMPARE(rig.server.keys().size(), 1);
    QVERIFY(rig.server.keys().first().size() > 30);
    QVERIFY(rig.get("/v1/models").contains("401"));
    QVERIFY(
        rig.get("/v1/models", "Authorization: Bearer " + rig.server.keys().first().toUtf8() + "\r\n").contains("200"));
    QVERIFY(!rig.server.snippet("python", false).contains(rig.server.keys().first()));
    QVERIFY(rig.server.snippet("curl", true).contains(rig.server.keys().first()));
    QVERIFY(rig.server.snippet("python", true).contains(rig.server.keys().first()));
    rig.server.removeKey(0);
    QVERIFY(rig.get("/v1/models").contains("200"));
  }

  void portChangesWhileOn() {
    Rig rig;
    rig.server.setOn(true);
    QVERIFY(rig.settled());
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
