// Everything that can be pressed, typed into, chosen or reached by Tab has a name and a role in the accessible tree: on
// every page, in every sheet, dialog and menu. Failures name the object by its path.
#include <QAccessible>
#include <QQuickItem>
#include <QSet>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

using ui_test::WindowFixture;

namespace {

/// Roles of things that a person acts on; each needs a name of its own.
bool isControl(QAccessible::Role role) {
  switch (role) {
    case QAccessible::Button:
    case QAccessible::ButtonMenu:
    case QAccessible::CheckBox:
    case QAccessible::RadioButton:
    case QAccessible::ComboBox:
    case QAccessible::EditableText:
    case QAccessible::Slider:
    case QAccessible::SpinBox:
    case QAccessible::PageTab:
    case QAccessible::MenuItem:
    case QAccessible::Link:
    case QAccessible::ListItem:
    case QAccessible::Dialog:
    case QAccessible::List:
    case QAccessible::Heading:
      return true;
    default:
      return false;
  }
}

QString describe(QObject* object) {
  if (object == nullptr) return QStringLiteral("?");
  const QString name = object->objectName();
  QString type = QString::fromLatin1(object->metaObject()->className());
  type = type.section(QStringLiteral("_QMLTYPE"), 0, 0).section(QStringLiteral("_QML_"), 0, 0);
  return name.isEmpty() ? type : type + u'(' + name + u')';
}

QString pathOf(const QQuickItem* item) {
  QStringList path;
  for (; item != nullptr; item = item->parentItem()) path.prepend(describe(const_cast<QQuickItem*>(item)));
  return path.mid(std::max<qsizetype>(0, path.size() - 7)).join(u'/');
}

bool shown(const QQuickItem* item) {
  return item != nullptr && item->isVisible() && item->width() > 0 && item->height() > 0;
}

class Walk {
 public:
  /// Complaints about what is visible in `window` now; `where` goes before each.
  QStringList complaints(QQuickWindow* window, const QString& where) {
    QAccessible::setActive(true);  // controls learn it only when they stand already
    m_found.clear();
    m_where = where;
    m_seen.clear();
    read(QAccessible::queryAccessibleInterface(window));
    stops(window->contentItem());
    return m_found;
  }

 private:
  void read(QAccessibleInterface* interface) {
    if (interface == nullptr || !interface->isValid() || m_seen.contains(interface)) return;
    m_seen.insert(interface);
    auto* item = qobject_cast<QQuickItem*>(interface->object());
    if (item != nullptr && shown(item)) {
      const QAccessible::Role role = interface->role();
      const QString name = interface->text(QAccessible::Name);
      // Qt names the item of a popup by its title when a screen reader was there first; its content says it always.
      const bool frame = item->inherits("QQuickPopupItem");
      if (isControl(role) && !frame && name.trimmed().isEmpty()) {
        say(item, QStringLiteral("has role %1 and no name").arg(static_cast<int>(role)));
      }
      if (name.contains(QStringLiteral("undefined")) || name.contains(QStringLiteral("[object"))) {
        say(item, QStringLiteral("is named \"%1\"").arg(name));
      }
    }
    for (int i = 0; i < interface->childCount(); ++i) read(interface->child(i));
  }

  /// What Tab reaches is told to a screen reader.
  void stops(QQuickItem* item) {
    if (item == nullptr || !item->isVisible()) return;
    if (item->activeFocusOnTab() && item->isEnabled() && shown(item)) {
      QAccessibleInterface* interface = QAccessible::queryAccessibleInterface(item);
      if (interface == nullptr || interface->role() == QAccessible::NoRole ||
          interface->role() == QAccessible::Client) {
        say(item, QStringLiteral("is reached by Tab and has no role"));
      } else if (interface->text(QAccessible::Name).trimmed().isEmpty()) {
        say(item, QStringLiteral("is reached by Tab and has no name"));
      }
    }
    for (QQuickItem* child : item->childItems()) stops(child);
  }

  void say(const QQuickItem* item, const QString& what) {
    const QString text = m_where + QStringLiteral(": ") + pathOf(item) + u' ' + what;
    if (!m_found.contains(text)) m_found.append(text);
  }

  QString m_where;
  QStringList m_found;
  QSet<QAccessibleInterface*> m_seen;
};

test_support::FakeLoad load() {
  test_support::FakeLoad load;
  load.engine.answer = [](const engine::GenerationRequest&, int) {
    return std::string(
        "<think>A thought.</think>\n\n## A heading\n\nText with `code`.\n\n```cpp\nint x = 1;\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- [ ] task\n\n$$\\frac{1}{2}$$\n");
  };
  return load;
}

}  // namespace

class AccessibleNamesTest : public QObject {
  Q_OBJECT

