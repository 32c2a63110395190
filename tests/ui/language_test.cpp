// The window in Chinese: switched while an answer streams, no text left in English, none clipped.
#include <QTranslator>
#include <QXmlStreamReader>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"
#include "ui/i18n/language.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

constexpr int kLeastTexts = 5;

/// English to Chinese, as the catalogue in the tree has it; what is the same in both is left out.
QHash<QString, QString> catalogue() {
  QFile file(HEARTH_CATALOGUE);
  QHash<QString, QString> words;
  if (!file.open(QIODevice::ReadOnly)) return words;
  QXmlStreamReader xml(&file);
  QString source;
  while (!xml.atEnd()) {
    if (!xml.readNextStartElement()) continue;
    if (xml.name() == u"source") source = xml.readElementText();
    if (xml.name() != u"translation") continue;
    const QString chinese = xml.readElementText(QXmlStreamReader::IncludeChildElements);
    if (chinese != source) words.insert(source, chinese);
  }
  return words;
}

bool isChinese(const QString& text) {
  return std::any_of(text.begin(), text.end(), [](QChar c) { return c.script() == QChar::Script_Han; });
}

/// What is wrong with the texts below an item: left in English, or cut off though they are words of ours.
void examine(QQuickItem* item, const QHash<QString, QString>& words, int& chinese, QStringList& wrong) {
  if (item == nullptr || !item->isVisible() || item->opacity() == 0) return;
  const QString text = item->property("text").toString();
  if (words.contains(text)) wrong.append("not in Chinese: " + text);
  if (isChinese(text) && item->property("truncated").isValid() && item->width() > 0) {
    ++chinese;
    if (item->property("truncated").toBool()) wrong.append("clipped: " + text);
  }
  for (QQuickItem* child : item->childItems()) examine(child, words, chinese, wrong);
}

test_support::FakeLoad endlessAnswers() {
  test_support::FakeLoad load;
  load.engine.endless = true;
  load.engine.tokenDelay = std::chrono::milliseconds(5);
  return load;
}

}  // namespace

class LanguageTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void theSystemsLanguageIsTaken() {
    QCOMPARE(ui::languageFor({"zh-Hans-CN", "en-US"}), QString("zh_CN"));
    QCOMPARE(ui::languageFor({"en-GB", "zh-CN"}), QString("en"));
    QCOMPARE(ui::languageFor({"de-DE", "zh-CN"}), QString("zh_CN"));
    QCOMPARE(ui::languageFor({"C"}), QString("en"));
    QCOMPARE(ui::languageFor({}), QString("en"));
  }

  void everySettingHasChineseWords() {
    QTranslator translator;
    QVERIFY(translator.load(":/i18n/hearth_zh_CN.qm"));
    for (const app::SettingRow& row : app::settingRows()) {
      for (const std::string_view words : {row.label, row.help, row.unavailable}) {
        const std::string text(words);
        QVERIFY2(words.empty() || !translator.translate("Settings", text.c_str()).isEmpty(), text.c_str());
      }
    }
  }

  void switchedWhileAnAnswerStreams() {
    const QHash<QString, QString> words = catalogue();
    QVERIFY(words.size() > 300);
    WindowFixture fixture(test_support::makeFakeLoader(endlessAnswers()));
    ui::ChatModel& chat = fixture.application().chat();
    fixture.context().host->load({});
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    chat.dismissNotice();  // said once, in the language of its moment
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return chat.activity() == "answering"; }, kLong));
    QVERIFY(fixture.visibleTextOf("chatPage").contains("Search titles and text") ||
            fixture.item("composerInput") != nullptr);

    QVERIFY(fixture.application().settings().store("language", "zh_CN").isEmpty());
    const qsizetype length = fixture.visibleTextOf("transcriptList").size();
    QVERIFY(chat.busy());
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("transcriptList").size() > length; }, kLong));
    QStringList wrong;
    for (const QSize size : {QSize(1440, 900), QSize(1000, 700), QSize(760, 560)}) {
      fixture.window()->resize(size);
      for (const char* page : {"chat", "model", "server", "monitor", "settings"}) {
        fixture.application().shell().setPage(page);
        QVERIFY(fixture.item(QString(page) + "Page") != nullptr);
        fixture.settle();
        QVERIFY(!fixture.window()->grabWindow().isNull());
        int chinese = 0;
        const qsizetype before = wrong.size();
        examine(fixture.window()->contentItem(), words, chinese, wrong);
        const QString where = QStringLiteral("%1 at %2: ").arg(page).arg(size.width());
        for (qsizetype i = before; i < wrong.size(); ++i) wrong[i].prepend(where);
        if (chinese < kLeastTexts) wrong.append(where + QString::number(chinese) + " texts are Chinese");
      }
    }
    QVERIFY2(wrong.isEmpty(), qPrintable('\n' + wrong.join('\n')));
    QVERIFY(chat.busy());
    chat.stop();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy(); }, kLong));

    QVERIFY(fixture.application().settings().store("language", "en").isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return fixture.visibleTextOf("settingsPage").contains("Appearance"); }, kLong));
    int chinese = 0;
    examine(fixture.window()->contentItem(), {}, chinese, wrong);
    QVERIFY(chinese <= 1);  // the language's own name
  }

  void theFirstScreenIsInTheSystemsLanguage() {
    WindowFixture fixture(test_support::makeFakeLoader({}));
    QVERIFY(fixture.visibleTextOf("firstRunPage").contains("No model yet"));
    QVERIFY(fixture.application().settings().store("language", "zh_CN").isEmpty());
    QVERIFY(QTest::qWaitFor([&] { return isChinese(fixture.visibleTextOf("firstRunPage")); }, kLong));
    QVERIFY(!fixture.visibleTextOf("firstRunPage").contains("No model yet"));
  }
};

QTEST_MAIN(LanguageTest)
#include "language_test.moc"
