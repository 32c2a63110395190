// Markdown to blocks: what people write, what hostile models write, and the same while it streams.
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "ui/markdown/markdown_stream.h"
#include "ui/markdown/parse_markdown.h"

using ui::BlockKind;
using ui::MarkdownBlock;

namespace {

QString allText(const QList<MarkdownBlock>& blocks) {
  QString text;
  for (const MarkdownBlock& block : blocks) {
    text += block.content.text;
    for (const ui::InlineText& cell : block.cells) text += cell.text;
  }
  return text;
}

/// Runs cover the text exactly, whatever came in.
bool consistent(const ui::InlineText& text) {
  qsizetype length = 0;
  for (const ui::InlineRun& run : text.runs) {
    if (run.length <= 0) return false;
    const bool link = (run.flags & ui::Link) != 0;
    if (link != !run.address.isEmpty()) return false;
    if (link && !run.address.startsWith("http://") && !run.address.startsWith("https://")) return false;
    length += run.length;
  }
  return length == text.text.size();
}

bool consistent(const QList<MarkdownBlock>& blocks) {
  return std::all_of(blocks.begin(), blocks.end(), [](const MarkdownBlock& block) {
    return consistent(block.content) &&
           std::all_of(block.cells.begin(), block.cells.end(), [](const auto& cell) { return consistent(cell); });
  });
}

}  // namespace

class MarkdownTest : public QObject {
  Q_OBJECT

 private slots:
  void blocks() {
    const auto blocks = ui::parseMarkdown(
        "# Title\n\nSome **bold** and `code`.\n\n```cpp\nint x;\n```\n\n- one\n- two\n  1. deep\n\n> quoted\n\n---\n");
    QCOMPARE(blocks.size(), 8);
    QCOMPARE(blocks[0].kind, BlockKind::Heading);
    QCOMPARE(blocks[0].level, 1);
    QCOMPARE(blocks[1].content.text, QString("Some bold and code."));
    QCOMPARE(blocks[1].content.runs[1].flags, quint8(ui::Bold));
    QCOMPARE(blocks[1].content.runs[3].flags, quint8(ui::InlineCode));
    QCOMPARE(blocks[2].kind, BlockKind::Code);
    QCOMPARE(blocks[2].language, QString("cpp"));
    QCOMPARE(blocks[2].content.text, QString("int x;"));
    QCOMPARE(blocks[3].marker, QString("•"));
    QCOMPARE(blocks[3].indent, 1);
    QCOMPARE(blocks[5].marker, QString("1."));
    QCOMPARE(blocks[5].indent, 2);
    QCOMPARE(blocks[6].quote, 1);
    QCOMPARE(blocks[7].kind, BlockKind::Rule);
  }

  void table() {
    const auto blocks = ui::parseMarkdown("| a | b |\n|---|--:|\n| 1 | **2** |\n");
    QCOMPARE(blocks.size(), 1);
    QCOMPARE(blocks[0].columns, 2);
    QCOMPARE(blocks[0].cells.size(), 4);
    QCOMPARE(blocks[0].cells[3].text, QString("2"));
    QCOMPARE(blocks[0].alignments[1], int(Qt::AlignRight));
  }