 private slots:
  void everyPage_data() {
    QTest::addColumn<QString>("page");
    QTest::addColumn<int>("width");
    for (const char* page : {"chat", "model", "server", "monitor", "settings"}) {
      for (const int width : {1440, 1000, 760}) {
        QTest::newRow(qPrintable(QStringLiteral("%1 at %2").arg(page).arg(width))) << QString(page) << width;
      }
    }
  }
  void everyPage() {
    QFETCH(QString, page);
    QFETCH(int, width);
    ui_test::FakeMachine machine;
    machine.found = {{"/models/Qwen1.5-7B-Chat", "/models"}};
    WindowFixture fixture(test_support::makeFakeLoader(load()), {}, ui_test::fakeSources(machine));
    fixture.window()->resize(width, 900);
    ask(fixture);
    fixture.application().modelPage().choosePath(ui_test::kFakeModel);
    QVERIFY(fixture.application().server().keys() != nullptr);
    fixture.application().shell().setPage(page);
    fixture.settle();
    if (page == "server") {
      fixture.application().server().keys()->ensureLoaded([] {});
      QVERIFY(QTest::qWaitFor([&] { return fixture.application().server().keys()->add("Notebook"); }, ui_test::kLong));
      fixture.settle();
    }
    fixture.window()->grabWindow();
    expectNone(fixture, page);
  }

  void firstRun() {
    WindowFixture fixture(test_support::makeFakeLoader(load()));
    fixture.settle();
    expectNone(fixture, "first run");
  }

  void sheetsAndDialogs() {
    WindowFixture fixture(test_support::makeFakeLoader(load()), {}, ui_test::fakeSources({}));
    fixture.window()->resize(1440, 900);
    ask(fixture);
    fixture.application().shell().setPage("server");
    fixture.settle();
    fixture.click("networkSwitch");
    popup(fixture, "networkDialog");
    fixture.click("newKey");
    popup(fixture, "keyDialog");
    QVERIFY(fixture.application().server().keys()->add("Notebook"));
    fixture.settle();
    fixture.click("keyMenu");
    fixture.settle();
    fixture.window()->grabWindow();
    expectNone(fixture, "menu of a key");
    fixture.click("revokeKey");
    popup(fixture, "revokeDialog");
    QTest::keyClick(fixture.window(), Qt::Key_Slash, Qt::ControlModifier);
    popup(fixture, "shortcutSheet");
    inspect(fixture);
    popup(fixture, "requestSheet");
    fixture.application().shell().setPage("model");
    fixture.settle();
    fixture.click("getModels");
    popup(fixture, "getModelsSheet");
  }

 private:
  /// A request recorded and looked at.
  void inspect(WindowFixture& fixture) {
    ui::ServerModel& server = fixture.application().server();
    server.revokeKey(0);
    QTcpServer probe;
    QVERIFY(probe.listen(QHostAddress::LocalHost));
    const QString port = QString::number(probe.serverPort());
    probe.close();
    QVERIFY(server.setPort(port));
    server.setRecording(true);
    server.setOn(true);
    QVERIFY(QTest::qWaitFor([&] { return server.on(); }, ui_test::kLong));
    QTcpSocket socket;
    socket.connectToHost(QHostAddress::LocalHost, port.toUShort());
    QVERIFY(socket.waitForConnected());
    const QByteArray body = R"({"messages":[{"role":"user","content":"Hello"}]})";
    socket.write("POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:" + port.toLatin1() +
                 "\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) +
                 "\r\n\r\n" + body);
    const ui::RequestTableModel& table = *server.requests();
    QVERIFY(QTest::qWaitFor([&] { return table.count() == 1 && table.running() == 0 && table.waiting() == 0; },
                            ui_test::kLong));
    fixture.item("requestList")->forceActiveFocus(Qt::TabFocusReason);
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return server.inspector()->recorded(); }, ui_test::kLong));
  }
  /// A chat with one answer.
  void ask(WindowFixture& fixture) {
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, ui_test::kLong));
    fixture.application().chat().setDraft("A question");
    fixture.application().chat().send();
    QVERIFY(QTest::qWaitFor([&] { return !fixture.application().chat().busy(); }, ui_test::kLong));
  }
  void popup(WindowFixture& fixture, const QString& name) {
    fixture.settle();
    fixture.window()->grabWindow();
    expectNone(fixture, name);
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    fixture.settle();
  }
  void expectNone(WindowFixture& fixture, const QString& where) {
    const QStringList complaints = Walk().complaints(fixture.window(), where);
    QVERIFY2(complaints.isEmpty(), qPrintable(u'\n' + complaints.join(u'\n')));
  }
};

QTEST_MAIN(AccessibleNamesTest)
#include "names_test.moc"
