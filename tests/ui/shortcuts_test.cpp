// The list of shortcuts is true: each that it names does what it says, and the focus can be seen and moved by keyboard.
#include <QSet>

#include "tests/support/fake_engine.h"
#include "tests/ui/fake_sources.h"
#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

test_support::FakeLoad endlessAnswers() {
  test_support::FakeLoad load;
  load.engine.endless = true;
  load.engine.tokenDelay = std::chrono::milliseconds(5);
  return load;
}

/// The window with a model in and its keyboard focus.
class Keys {
 public:
  explicit Keys(test_support::FakeLoad load = endlessAnswers())
      : fixture(test_support::makeFakeLoader(std::move(load)), std::string(), ui_test::fakeSources()) {
    fixture.window()->resize(1440, 900);
    fixture.window()->requestActivate();
    fixture.context().host->load({});
    static_cast<void>(wait([this] { return chat().ready(); }));
    fixture.settle();
  }
  ui::ChatModel& chat() { return fixture.application().chat(); }
  ui::ShellModel& shell() { return fixture.application().shell(); }
  void press(int key, Qt::KeyboardModifiers modifiers = {}) {
    fixture.window()->grabWindow();  // what has just been shown is laid out
    QTest::keyClick(fixture.window(), static_cast<Qt::Key>(key), modifiers);
  }
  bool wait(const std::function<bool()>& condition) { return QTest::qWaitFor(condition, kLong); }
  bool focused(const QString& name) {
    return wait([&] {
      const QQuickItem* item = ui_test::findItem(fixture.window()->contentItem(), name);
      return item != nullptr && item->hasActiveFocus();
    });
  }
  /// A chat with a title, and the list's focus on it.
  void oneChat() {
    chat().setDraft("first words");
    chat().send();
    static_cast<void>(wait([this] { return chat().activity() == "answering"; }));
    chat().stop();
    static_cast<void>(wait([this] { return !chat().busy() && chat().conversations()->count() == 1; }));
    fixture.item("conversationList")->forceActiveFocus(Qt::TabFocusReason);
  }
  /// A model before the window, with a plan.
  ui::ModelPageModel& model() {
    ui::ModelPageModel& page = fixture.application().modelPage();
    shell().setPage("model");
    page.choosePath(ui_test::kFakeModel);
    page.setContext(32768);
    static_cast<void>(wait([&page] { return page.plan().known && page.plan().largest > 0; }));
    fixture.item("memoryHandle")->forceActiveFocus(Qt::TabFocusReason);
    return page;
  }

  WindowFixture fixture;
};

/// "group: keys" of every line of the list.
QStringList listed(WindowFixture& fixture) {
  QStringList lines;
  const QVariant groups = fixture.item("shortcutTable")->property("groups");
  for (const QVariant& group : groups.value<QJSValue>().toVariant().toList()) {
    const QVariantList parts = group.toList();
    for (const QVariant& line : parts.at(1).toList()) {
      for (const QString& keys : line.toList().at(0).toString().split(" / ")) {
        lines.append(parts.at(0).toString() + ": " + keys);
      }
    }
  }
  return lines;
}

using Check = std::function<bool(Keys&)>;

bool pageAfter(Keys& keys, int key, const char* page) {
  keys.shell().setPage(QString(page) == "chat" ? "server" : "chat");
  keys.press(key, Qt::ControlModifier);
  return keys.shell().page() == page;
}

double scaleAfter(Keys& keys, int key) {
  keys.press(key, Qt::ControlModifier);
  return keys.fixture.context().settings.real("scale").value_or(0);
}

qint64 contextAfter(Keys& keys, int key) {
  ui::ModelPageModel& page = keys.model();
  keys.press(key);
  return page.context();
}

/// Which of two answers the keys pick.
bool pickedAfter(Keys& keys, int key, size_t side) {
  ui::CompareModel& compare = *keys.chat().compare();
  keys.chat().startCompare();
  keys.chat().setDraft("both");
  keys.chat().send();
  const bool began = keys.wait(
      [&] { return compare.left()->activity() == "answering" && compare.right()->activity() == "answering"; });
  keys.chat().stop();
  if (!began || !keys.wait([&] { return compare.undecided() && !keys.chat().busy(); })) return false;
  const app::MessageId wanted = compare.side(side).answer();
  keys.press(key, Qt::AltModifier);
  if (!keys.wait([&] { return !compare.undecided(); })) return false;
  ui::TranscriptModel& rows = *keys.chat().transcript();
  return rows.data(rows.index(rows.count() - 1), ui::TranscriptModel::MessageIdRole).toLongLong() == wanted;
}