  void hostile_data() {
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("image") << QByteArray("![x](https://tracker.example/pixel.png)");
    QTest::newRow("html") << QByteArray("<img src='file:///etc/passwd'><script>alert(1)</script>");
    QTest::newRow("html block") << QByteArray("<div onclick=x>\n\n<b>bold</b>\n</div>\n");
    QTest::newRow("javascript link") << QByteArray("[click](javascript:alert(1)) [f](file:///etc/passwd) [d](data:,x)");
    QTest::newRow("link without host") << QByteArray("[a](http:///x) [b](https:)");
    QTest::newRow("bidi link") << QByteArray(
        "[a](https://example.com/\xe2\x80\xae"
        "fdp.exe)");
    QTest::newRow("controls") << QByteArray("a\x01\x1b[31m\x7f b\x00 c", 13);
    QTest::newRow("invalid utf-8") << QByteArray("\xff\xfe\xc3( ok \xe2\x82");
    QTest::newRow("frames of documents") << QByteArray("\xef\xb7\x90 x \xef\xb7\x91 \xef\xbf\xbc \xe2\x80\xa8");
    QTest::newRow("entities") << QByteArray("&#0; &#x110000; &#xD800; &lt;b&gt; &amp; &hellip; &#65;");
    QTest::newRow("deep quotes") << QByteArray(5000, '>');
    QTest::newRow("deep lists") << QByteArray("- ").repeated(5000);
    QTest::newRow("brackets") << QByteArray(50000, '[');
    QTest::newRow("stars") << QByteArray("*a ").repeated(20000);
    QTest::newRow("backticks") << QByteArray(50000, '`');
    QTest::newRow("pipes") << QByteArray("|").repeated(20000) + "\n|--|\n";
    QTest::newRow("long line") << QByteArray(200000, 'a');
    QTest::newRow("long code") << "```\n" + QByteArray("line of code\n").repeated(20000) + "```\n";
    QTest::newRow("huge list number") << QByteArray("999999999. x\n1000000000. y\n");
    QTest::newRow("wide table") << QByteArray("|a").repeated(3000) + "|\n" + QByteArray("|-").repeated(3000) + "|\n";
  }

  void hostile() {
    QFETCH(QByteArray, text);
    QElapsedTimer timer;
    timer.start();
    const auto blocks = ui::parseMarkdown({text.constData(), static_cast<size_t>(text.size())});
    QVERIFY2(timer.elapsed() < 20000, "takes more than linear time");
    QVERIFY(consistent(blocks));
    for (const QChar c : allText(blocks)) {
      const char16_t code = c.unicode();
      QVERIFY(code >= 0x20 || code == '\n' || code == '\t');
      QVERIFY(code != 0xfffc && !(code >= 0xfdd0 && code <= 0xfdef) && code != 0x2028 && code != 0x2029);
    }
    for (const MarkdownBlock& block : blocks) QVERIFY(block.content.text.size() <= 4000);
  }

  void htmlStaysText() {
    const auto blocks = ui::parseMarkdown("<b>x</b> <img src=y>");
    QCOMPARE(allText(blocks), QString("<b>x</b> <img src=y>"));
    QCOMPARE(blocks[0].content.runs.size(), 1);
  }

  void imagesAreTheirDescriptions() {
    QCOMPARE(allText(ui::parseMarkdown("![a cat](https://example.com/cat.png)")), QString("a cat"));
  }

  void piecesJoinToTheWhole() {
    QByteArray code;
    for (int i = 0; i < 1234; ++i) code += "line " + QByteArray::number(i) + "\n";
    const auto blocks = ui::parseMarkdown(("```\n" + code + "```\n").toStdString());
    QVERIFY(blocks.size() > 10);
    QStringList pieces;
    for (qsizetype i = 0; i < blocks.size(); ++i) {
      QCOMPARE(blocks[i].continues, i > 0);
      QCOMPARE(blocks[i].continued, i + 1 < blocks.size());
      pieces.append(blocks[i].content.text);
    }
    QCOMPARE(pieces.join('\n') + '\n', QString::fromUtf8(code));
  }

  void namesAreVisible() {
    QCOMPARE(ui::visibleName(u"a\u202eb"), QString("a\\u202eb"));
    QCOMPARE(ui::visibleName(u"a\nb"), QString("a\\u000ab"));
    QCOMPARE(ui::visibleName(u"日本語"), QString("日本語"));
  }

