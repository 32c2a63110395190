// What a hostile model, file or user may write, shown in the real window: nothing is loaded, nothing runs, nothing is
// wider than its place, and links open only after their address was shown.
#include <sys/inotify.h>
#include <unistd.h>

#include <QDesktopServices>
#include <QFile>
#include <QTcpServer>

#include "tests/support/fake_engine.h"
#include "tests/ui/window_fixture.h"

using ui_test::kLong;
using ui_test::WindowFixture;

namespace {

/// Where hostile texts point: a port that counts who comes, and a file that tells when it is opened.
class Traps : public QObject {
  Q_OBJECT

 public:
  Traps() {
    m_port.listen(QHostAddress::LocalHost);
    connect(&m_port, &QTcpServer::newConnection, this, [this] { ++m_calls; });
    QFile file(filePath());
    if (file.open(QIODevice::WriteOnly)) file.write("<svg xmlns='http://www.w3.org/2000/svg'/>");
    file.close();
    m_watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ::inotify_add_watch(m_watch, filePath().toUtf8().constData(), IN_OPEN | IN_ACCESS);
    for (const char* scheme : {"http", "https", "file", "javascript", "smb", "calculator", "data", "qrc"}) {
      QDesktopServices::setUrlHandler(QString::fromLatin1(scheme), this, "opened");
    }
  }
  ~Traps() override {
    ::close(m_watch);
    for (const char* scheme : {"http", "https", "file", "javascript", "smb", "calculator", "data", "qrc"}) {
      QDesktopServices::unsetUrlHandler(QString::fromLatin1(scheme));
    }
  }

  QString web() const { return QStringLiteral("http://127.0.0.1:%1").arg(m_port.serverPort()); }
  QString filePath() const { return m_dir.filePath("secret.svg"); }
  const QStringList& addresses() const { return m_opened; }
  /// Empty when nobody fell into one.
  QString sprung() {
    QCoreApplication::processEvents();
    char event[1024];
    QStringList what;
    if (m_calls > 0) what.append(QStringLiteral("%1 connections").arg(m_calls));
    if (::read(m_watch, event, sizeof event) > 0) what.append("the file was opened");
    if (!m_opened.isEmpty()) what.append("opened " + m_opened.join(' '));
    return what.join(", ");
  }

 public slots:
  void opened(const QUrl& url) { m_opened.append(url.toString()); }

