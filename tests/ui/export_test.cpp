// Chats as pages for other programs: rendered from blocks, and whatever a message holds is text in them.
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include "ui/chat/export_blocks.h"
#include "ui/chat/export_html.h"
#include "ui/chat/export_pdf.h"

namespace {

app::Conversation conversation(const std::string& title, app::MessageId leaf) {
  app::Conversation one;
  one.id = 1;
  one.title = title;
  one.leaf = leaf;
  return one;
}

std::vector<app::Message> dialogue(const std::string& question, const std::string& answer,
                                   const std::string& reasoning = {}) {
  app::Message asked, answered;
  asked.id = 1;
  asked.role = "user";
  asked.text = question;
  answered.id = 2;
  answered.parent = 1;
  answered.role = "assistant";
  answered.text = answer;
  answered.reasoning = reasoning;
  answered.metaJson =
      "{\"model\":\"tiny-model\",\"template\":\"chatml\",\"parameters\":{\"temperature\":0.2,\"seed\":\"7\"}}";
  return {asked, answered};
}

QString html(const std::string& question, const std::string& answer, const std::string& reasoning = {},
             const std::string& title = "Title") {
  return QString::fromUtf8(
      ui::exportHtml(ui::exportedChat(conversation(title, 2), dialogue(question, answer, reasoning))));
}

/// The tags of a page with what stands in them.
QStringList tags(const QString& page) {
  QStringList found;
  static const QRegularExpression kTag(QStringLiteral("<[^>]*>"));
  for (auto match = kTag.globalMatch(page); match.hasNext();) found.append(match.next().captured());
  return found;
}

const char* const kRendered =
    "## Heading\n\nSome **bold**, *italic*, ~~gone~~, `code` and [a link](https://example.com/?a=1&b=2).\n\n"
    "```cpp\nint x = 1; // note\n```\n\n| a | b |\n|:-:|--:|\n| 1 | <b>2</b> |\n\n- [x] done\n  1. deep\n\n> "
    "quoted\n\n---\n\n"
    "Inline $x^2$ and\n\n$$\\frac{a}{b}$$\n\nnot understood: $\\unknown{x}$\n";

}  // namespace

class ExportTest : public QObject {
  Q_OBJECT

 private slots:
  void htmlIsRendered() {
    const QString page = html("What <is> it?", kRendered, "Because **so**.");
    for (const char* part : {"<h4>Heading</h4>",
                             "<b>bold</b>",
                             "<i>italic</i>",
                             "<s>gone</s>",
                             "<code>code</code>",
                             "<a rel=\"noopener noreferrer\" href=\"https://example.com/?a=1&amp;b=2\">a link</a>",
                             ">int</span>",
                             "<span class=\"k4\">// note</span>",
                             "<th class=\"c\">a</th>",
                             "<td class=\"r\">&lt;b&gt;2&lt;/b&gt;</td>",
                             "☑",
                             "<div class=\"q\">",
                             "<hr>",
                             "aria-label=\"\\frac{a}{b}\"",
                             "<path d=\"M",
                             "<code>$\\unknown{x}$</code>",
                             "What &lt;is&gt; it?",
                             "<summary>Reasoning</summary>",
                             "<b>so</b>",
                             "tiny-model · chatml · Temperature 0.20, Seed 7",
                             "default-src 'none'"}) {
      QVERIFY2(page.contains(QString::fromUtf8(part)), part);
    }
    QCOMPARE(page.count("<svg"), 2);
  }