  void footnotesStayText() {
    const auto blocks = ui::parseMarkdown(
        "A claim[^1] and another[^note].\n\n[^1]: https://example.com/paper\n[^note]: word\n\n> [^q]: quoted\n\n"
        "```\n[^1]: code\n```\n\n    [^2]: indented\n\n[a]: https://example.com\n[see][a]\n");
    QCOMPARE(blocks[0].content.text, QString("A claim[^1] and another[^note]."));
    QVERIFY(blocks[1].content.text.startsWith("[^1]: https://example.com/paper"));
    QVERIFY(allText(blocks).contains("[^note]: word"));
    QVERIFY(allText(blocks).contains("[^q]: quoted"));
    QVERIFY(allText(blocks).contains("[^1]: code") && !allText(blocks).contains('\\'));
    QCOMPARE(blocks.last().content.text, QString("see"));
    QVERIFY(consistent(blocks));
  }

  void nestedAndTaskLists() {
    const auto blocks = ui::parseMarkdown(
        "- [ ] open\n- [x] done\n  - deeper\n    1. number\n       continued\n\n       second paragraph\n\n"
        "3. three\n4. four\n");
    QStringList markers;
    for (const MarkdownBlock& block : blocks) markers.append(QString::number(block.indent) + block.marker);
    QCOMPARE(markers, QStringList({"1☐", "1☑", "2•", "31.", "3", "13.", "14."}));
    QCOMPARE(blocks[3].content.text, QString("number\ncontinued"));
  }

  void settledPrefixes() {
    QCOMPARE(ui::settledPrefix("para one"), size_t(0));
    QCOMPARE(ui::settledPrefix("para one\n\npara"), size_t(0));  // the last line is not complete
    QCOMPARE(ui::settledPrefix("para one\n\npara two\n"), size_t(10));
    QCOMPARE(ui::settledPrefix("- item\n\n  more\n"), size_t(0));
    QCOMPARE(ui::settledPrefix("- item\n\n- item\n"), size_t(0));
    QCOMPARE(ui::settledPrefix("```\n\ncode\n\nmore\n"), size_t(0));
  }

  /// However a text is cut, the end is what parsing the whole gives, and on the way nothing is wrong.
  void streaming_data() {
    QTest::addColumn<int>("step");
    for (const int step : {1, 2, 7, 64, 1000}) QTest::addRow("%d bytes", step) << step;
  }

  void streaming() {
    QFETCH(int, step);
    const std::string text =
        "Intro with **bold *nested* text**.\n\n## Part\n\n1. first\n\n   more of it\n2. second\n\n```py\nfor x in "
        "y:\n\n"
        "    pass\n```\n\nAfter the code.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n> more\n\n- [ ] task\n- [x] "
        "done\n\nSee [site][1] and ümlaut 日本語 🙂.\n\n[1]: https://example.com\n";
    ui::MarkdownStream stream;
    QList<MarkdownBlock> before;
    for (size_t at = 0; at < text.size(); at += static_cast<size_t>(step)) {
      const qsizetype changed = stream.append(text.substr(at, static_cast<size_t>(step)));
      QVERIFY(changed <= stream.blocks().size());
      for (qsizetype i = 0; i < std::min(changed, before.size()); ++i) QVERIFY(stream.blocks()[i] == before[i]);
      QVERIFY(consistent(stream.blocks()));
      before = stream.blocks();
    }
    stream.finish();
    QVERIFY(stream.blocks() == ui::parseMarkdown(text));
  }

  void longAnswersStreamInLinearTime() {
    std::string paragraph;
    for (int i = 0; i < 40; ++i) paragraph += "some words of a paragraph ";
    paragraph += "\n\n";
    ui::MarkdownStream stream;
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < 200; ++i) {  // 200 paragraphs of 1 KB, 20 appends each
      for (size_t at = 0; at < paragraph.size(); at += 52) stream.append(paragraph.substr(at, 52));
    }
    QCOMPARE(stream.blocks().size(), 200);
    QVERIFY(timer.elapsed() < 20000);
  }
};

QTEST_GUILESS_MAIN(MarkdownTest)
#include "markdown_test.moc"