std::map<QString, Check> checks() {
  std::map<QString, Check> all;
  all["Everywhere: Ctrl+1"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_1, "chat"); };
  all["Everywhere: Ctrl+2"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_2, "model"); };
  all["Everywhere: Ctrl+3"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_3, "server"); };
  all["Everywhere: Ctrl+4"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_4, "monitor"); };
  all["Everywhere: Ctrl+5"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_5, "settings"); };
  all["Everywhere: Ctrl+,"] = [](Keys& keys) { return pageAfter(keys, Qt::Key_Comma, "settings"); };
  all["Everywhere: Ctrl+N"] = [](Keys& keys) {
    keys.oneChat();
    return pageAfter(keys, Qt::Key_N, "chat") && keys.chat().currentId() == 0 && keys.focused("composerInput");
  };
  all["Everywhere: Ctrl+Shift+N"] = [](Keys& keys) {
    keys.shell().setPage("server");
    keys.press(Qt::Key_N, Qt::ControlModifier | Qt::ShiftModifier);
    return keys.shell().page() == "chat" && keys.chat().temporary();
  };
  all["Everywhere: Ctrl+O"] = [](Keys& keys) {
    keys.press(Qt::Key_O, Qt::ControlModifier);
    // The desktop's picker is a window of its own, Qt's lies in the overlay of ours.
    return keys.wait([&keys] {
      const QList<QQuickItem*> items = keys.fixture.window()->contentItem()->childItems();
      return QGuiApplication::modalWindow() != nullptr || std::any_of(items.begin(), items.end(), [](QQuickItem* item) {
               return item->inherits("QQuickOverlay") && item->isVisible();
             });
    });
  };
  all["Everywhere: Ctrl++"] = [](Keys& keys) { return scaleAfter(keys, Qt::Key_Plus) > 1; };
  all["Everywhere: Ctrl+-"] = [](Keys& keys) { return scaleAfter(keys, Qt::Key_Minus) < 1; };
  all["Everywhere: Ctrl+0"] = [](Keys& keys) {
    scaleAfter(keys, Qt::Key_Plus);
    return scaleAfter(keys, Qt::Key_0) == 1;
  };
  all["Everywhere: Ctrl+/"] = [](Keys& keys) {
    keys.press(Qt::Key_Slash, Qt::ControlModifier);
    return keys.fixture.item("shortcutTable") != nullptr;
  };
  all["Everywhere: Ctrl+Q"] = [](Keys& keys) {
    keys.press(Qt::Key_Q, Qt::ControlModifier);
    return keys.wait([&keys] { return !keys.fixture.window()->isVisible(); });
  };
  all["Chat: Enter"] = [](Keys& keys) {
    keys.fixture.click("composerInput");
    keys.fixture.type("x");
    keys.press(Qt::Key_Return);
    return keys.chat().busy();
  };
  all["Chat: Shift+Enter"] = [](Keys& keys) {
    keys.fixture.click("composerInput");
    keys.fixture.type("x");
    keys.press(Qt::Key_Return, Qt::ShiftModifier);
    return !keys.chat().busy() && keys.chat().draft() == "x\n";
  };
  all["Chat: Up"] = [](Keys& keys) {
    keys.oneChat();
    keys.fixture.click("composerInput");
    keys.press(Qt::Key_Up);
    return keys.chat().editing() && keys.chat().draft() == "first words";
  };
  all["Chat: Esc"] = [](Keys& keys) {
    keys.chat().setDraft("x");
    keys.chat().send();
    const bool began = keys.wait([&keys] { return keys.chat().activity() == "answering"; });
    keys.press(Qt::Key_Escape);
    return began && keys.wait([&keys] { return !keys.chat().busy(); });
  };
  all["Chat: Ctrl+F"] = [](Keys& keys) {
    keys.press(Qt::Key_F, Qt::ControlModifier);
    return keys.focused("chatSearch");
  };
  all["Chat: Ctrl+Shift+D"] = [](Keys& keys) {
    keys.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    const bool began = keys.chat().compare()->active();
    keys.press(Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    return began && !keys.chat().compare()->active();
  };
  all["Chat: Alt+1"] = [](Keys& keys) { return pickedAfter(keys, Qt::Key_1, 0); };
  all["Chat: Alt+2"] = [](Keys& keys) { return pickedAfter(keys, Qt::Key_2, 1); };
  all["Chat: F2"] = [](Keys& keys) {
    keys.oneChat();
    keys.press(Qt::Key_F2);
    keys.fixture.type("Renamed");
    keys.press(Qt::Key_Return);
    return keys.wait([&keys] { return keys.chat().title() == "Renamed"; });
  };
  all["Chat: Del"] = [](Keys& keys) {
    keys.oneChat();
    keys.press(Qt::Key_Delete);
    return keys.wait([&keys] { return keys.chat().conversations()->count() == 0; });
  };
  all["Chat: Shift+F10"] = [](Keys& keys) {
    keys.oneChat();
    keys.press(Qt::Key_F10, Qt::ShiftModifier);
    return keys.wait([&keys] {
      return WindowFixture::visibleText(keys.fixture.window()->contentItem()).contains("Export as Markdown");
    });
  };
  all["Model: Ctrl+F"] = [](Keys& keys) {
    keys.shell().setPage("model");
    keys.fixture.settle();
    keys.press(Qt::Key_F, Qt::ControlModifier);
    return keys.focused("modelSearch");
  };
  all["Model: Left"] = [](Keys& keys) { return contextAfter(keys, Qt::Key_Left) == 32768 - 1024; };
  all["Model: Right"] = [](Keys& keys) { return contextAfter(keys, Qt::Key_Right) == 32768 + 1024; };
  all["Model: PgUp"] = [](Keys& keys) { return contextAfter(keys, Qt::Key_PageUp) == 32768 + 8192; };
  all["Model: PgDown"] = [](Keys& keys) { return contextAfter(keys, Qt::Key_PageDown) == 32768 - 8192; };
  all["Model: Home"] = [](Keys& keys) { return contextAfter(keys, Qt::Key_Home) < 32768; };
  all["Model: End"] = [](Keys& keys) {
    const qint64 context = contextAfter(keys, Qt::Key_End);
    return context == static_cast<qint64>(keys.fixture.application().modelPage().plan().largest);
  };
  all["Settings: Ctrl+F"] = [](Keys& keys) {
    keys.shell().setPage("settings");
    keys.fixture.settle();
    keys.press(Qt::Key_F, Qt::ControlModifier);
    return keys.focused("settingsSearch");
  };
  return all;
}

}  // namespace

class ShortcutsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void everyLineHasACheckAndEveryCheckALine() {
    Keys keys;
    keys.press(Qt::Key_Slash, Qt::ControlModifier);
    QVERIFY(keys.fixture.item("shortcutTable") != nullptr);
    QSet<QString> lines, checked{"Model: Esc"};  // cancelsALoad
    for (const QString& line : listed(keys.fixture)) lines.insert(line);
    for (const auto& [line, check] : checks()) checked.insert(line);
    QCOMPARE(lines, checked);
    keys.press(Qt::Key_Escape);
    QVERIFY(keys.wait([&] { return !keys.fixture.shown("shortcutTable"); }));
  }

  void eachDoesWhatItSays_data() {
    QTest::addColumn<QString>("line");
    for (const auto& [line, check] : checks()) QTest::newRow(qPrintable(line)) << line;
  }
  void eachDoesWhatItSays() {
    QFETCH(QString, line);
    Keys keys;
    QVERIFY(keys.chat().ready());
    QVERIFY(checks()[line](keys));
  }

  void cancelsALoad() {
    test_support::FakeLoad load;
    load.steps = 200;
    load.stepDelay = std::chrono::milliseconds(20);
    WindowFixture fixture(test_support::makeFakeLoader(load), std::string(), ui_test::fakeSources());
    fixture.application().shell().setPage("model");
    fixture.context().host->load({});
    QVERIFY(fixture.item("cancelLoad") != nullptr);
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().modelPage().state() == "empty"; }, kLong));
  }

  /// Tab goes round every page and comes back, and what has the focus is in the window.
  void tabGoesRoundEveryPage() {
    Keys keys;
    for (const char* page : {"chat", "model", "server", "monitor", "settings"}) {
      keys.shell().setPage(page);
      keys.fixture.settle();
      QQuickItem* start = keys.fixture.item("railChat");
      start->forceActiveFocus(Qt::TabFocusReason);
      QSet<QQuickItem*> met;
      bool round = false;
      constexpr int kMost = 200;
      for (int i = 0; i < kMost && !round; ++i) {
        QTest::keyClick(keys.fixture.window(), Qt::Key_Tab);
        QQuickItem* focus = keys.fixture.window()->activeFocusItem();
        QVERIFY2(focus != nullptr && focus->isVisible(), page);
        round = focus == start;
        met.insert(focus);
      }
      QVERIFY2(round, page);
      QVERIFY2(met.size() > 8, page);
    }
  }
};

QTEST_MAIN(ShortcutsTest)
#include "shortcuts_test.moc"