  void hostileTextsAreText_data() {
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"<script>alert(1)</script>",
                             "</div></body><script src=x></script>",
                             "\" onload=\"x",
                             "' onclick='x",
                             "![x](https://tracker.example/p.png)",
                             "<img src=x onerror=alert(1)>",
                             "[x](javascript:alert(1))",
                             "[x](data:text/html,<script>)",
                             "$\\text{</title><script>x</script>}$",
                             "$$\"/><script>x</script>$$",
                             "$\\unknown{\"><script>}$",
                             "```\"><script>\n</pre><script>x</script>\n```",
                             "`</code><script>`",
                             "|</td><script>|b|\n|-|-|\n|<script>|x|",
                             "# </h3><script>",
                             "<style>*{}</style>",
                             "&lt;script&gt; &#60;script&#62;",
                             "[x](https://e.com/\"onmouseover=\"x)",
                             "\xe2\x80\xae<script>",
                             "<!--",
                             "]]>",
                             "<svg onload=x>",
                             "File `\"><script>.txt`:\n```\n</pre><script>\n```"}) {
      QTest::newRow(text) << QByteArray(text);
    }
  }
  void hostileTextsAreText() {
    QFETCH(QByteArray, text);
    const std::string hostile = text.toStdString();
    auto chat = conversation(hostile, 2);
    chat.systemPrompt = hostile;
    auto messages = dialogue(hostile, hostile, hostile);
    const QJsonObject parameters{{"stop", QJsonArray{"<script>"}}};
    const QJsonObject meta{{"model", QString::fromUtf8(text)}, {"host", "<script>"}, {"parameters", parameters}};
    messages[1].metaJson = QJsonDocument(meta).toJson().toStdString();
    const QString page = QString::fromUtf8(ui::exportHtml(ui::exportedChat(chat, messages)));
    static const QStringList kAllowed = {"!doctype", "html", "head", "meta", "title", "style", "body",    "h1",
                                         "h2",       "h3",   "h4",   "h5",   "h6",    "div",   "p",       "small",
                                         "pre",      "code", "b",    "i",    "s",     "a",     "span",    "table",
                                         "tr",       "th",   "td",   "hr",   "svg",   "path",  "details", "summary"};
    static const QRegularExpression kName(QStringLiteral("^</?(!?[a-z0-9]+)"));
    static const QRegularExpression kHandler(QStringLiteral("\\s(on[a-z]+|src|srcset|data|action|formaction)\\s*="));
    for (const QString& tag : tags(page)) {
      const QString name = kName.match(tag.toLower()).captured(1);
      QVERIFY2(kAllowed.contains(name), qPrintable(tag));
      // Attributes' values are quoted and hold no quote, so what is outside of them is ours.
      QString outside = tag;
      outside.remove(QRegularExpression(QStringLiteral("\"[^\"]*\"")));
      QVERIFY2(!kHandler.match(outside).hasMatch(), qPrintable(tag));
      static const QRegularExpression kHref(QStringLiteral("href=\"([^\"]*)\""));
      const QString address = kHref.match(tag).captured(1);
      QVERIFY2(address.isEmpty() || address.startsWith("https://") || address.startsWith("http://"), qPrintable(tag));
    }
    QCOMPARE(page.count("<style>"), 1);
    QCOMPARE(page.count("<title>"), 1);
    // The same as PDF: it is made and nothing in it runs.
    QTemporaryDir dir;
    const QString path = dir.filePath("x.pdf");
    QCOMPARE(ui::exportPdf(ui::exportedChat(chat, messages), path), QString());
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray pdf = file.readAll();
    QVERIFY(pdf.startsWith("%PDF"));
    for (const char* active : {"/JavaScript", "/Launch", "/JS ", "/OpenAction", "/EmbeddedFile"}) {
      QVERIFY2(!pdf.contains(active), active);
    }
  }

  void longOnesArePutTogether() {
    std::string code;
    for (int i = 0; i < 1000; ++i) code += "line " + std::to_string(i) + "\n";
    const QString page = html("q", std::string("```\n").append(code).append("```\n\n").append(20000, 'p'));
    QCOMPARE(page.count("<pre>"), 1);
    QVERIFY(page.contains("line 0\nline 1\n") && page.contains("line 998\nline 999"));
    QVERIFY(page.contains(QString(4000, u'p')));
  }

  void pdfHoldsTablesCodeAndFormulas() {
    QTemporaryDir dir;
    const auto size = [&dir](const std::string& answer) -> qint64 {
      const QString path = dir.filePath("x.pdf");
      if (!ui::exportPdf(ui::exportedChat(conversation("T", 2), dialogue("q", answer, "why")), path).isEmpty())
        return -1;
      return QFile(path).size();
    };
    QVERIFY(size(kRendered) > 1000);
    std::string lengthy;
    for (int i = 0; i < 200; ++i) lengthy += kRendered;
    QVERIFY(size(lengthy) > size(kRendered));
    QVERIFY(!ui::exportPdf({}, dir.filePath("no/such/folder.pdf")).isEmpty());
  }
};

QTEST_MAIN(ExportTest)
#include "export_test.moc"
