// The whole window over a fake engine: every page opens without a complaint of the QML engine, in both themes and all
// widths, and is driven as a user would.
#include <QClipboard>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

QStringList g_complaints;

void collect(QtMsgType type, const QMessageLogContext& context, const QString& text) {
  const QString category = QString::fromLatin1(context.category);
  if (type >= QtWarningMsg && (category.startsWith("qml") || category == "js" || text.contains(".qml")))
    g_complaints.append(text);
  if (type == QtWarningMsg || type == QtCriticalMsg) std::fprintf(stderr, "%s\n", qPrintable(text));
}

test_support::FakeLoad slowLoad() {
  test_support::FakeLoad load;
  load.steps = 200;
  load.stepDelay = std::chrono::milliseconds(20);
  return load;
}

test_support::FakeLoad endlessAnswers() {
  test_support::FakeLoad load;
  load.engine.endless = true;
  load.engine.tokenDelay = std::chrono::milliseconds(1);
  return load;
}

}  // namespace

class WindowTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() {
    ui::prepareGuiApplication();
    qInstallMessageHandler(collect);
  }
  void init() { g_complaints.clear(); }
  void cleanup() { QVERIFY2(g_complaints.isEmpty(), qPrintable(g_complaints.join('\n'))); }

  void everyPageInEveryShape() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.window() != nullptr);
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, kLong));
    for (const QSize size : {QSize(1440, 900), QSize(1000, 700), QSize(760, 560)}) {
      fixture.window()->resize(size);
      for (const char* page : {"chat", "model", "server", "monitor", "settings"}) {
        fixture.application().shell().setPage(page);
        fixture.settle();
        QVERIFY(fixture.item(QString(page) + "Page") != nullptr);
        QVERIFY(!fixture.window()->grabWindow().isNull());
      }
    }
  }

  void aDamagedChatDatabaseIsSaidAndRead() {
    WindowFixture fixture(test_support::makeFakeLoader({}), "The chats were damaged; the file is now at <b>x</b>");
    QVERIFY(fixture.visibleTextOf("windowNotice").contains("The chats were damaged; the file is now at <b>x</b>"));
    QQuickItem* notice = fixture.item("windowNotice");
    QQuickItem* page = fixture.item("firstRunPage");
    QVERIFY(page->mapToScene({0, 0}).y() >= notice->mapToScene({0, notice->height()}).y());
    for (const char* name : {"railModel", "railServer"}) {
      fixture.click(name);
      QVERIFY(fixture.shown("windowNotice"));
    }
    fixture.application().shell().dismissNotice();
    QVERIFY(QTest::qWaitFor([&] { return !fixture.shown("windowNotice"); }, kLong));
    WindowFixture sound(test_support::makeFakeLoader({}));
    QVERIFY(!sound.shown("windowNotice"));
  }

  void aFailedEngineIsSaidAndAnotherStartOffered() {
    const auto made = std::make_shared<std::shared_ptr<test_support::FakeEngine>>();
    WindowFixture fixture(test_support::makeFakeLoader({}, made));
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, kLong));
    QVERIFY(!fixture.shown("faultNotice"));
    (*made)->poison("a step: the GPU stopped working");
    made->reset();
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("faultNotice").contains("stopped working"); }, kLong));
    bool restarted = false;
    fixture.application().setRestart([&restarted] { restarted = true; });
    QVERIFY(QMetaObject::invokeMethod(fixture.item("faultNotice"), "triggered"));
    QVERIFY(restarted);
  }

  void settingsThatCannotBeSavedAreSaid() {
    WindowFixture fixture(test_support::makeFakeLoader({}), "The chats were damaged");
    // A folder stands where the file belongs.
    const std::filesystem::path file = fixture.context().paths.config / "settings.json";
    std::filesystem::create_directories(file / "inside");
    fixture.application().server().setPort("8123");
    QVERIFY(
        QTest::qWaitFor([&] { return fixture.visibleTextOf("windowNotice").contains("could not be saved"); }, kLong));
    QVERIFY(fixture.visibleTextOf("windowNotice").contains("settings.json"));
    QVERIFY(fixture.visibleTextOf("windowNotice").contains("The chats were damaged"));
    QCOMPARE(fixture.application().server().port(), 8123);
    fixture.application().shell().dismissNotice();
    QVERIFY(QTest::qWaitFor([&] { return !fixture.shown("windowNotice"); }, kLong));
  }

  void deviceAndMemoryAreAlwaysInTheStrip() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.window()->resize(720, 520);
    QVERIFY(fixture.item("statusMemory") != nullptr);
    QVERIFY(fixture.visibleTextOf("statusDevice").contains("CPU"));
    QVERIFY(fixture.item("statusServer") != nullptr);
  }

  void aModelThatCannotBeLoadedIsExplained() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QTemporaryDir empty;
    QVERIFY(fixture.context().settings.set("model-path", empty.path().toStdString(), app::SettingSource::Flag).ok());
    fixture.application().loadFirstModel();
    QVERIFY(fixture.item("problemCard") != nullptr);
    QCOMPARE(fixture.application().shell().page(), QString("model"));
    QVERIFY(fixture.visibleTextOf("problemCard").contains("config.json"));
    QVERIFY(!fixture.item("loadButton")->isEnabled());
  }

  void firstRunOffersTheWays() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.item("firstRunPage") != nullptr);
    for (const char* way : {"starterCard", "browseCard", "getModelsCard"}) {
      QVERIFY2(fixture.item(way) != nullptr, way);
    }
    const bool there = !app::starterModelPath(fixture.context().paths).empty();
    QCOMPARE(fixture.application().firstRun().state() == "ready", there);
  }

  void railAndShortcutsChoosePages() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.click("railServer");
    QVERIFY(fixture.item("serverPage") != nullptr);
    QTest::keyClick(fixture.window(), Qt::Key_2, Qt::ControlModifier);
    QVERIFY(fixture.item("modelPage") != nullptr);
    QTest::keyClick(fixture.window(), Qt::Key_5, Qt::ControlModifier);
    QVERIFY(fixture.item("settingsPage") != nullptr);
  }

  void asksAndStopsByKeyboard() {
    WindowFixture fixture(test_support::makeFakeLoader(endlessAnswers()));
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, kLong));
    fixture.click("composerInput");
    fixture.type("line");
    QTest::keyClick(fixture.window(), Qt::Key_Return, Qt::ShiftModifier);
    QVERIFY(!fixture.application().chat().busy());
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().activity() == "answering"; }, kLong));
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.application().chat().busy(); }, kLong));
    QCOMPARE(fixture.item("chatTitle")->property("text").toString(), QString("line"));
  }

  void tabLeavesTheComposerAndEnterPresses() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, kLong));
    fixture.click("composerInput");
    QTest::keyClick(fixture.window(), Qt::Key_Tab);
    QVERIFY(!fixture.item("composerInput")->hasActiveFocus());
    QVERIFY(fixture.application().chat().draft().isEmpty());
    fixture.item("railServer")->forceActiveFocus(Qt::TabFocusReason);
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(fixture.item("serverPage") != nullptr);
  }

  void aPlanThatDoesNotFitHasAWayOut() {
    const auto starter = app::starterModelPath(app::AppPaths::standard());
    if (starter.empty()) QSKIP("the starter model is not in the cache");
    WindowFixture fixture(test_support::makeFakeLoader({}));
    ui::ModelPageModel& page = fixture.application().modelPage();
    fixture.application().shell().setPage("model");
    page.choosePath(QString::fromStdString(starter.string()));
    page.setContext(50000000);
    QVERIFY(QTest::qWaitFor([&] { return page.plan().known && page.plan().missing > 0; }, kLong));
    QVERIFY(page.trouble());
    QVERIFY(fixture.visibleTextOf("failureTitle").contains("missing"));
    QVERIFY(!fixture.item("loadButton")->isEnabled());
    fixture.click("wayOut0");
    QVERIFY(QTest::qWaitFor([&] { return page.context() < 50000000; }, kLong));
    QCOMPARE(page.state(), QString("empty"));  // choosing a context is not loading
  }

  /// What a hostile model may write, shown in the real window: nothing is loaded, nothing breaks the layout.
  void hostileAnswersAreText() {
    const std::string hostile =
        "# <script>alert(1)</script>\n\n![x](https://tracker.example/p.png) <img src='file:///etc/passwd'>\n\n"
        "[click](javascript:alert(1)) [f](file:///etc/passwd) [\xe2\x80\xaegpj.exe](https://example.com)\n\n"
        "> > > > > > > > > > > > > > > > deep\n\n- - - - - - - - - - - - - - deep\n\n" +
        std::string("|a").append("|b") + "|\n|-|-|\n|<b>x</b>|" + std::string(3000, 'w') + "|\n\n" +
        "```html\n<iframe src=x>" + std::string(5000, 'x') + "\n```\n\n$$\\input{/etc/passwd}$$ $\\frac{" +
        "$ $x^{y^{z^{w}}}$\n\n" + std::string(3000, 'A') +
        "\n\n\xef\xbf\xbc\xef\xb7\x90\xe2\x80\xa8\x1b[31m<think>no</think>\n";
    test_support::FakeLoad load;
    load.engine.answer = [hostile](const engine::GenerationRequest&, int) { return hostile; };
    WindowFixture fixture(test_support::makeFakeLoader(load));
    fixture.window()->resize(760, 560);
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, 20000));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() > 5; }, 60000));
    fixture.settle();
    QVERIFY(!fixture.window()->grabWindow().isNull());
    QQuickItem* list = fixture.item("transcriptList");
    const QString shown = WindowFixture::visibleText(list);
    for (QQuickItem* row : list->property("contentItem").value<QQuickItem*>()->childItems()) {
      QVERIFY(row->width() <= list->width());
    }
    for (int row = 0; row < chat.transcript()->count(); ++row) {
      const auto content = chat.transcript()
                               ->data(chat.transcript()->index(row), ui::TranscriptModel::ContentRole)
                               .value<ui::InlineText>();
      for (const ui::InlineRun& run : content.runs) {
        QVERIFY(run.address.isEmpty() || run.address.startsWith("https://example.com"));
      }
    }
    QVERIFY(!shown.contains(QChar(0x1b)));
  }

  void codeFormulasAndReasoningAreShown() {
    test_support::FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest&, int) {
      return std::string(
          "<think>Let me see.</think>\nSo $x^2$:\n\n$$\\frac{a}{b}$$\n\n```python\ndef f():\n    return 1\n```\n");
    };
    WindowFixture fixture(test_support::makeFakeLoader(load));
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, 20000));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() > 4; }, 20000));
    fixture.settle();
    QCOMPARE(chat.transcript()->count(), 6);
    fixture.click("reasoningBar");
    QVERIFY(QTest::qWaitFor([&] { return chat.transcript()->count() == 7; }, 20000));
    fixture.click("wrapCode");
    QVERIFY(chat.transcript()->data(chat.transcript()->index(5), ui::TranscriptModel::WrappedRole).toBool());
    fixture.click("editAnswer");
    QVERIFY(chat.editingAnswer());
    QVERIFY(fixture.item("composerInput")->hasActiveFocus());
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(!chat.editing());
    fixture.click("regenerate");
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.branches() == 2; }, 20000));
    fixture.click("showMap");
    QVERIFY(fixture.item("branchMap") != nullptr);
    QTest::keyClick(fixture.window(), Qt::Key_Up);
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.shown("branchMap"); }, 20000));
    fixture.click("savePreset");
    QVERIFY(fixture.item("presetName") != nullptr);
    fixture.type("Mine");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return chat.preset() == "Mine"; }, 20000));
  }

  void doubleClickOnSendStopsNothing() {
    WindowFixture fixture(test_support::makeFakeLoader(endlessAnswers()));
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().chat().ready(); }, kLong));
    fixture.application().chat().setDraft("x");
    QQuickItem* button = fixture.item("sendButton");
    QMetaObject::invokeMethod(button, "clicked");
    QVERIFY(fixture.application().chat().busy());
    QMetaObject::invokeMethod(button, "clicked");
    QVERIFY(QTest::qWaitFor([&] { return button->property("armed").toBool(); }, kLong));
    QVERIFY(fixture.application().chat().busy());
    fixture.click("sendButton");
    QVERIFY(QTest::qWaitFor([&] { return !fixture.application().chat().busy(); }, kLong));
  }

  void loadShowsProgressAndCancels() {
    const auto starter = app::starterModelPath(app::AppPaths::standard());
    if (starter.empty()) QSKIP("the starter model is not in the cache");
    WindowFixture fixture(test_support::makeFakeLoader(slowLoad()));
    fixture.application().shell().setPage("model");
    fixture.application().modelPage().choosePath(QString::fromStdString(starter.string()));
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().modelPage().loadable(); }, kLong));
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().modelPage().plan().known; }, kLong));
    fixture.settle();
    fixture.click("loadButton");
    QVERIFY(fixture.item("cancelLoad") != nullptr);
    QVERIFY(QTest::qWaitFor([&] { return !fixture.application().modelPage().loadPace().isEmpty(); }, kLong));
    QVERIFY(fixture.visibleTextOf("loadPace").contains("/s"));
    QVERIFY(fixture.visibleTextOf("loadBytes").contains("MB"));
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(QTest::qWaitFor([&] { return fixture.application().modelPage().state() == "empty"; }, kLong));
    QVERIFY(fixture.application().modelPage().cancelled());
  }

  void failureIsACardWithAWayOut() {
    test_support::FakeLoad load;
    load.error =
        engine::Error{engine::ErrorCode::OutOfMemory, "1.70 GB of memory are missing: 17.74 needed, 16.04 free"};
    WindowFixture fixture(test_support::makeFakeLoader(load));
    fixture.application().shell().setPage("model");
    fixture.context().host->load({});
    QVERIFY(fixture.item("failureCard") != nullptr);
    QCOMPARE(fixture.application().modelPage().waysOut().size(), 1);
    QVERIFY(fixture.item("wayOut0") != nullptr);
    QVERIFY(fixture.visibleTextOf("failureText").contains("17.74 needed, 16.04 free"));
    QVERIFY(fixture.visibleTextOf("failureTitle").contains("did not load"));
    fixture.application().modelPage().copyError();
    QVERIFY(QGuiApplication::clipboard()->text().contains("17.74 needed"));
    fixture.application().modelPage().dismissError();
    QVERIFY(QTest::qWaitFor([&] { return !fixture.shown("failureCard"); }, kLong));
  }

  void aPathWithoutAModelIsSaid() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.application().shell().setPage("model");
    fixture.application().modelPage().choose(QUrl::fromLocalFile("/nonexistent/model"));
    QVERIFY(QTest::qWaitFor([&] { return !fixture.application().modelPage().inspecting(); }, kLong));
    QCOMPARE(fixture.application().modelPage().problems().size(), 1);
    QVERIFY(!fixture.application().modelPage().loadable());
    fixture.application().modelPage().choose(QUrl("https://example.com/model"));
    QCOMPARE(fixture.application().modelPage().path(), QString("/nonexistent/model"));
  }

  void contextStaysAsTyped() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    ui::ModelPageModel& page = fixture.application().modelPage();
    page.choosePath("/nonexistent/model");
    page.setContextText("5");
    QVERIFY(!page.contextProblem().isEmpty());
    page.setContextText("4,096");
    QVERIFY(page.contextProblem().isEmpty());
    QCOMPARE(page.context(), 4096);
  }

  void qmlLoadsNothingFromOutside() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    for (const char* url : {"https://example.com/x.qml", "file:///tmp/x.qml", "http://127.0.0.1:1/x.qml"}) {
      QQmlComponent component(&fixture.application().engine(), QUrl(url));
      QVERIFY(QTest::qWaitFor([&] { return !component.isLoading(); }, kLong));
      QVERIFY(component.isError());
    }
  }

  void themeFollowsTheSetting() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.context().settings.set("theme", "dark", app::SettingSource::Flag).ok());
    QVERIFY(fixture.application().shell().dark());
    QVERIFY(fixture.context().settings.set("theme", "light", app::SettingSource::Flag).ok());
    QVERIFY(!fixture.application().shell().dark());
  }
};

QTEST_MAIN(WindowTest)
#include "window_test.moc"