 private:
  QTemporaryDir m_dir;
  QTcpServer m_port;
  int m_watch = -1, m_calls = 0;
  QStringList m_opened;
};

/// What stands out of `limit` and is not clipped on the way, in words.
QString tooWide(QQuickItem* item, QQuickItem* limit) {
  if (!item->isVisible() || item->opacity() == 0) return {};
  // The list's highlight, which shows nothing, takes its time to follow.
  if (item->metaObject() == &QQuickItem::staticMetaObject && item->childItems().isEmpty()) return {};
  const QRectF place = item->mapRectToItem(limit, QRectF(0, 0, item->width(), item->height()));
  if (item->height() > 0 && (place.right() > limit->width() + 1 || place.left() < -1)) {
    return QStringLiteral("%1 “%5” at %2 to %3 of %4")
        .arg(QString::fromLatin1(item->metaObject()->className()))
        .arg(place.left())
        .arg(place.right())
        .arg(limit->width())
        .arg(item->property("text").toString().left(40));
  }
  if (item->clip()) return {};
  for (QQuickItem* child : item->childItems()) {
    if (QString found = tooWide(child, limit); !found.isEmpty()) return found;
  }
  return {};
}

/// Names of visible texts that would read markup.
QStringList markupReaders(QQuickItem* item) {
  QStringList found;
  if (!item->isVisible()) return found;
  const QVariant format = item->property("textFormat");
  if (format.isValid() && item->inherits("QQuickText") && format.toInt() != Qt::PlainText) {
    found.append(item->property("text").toString().left(40));
  }
  for (QQuickItem* child : item->childItems()) found += markupReaders(child);
  return found;
}

std::string all(std::initializer_list<std::string> parts) {
  std::string out;
  for (const std::string& part : parts) out += part;
  return out;
}

std::string repeated(const char* text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

class DisplayTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { ui::prepareGuiApplication(); }

  void hostileTexts_data() {
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char* name, const std::string& text) {
      QTest::newRow(name) << QByteArray::fromStdString(text);
    };
    // WEB and FILE become the traps' addresses.
    row("images",
        "![x](WEB/p.png) ![y](file://FILE) ![z](FILE) ![d](data:image/svg+xml,<svg/>)\n\n[![i](WEB/i.png)](WEB)\n");
    row("html",
        "<img src=\"WEB/a.png\"><img src='file://FILE'><iframe src=WEB></iframe><script src=WEB></script>\n\n"
        "<link rel=stylesheet href=WEB><style>@import url(WEB)</style><object data=WEB></object>\n\n"
        "<video src=WEB></video><svg><image href='file://FILE'/></svg><b>x</b><table><tr><td>cell\n");
    row("html in blocks",
        "# <img src='WEB/h.png'>\n\n- <img src='WEB/l.png'>\n\n> <img src='WEB/q.png'>\n\n"
        "|<img src='WEB/t.png'>|b|\n|-|-|\n|<script>x</script>|<img src='file://FILE'>|\n");
    row("links",
        "[a](javascript:alert(1)) [b](file://FILE) [c](data:text/html,x) [d](smb://host/x) [e](calculator://)\n"
        "[f](vbscript:x) [g](//WEB) [h](\\\\host\\share) [i](JAVASCRIPT:x) [j]( javascript:x ) <javascript:x>\n\n"
        "[k]: javascript:alert(1)\n[k] <file://FILE> file://FILE qrc:/x [l](qrc:/qt/qml/x.qml)\n");
    row("code",
        "```html\n<img src='WEB/c.png'>\n```\n\n```qml\nImage { source: 'WEB/c.png' }\n```\n\n`<img src='WEB'>`\n");
    row("math",
        "$\\includegraphics{FILE}$ $$\\input{FILE}$$ $\\href{WEB}{x}$ $\\text{<img src='WEB'>}$ $\\write18{touch}$\n");
    row("bidi",
        all({"\xe2\x80\xaetxt.exe\xe2\x80\xac \xe2\x81\xa6x\xe2\x81\xa9 \xe2\x80\x8f", repeated("\xe2\x80\xae", 2000),
             "x [\xe2\x80\xaegpj.exe](http://example.com/\xe2\x80\xae)\n\n\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d ",
             "\xd9\x85\xd8\xb1\xd8\xad\xd8\xa8\xd8\xa7 abc \xd7\xa9\n"}));
    row("zalgo", all({repeated("Z\xcc\xb4\xcd\x8d\xcc\xa4\xcd\x9d\xcc\x88\xcd\x87", 60), "\n\na",
                      repeated("\xcc\x81", 5000), "\n"}));
    row("controls",
        all({std::string("\x1b[31mred\x1b[0m \x07\x08 a\0b \x7f \x9b", 24),
             "\xef\xbf\xbc \xef\xb7\x90 \xe2\x80\xa8 \xe2\x80\xa9 \xef\xbf\xbe \xed\xa0\x80 \xc0\xaf \xff\n"}));
    row("long words",
        all({repeated("w", 20000), "\n\n# ", repeated("H", 5000), "\n\n- ", repeated("L", 5000), "\n\n> ",
             repeated("Q", 5000), "\n\n`", repeated("C", 3000), "`\n\n|", repeated("T", 3000), "|b|\n|-|-|\n|1|2|\n"}));
    row("wide letters", all({repeated("\xf0\x92\x90\xab", 400), " ", repeated("\xef\xb7\xbd", 400), "\n"}));
    row("emoji",
        all({repeated("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 400), "\n"}));
    row("deep quotes", all({repeated("> ", 300), "x\n"}));
    row("deep lists", all({repeated("- ", 300), "x\n\n", repeated("1. ", 200), "y\n"}));
    row("deep emphasis",
        all({repeated("*", 3000), "x", repeated("*", 3000), "\n", repeated("[", 3000), repeated("](x)", 3000), "\n"}));
    row("wide table", all({"|", repeated("column|", 300), "\n|", repeated("-|", 300), "\n|",
                           repeated("cell with words|", 300), "\n"}));
    row("tall table", all({"|a|b|\n|-|-|\n", repeated("|some words|and `more`|\n", 2000)}));
    row("long code", all({"```cpp\n", repeated("x", 30000), "\n", repeated("line();\n", 3000), "```\n"}));
    row("one letter a line", repeated("a\n", 3000));
    row("formulas", all({repeated("$x^{2}$ ", 300), "\n\n$$", repeated("x+", 900), "x$$\n\n$$",
                         repeated("\\frac{1}{", 40), "x", repeated("}", 40), "$$\n\n$", repeated("{", 2000), "$\n"}));
    row("reasoning",
        all({"<think>", repeated("<think>", 50), "![x](WEB/r.png) <img src='file://FILE'>", repeated("w", 9000)}));
    row("fake interface",
        "[Continue](http://example.com/continue)\n\nSystem: the update is ready, press Ctrl+Enter.\n\n***\n\n"
        "<button onclick=x>Open</button>\n");
  }

  void hostileTexts() {
    QFETCH(QByteArray, text);
    Traps traps;
    text.replace("WEB", traps.web().toUtf8()).replace("FILE", traps.filePath().toUtf8());
    test_support::FakeLoad load;
    load.engine.answer = [text](const engine::GenerationRequest&, int) { return text.toStdString(); };
    load.engine.contextLength = 1u << 24;
    load.engine.modelId = all({"<b>bold</b>\xe2\x80\xae<img src='", traps.web().toStdString(), "/m.png'>"});
    WindowFixture fixture(test_support::makeFakeLoader(load));
    fixture.window()->resize(900, 640);
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    // The question is as hostile as the answer: it stands in its bubble, in the title and in the list.
    chat.setDraft(QString::fromUtf8(text).left(20000));
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() >= 2; }, kLong));
    chat.transcript()->setReasoningOpen(
        chat.transcript()->data(chat.transcript()->index(1), ui::TranscriptModel::MessageIdRole).toLongLong(), true);
    for (const QSize size : {QSize(1440, 900), QSize(720, 520)}) {
      fixture.window()->resize(size);
      fixture.settle();
      QQuickItem* list = fixture.item("transcriptList");
      QVERIFY(list != nullptr);
      for (const qreal share : {0.0, 0.5, 1.0}) {
        const qreal bottom = std::max(0.0, list->property("contentHeight").toReal() - list->height());
        list->setProperty("contentY", list->property("originY").toReal() + share * bottom);
        QVERIFY(!fixture.window()->grabWindow().isNull());
        // The list's own ground is as wide as the widest row ever was.
        for (QQuickItem* row : list->property("contentItem").value<QQuickItem*>()->childItems()) {
          const QString wide = tooWide(row, list);
          QVERIFY2(wide.isEmpty(), qPrintable(wide));
        }
        QVERIFY2(markupReaders(fixture.window()->contentItem()).isEmpty(),
                 qPrintable(markupReaders(fixture.window()->contentItem()).join('|')));
      }
      QCOMPARE(fixture.window()->size(), size);
    }
    const QString shown = WindowFixture::visibleText(fixture.window()->contentItem());
    for (const QChar c : shown) QVERIFY(c.unicode() >= 0x20 || c == u'\n' || c == u'\t');
    QVERIFY2(traps.sprung().isEmpty(), qPrintable(traps.sprung()));
  }

  void linksOpenOnlyAfterTheirAddressWasShown() {
    Traps traps;
    test_support::FakeLoad load;
    load.engine.answer = [](const engine::GenerationRequest&, int) {
      return std::string("[harmless](https://example.com/evil?x=1)");
    };
    WindowFixture fixture(test_support::makeFakeLoader(load));
    fixture.context().host->load({});
    ui::ChatModel& chat = fixture.application().chat();
    QVERIFY(QTest::qWaitFor([&] { return chat.ready(); }, kLong));
    chat.setDraft("x");
    chat.send();
    QVERIFY(QTest::qWaitFor([&] { return !chat.busy() && chat.transcript()->count() == 3; }, kLong));
    fixture.settle();
    QQuickItem* prose = fixture.item("proseText");
    QVERIFY(prose != nullptr);
    fixture.window()->grabWindow();
    const auto click = [&] {
      QTest::mouseClick(fixture.window(), Qt::LeftButton, {}, prose->mapToScene({20, 12}).toPoint());
    };
    click();
    QQuickItem* overlay = fixture.window()->contentItem()->parentItem() != nullptr
                              ? fixture.window()->contentItem()->parentItem()
                              : fixture.window()->contentItem();
    QVERIFY(QTest::qWaitFor(
        [&] { return WindowFixture::visibleText(overlay).contains("https://example.com/evil?x=1"); }, kLong));
    QVERIFY(traps.addresses().isEmpty());
    QTest::keyClick(fixture.window(), Qt::Key_Escape);
    QTest::qWait(300);
    QVERIFY(traps.addresses().isEmpty());
    click();
    QVERIFY(QTest::qWaitFor(
        [&] { return WindowFixture::visibleText(overlay).contains("https://example.com/evil?x=1"); }, kLong));
    QTest::keyClick(fixture.window(), Qt::Key_Return);
    QVERIFY(QTest::qWaitFor([&] { return !traps.addresses().isEmpty(); }, kLong));
    QCOMPARE(traps.addresses(), QStringList("https://example.com/evil?x=1"));
  }
};

QTEST_MAIN(DisplayTest)
#include "display_test.moc"
