// The settings page in the real window: every row of the schema, what is fixed from outside, and a look that changes at
// once, also while an answer streams.
#include <QGuiApplication>
#include <QQmlContext>
#include <QQmlExpression>
#include <set>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::WindowFixture;
using Role = ui::SettingsModel::Role;

namespace {

test_support::FakeLoad endlessAnswers() {
  test_support::FakeLoad load;
  load.engine.endless = true;
  load.engine.tokenDelay = std::chrono::milliseconds(5);
  return load;
}

QString role(const ui::SettingsModel& settings, int row, Role which) {
  return settings.data(settings.index(row), which).toString();
}

/// A value of the palette as the window has it now.
QVariant look(WindowFixture& fixture, const char* name) {
  QQmlExpression expression(qmlContext(fixture.window()), fixture.window(), QString("Theme.") + name);
  return expression.evaluate();
}

}  // namespace

class SettingsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void everyRowOfTheSchemaIsThereOnce() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    ui::SettingsModel& settings = fixture.application().settings();
    std::multiset<std::string> shown;
    for (int section = 0; section < settings.sections().size(); ++section) {
      settings.setSection(section);
      for (int row = 0; row < settings.rowCount(); ++row)
        shown.insert(role(settings, row, Role::KeyRole).toStdString());
    }
    for (const app::SettingRow& row : app::settingRows()) {
      QVERIFY2(shown.count(std::string(row.key)) == 1, std::string(row.key).c_str());
    }
    QCOMPARE(shown.size(), app::settingRows().size());
  }

  void everySectionIsDrawn() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.application().shell().setPage("settings");
    fixture.settle();
    ui::SettingsModel& settings = fixture.application().settings();
    for (const QSize size : {QSize(1440, 900), QSize(760, 560)}) {
      fixture.window()->resize(size);
      for (int section = 0; section < settings.sections().size(); ++section) {
        settings.setSection(section);
        QVERIFY(!fixture.window()->grabWindow().isNull());
        QVERIFY(fixture.visibleTextOf("settingsPage").contains(settings.sections().at(section)));
        for (int row = 0; row < settings.rowCount(); ++row) {
          const QString name = "setting-" + role(settings, row, Role::KeyRole);
          QVERIFY2(fixture.visibleTextOf(name).contains(role(settings, row, Role::LabelRole)), qPrintable(name));
        }
      }
    }
  }

  void aSearchFindsRowsOfEverySection() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.application().shell().setPage("settings");
    ui::SettingsModel& settings = fixture.application().settings();
    fixture.settle();
    QTest::keyClick(fixture.window(), Qt::Key_F, Qt::ControlModifier);
    QVERIFY(fixture.item("settingsSearch")->hasActiveFocus());
    fixture.type("hearth_port");
    QCOMPARE(settings.count(), 1);
    QVERIFY(fixture.shown("setting-port"));
    settings.setSearch("memory");
    QVERIFY(settings.count() > 1);
    settings.setSearch("no such words");
    QVERIFY(fixture.item("nothingFound") != nullptr);
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QVERIFY(settings.search().isEmpty());
    QVERIFY(fixture.shown("setting-theme"));
    settings.setSearch("port");
    settings.setSection(4);  // choosing a section ends the search
    QVERIFY(settings.search().isEmpty());
  }

  void whatIsFixedFromOutsideIsSaidAndLocked() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    app::Settings& stored = fixture.context().settings;
    QVERIFY(stored.set("gpu-memory-utilization", "0.8", app::SettingSource::Environment).ok());
    QVERIFY(stored.set("dtype", "bfloat16", app::SettingSource::Flag).ok());
    fixture.application().shell().setPage("settings");
    fixture.application().settings().setSection(3);
    fixture.settle();
    QVERIFY(fixture.visibleTextOf("setting-gpu-memory-utilization").contains("GPU_MEMORY_UTILIZATION"));
    QVERIFY(fixture.item("source-gpu-memory-utilization") != nullptr);
    QVERIFY(!fixture.item("field-gpu-memory-utilization")->isEnabled());
    QCOMPARE(fixture.item("field-gpu-memory-utilization")->property("text").toString(), QString("0.8"));
    QVERIFY(fixture.item("source-dtype")->property("text").toString().contains("--dtype"));
    QVERIFY(!fixture.item("choice-dtype")->isEnabled());
  }

  void aRowGoesBackToItsDefault() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.application().shell().setPage("settings");
    ui::SettingsModel& settings = fixture.application().settings();
    settings.setSection(4);
    QVERIFY(!fixture.shown("reset-port"));
    QVERIFY(settings.store("port", "9000").isEmpty());
    QCOMPARE(fixture.item("field-port")->property("text").toString(), QString("9000"));
    fixture.click("reset-port");
    QCOMPARE(fixture.item("field-port")->property("text").toString(), QString("8501"));
    QCOMPARE(fixture.context().settings.source("port"), app::SettingSource::Default);
    QVERIFY(!fixture.shown("reset-port"));
  }

  void whatIsOutOfRangeStaysAsTyped() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.application().shell().setPage("settings");
    fixture.application().settings().setSection(4);
    fixture.click("field-port");
    QTest::keyClick(fixture.window(), Qt::Key_A, Qt::ControlModifier);
    fixture.type("99999");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QCOMPARE(fixture.item("field-port")->property("text").toString(), QString("99999"));
    QVERIFY(fixture.item("problem-port")->property("text").toString().contains("65535"));
    QCOMPARE(fixture.context().settings.text("port"), std::string("8501"));
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QCOMPARE(fixture.item("field-port")->property("text").toString(), QString("8501"));
    QVERIFY(!fixture.shown("problem-port"));
  }

  void theLookChangesWhileAnAnswerStreams() {
    WindowFixture fixture(test_support::makeFakeLoader(endlessAnswers()));
    ui::ChatModel& chat = fixture.application().chat();
    fixture.window()->resize(1280, 800);
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return chat.activity() == "answering"; }, kLong));
    ui::SettingsModel& settings = fixture.application().settings();
    const auto ground = [&] {
      const QImage picture = fixture.window()->grabWindow();
      return picture.pixelColor(picture.width() / 2, picture.height() / 3);
    };

    QVERIFY(settings.store("theme", "light").isEmpty());
    QVERIFY(ground().lightness() > 200);
    QVERIFY(settings.store("theme", "dark").isEmpty());
    QVERIFY(ground().lightness() < 60);
    QVERIFY(settings.store("theme", "system").isEmpty());

    for (const char* accent : {"blue", "teal", "violet", "graphite", "ember"}) {
      const QColor before = look(fixture, "accent").value<QColor>();
      QVERIFY(settings.store("accent", accent).isEmpty());
      QVERIFY(look(fixture, "accent").value<QColor>() != before);
    }
    QVERIFY(settings.store("less-motion", "true").isEmpty());
    QCOMPARE(look(fixture, "medium").toInt(), 80);
    QVERIFY(settings.store("reading-size", "20").isEmpty());
    QCOMPARE(look(fixture, "reading").value<QFont>().pixelSize(), 20);
    QVERIFY(settings.store("more-contrast", "true").isEmpty());
    QCOMPARE(look(fixture, "textMuted").value<QColor>(), look(fixture, "text").value<QColor>());

    const qsizetype length = fixture.visibleTextOf("transcriptList").size();
    QVERIFY(chat.busy());
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("transcriptList").size() > length; }, kLong));
    chat.stop();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy(); }, kLong));
  }

  /// The window keeps its size, everything in it is larger, and what is drawn is where the pointer meets it.
  void theScaleChangesWhileAnAnswerStreams() {
    WindowFixture fixture(test_support::makeFakeLoader(endlessAnswers()));
    ui::ChatModel& chat = fixture.application().chat();
    fixture.window()->resize(1440, 900);
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return chat.activity() == "answering"; }, kLong));
    for (const double scale : {1.5, 2.0, 0.75, 1.25, 1.0}) {
      QVERIFY(fixture.application().settings().store("scale", QString::number(scale)).isEmpty());
      QCOMPARE(fixture.window()->size(), QSize(1440, 900));
      for (const char* page : {"Server", "Model", "Chat"}) {
        fixture.click(QString("rail") + page);
        QCOMPARE(fixture.application().shell().page(), QString(page).toLower());
      }
      const QQuickItem* strip = fixture.item("statusServer");
      const QPointF corner = strip->mapToScene({strip->width(), strip->height()});
      QVERIFY(std::abs(corner.x() - 1440) < 2 && std::abs(corner.y() - 900) < 2);
      QVERIFY(std::abs(strip->mapRectToScene(strip->boundingRect()).height() - 28 * scale) < 2);
      // Popups are as large as the rest and lie inside the window.
      fixture.settle();
      fixture.application().shell().setPage("chat");
      if (!fixture.shown("paneMenu")) continue;
      fixture.click("paneMenu");
      QVERIFY(QTest::qWaitFor([&] { return fixture.visibleText(fixture.window()->contentItem()).contains("Import"); },
                              kLong));
      QTest::keyClick(fixture.window(), Qt::Key_Escape);
    }
    QVERIFY(chat.busy());
    chat.stop();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy(); }, kLong));
  }

  void largerAndSmallerByKeyboard() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    const app::Settings& settings = fixture.context().settings;
    QTest::keyClick(fixture.window(), Qt::Key_Plus, Qt::ControlModifier);
    QCOMPARE(settings.real("scale"), std::optional(1.1));
    QTest::keyClick(fixture.window(), Qt::Key_Minus, Qt::ControlModifier);
    QTest::keyClick(fixture.window(), Qt::Key_Minus, Qt::ControlModifier);
    QCOMPARE(settings.real("scale"), std::optional(0.9));
    QTest::keyClick(fixture.window(), Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(settings.real("scale"), std::optional(1.0));
  }

  void slidersAndFieldsSetSizes() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.window()->resize(1440, 900);
    fixture.application().shell().setPage("settings");
    QQuickItem* slider = fixture.item("slider-reading-size");
    slider->forceActiveFocus(Qt::TabFocusReason);
    QTest::keyClick(fixture.window(), Qt::Key_Right);
    QCOMPARE(fixture.context().settings.text("reading-size"), std::string("16"));
    fixture.click("field-scale");
    QTest::keyClick(fixture.window(), Qt::Key_A, Qt::ControlModifier);
    fixture.type("150%");
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QCOMPARE(fixture.context().settings.text("scale"), std::string("1.5"));
    fixture.click("accent-teal");
    QCOMPARE(fixture.context().settings.text("accent"), std::string("teal"));
    fixture.click("switch-less-motion");
    QVERIFY(fixture.context().settings.boolean("less-motion"));
  }

  /// Tab goes through the sections and every control, each with its focus in view.
  void theKeyboardReachesEveryControl() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    fixture.window()->resize(1280, 720);
    fixture.window()->requestActivate();
    fixture.application().shell().setPage("settings");
    fixture.application().settings().setSection(4);
    fixture.settle();
    fixture.item("settingsSearch")->forceActiveFocus(Qt::TabFocusReason);
    std::set<QString> met;
    const QQuickItem* scroller = fixture.item("settingsScroller");
    constexpr int kMost = 120;
    for (int i = 0; i < kMost; ++i) {
      QTest::keyClick(fixture.window(), Qt::Key_Tab);
      const QQuickItem* focus = fixture.window()->activeFocusItem();
      QVERIFY(focus != nullptr);
      const QString name = focus->objectName();
      if (!name.startsWith("field-")) continue;
      met.insert(name);
      const QRectF place = focus->mapRectToItem(scroller, focus->boundingRect());
      QVERIFY2(place.top() >= 0 && place.bottom() <= scroller->height(), qPrintable(name));
    }
    for (const char* field : {"field-host", "field-port", "field-max-connections", "field-idle-timeout"}) {
      QVERIFY2(met.contains(QString(field)), field);
    }
  }

  void pathsAreTakenFromThePicker() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    ui::SettingsModel& settings = fixture.application().settings();
    QVERIFY(settings.storePath("model-directories", QUrl::fromLocalFile("/models")).isEmpty());
    QVERIFY(settings.storePath("model-directories", QUrl::fromLocalFile("/more")).isEmpty());
    QCOMPARE(fixture.context().settings.text("model-directories"), std::string("/models,/more"));
    QVERIFY(settings.storePath("template-directory", QUrl::fromLocalFile("/templates")).isEmpty());
    QCOMPARE(fixture.context().settings.text("template-directory"), std::string("/templates"));
    QCOMPARE(settings.picker("template-directory"), QString("folder"));
    QCOMPARE(settings.picker("port"), QString());
  }

  void secretsAreNeverShown() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.context().settings.set("api-keys", "sk-secret-1,sk-secret-2", app::SettingSource::Stored).ok());
    fixture.application().shell().setPage("settings");
    fixture.settle();
    ui::SettingsModel& settings = fixture.application().settings();
    for (int section = 0; section < settings.sections().size(); ++section) {
      settings.setSection(section);
      fixture.window()->grabWindow();
      QVERIFY(!fixture.visibleTextOf("settingsPage").contains("sk-secret"));
    }
    settings.setSection(5);
    QVERIFY(fixture.visibleTextOf("setting-api-keys").contains("2"));
    fixture.click("page-api-keys");
    QCOMPARE(fixture.application().shell().page(), QString("server"));
  }
};

QTEST_MAIN(SettingsTest)
#include "settings_test.moc"
