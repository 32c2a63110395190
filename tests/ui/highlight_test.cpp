// The highlighter: what a stretch of code is, in many languages, in pieces, and when it is hostile.
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "ui/highlight/highlight.h"

using ui::CodeInk;

namespace {

/// The text with each stretch that is not plain between brackets: k"...", s, n, c, f, t.
QString inked(const QString& code, const QString& language) {
  ui::HighlightState state;
  QString shown;
  qsizetype at = 0;
  for (const ui::InlineRun& run : ui::highlightCode(code, ui::findLanguage(language), state)) {
    const QString piece = code.mid(at, run.length);
    at += run.length;
    shown += run.ink == CodeInk::Plain ? piece : QString("_ksncft")[static_cast<int>(run.ink)] + u'[' + piece + u']';
  }
  return at == code.size() ? shown : QString("runs do not cover the text");
}

}  // namespace

class HighlightTest : public QObject {
  Q_OBJECT

 private slots:
  void languages_data() {
    QTest::addColumn<QString>("language");
    QTest::addColumn<QString>("code");
    QTest::addColumn<QString>("wanted");
    const auto row = [](const char* language, const char* code, const char* wanted) {
      QTest::newRow(language) << QString::fromUtf8(language) << QString::fromUtf8(code) << QString::fromUtf8(wanted);
    };
    row("cpp", "int f(x); // c", "t[int] f[f](x); c[// c]");
    row("c", "#include <a.h>\nreturn 0x1F;", "k[#include] s[<a.h>]\nk[return] n[0x1F];");
    row("python", "def f(a):\n    \"\"\"d\n'\"\"\"\n    return 1.5e-3  # c",
        "k[def] f[f](a):\n    s[\"\"\"d\n'\"\"\"]\n    k[return] n[1.5e-3]  c[# c]");
    row("javascript", "const a = `x\n${y}`; /* c\n */", "k[const] a = s[`x\n${y}`]; c[/* c\n */]");
    row("typescript", "let a: string = 'it\\'s';", "k[let] a: t[string] = s['it\\'s'];");
    row("sql", "SELECT date_trunc('week', at)::int FROM e -- n",
        "k[SELECT] f[date_trunc](s['week'], at)::t[int] k[FROM] e "
        "c[-- n]");
    row("rust", "fn f<'a>(s: &'a str) -> char { 'x' }", "k[fn] f<t['a]>(s: &t['a] t[str]) -> t[char] { s['x'] }");
    row("go", "func main() { a := `b\n` }", "k[func] f[main]() { a := s[`b\n`] }");
    row("java", "class Foo { int a = 1_000; }", "k[class] t[Foo] { t[int] a = n[1_000]; }");
    row("kotlin", "/* a /* b */ c */ val x", "c[/* a /* b */ c */] k[val] x");
    row("swift", "let s: String = \"a\"", "k[let] s: t[String] = s[\"a\"]");
    row("ruby", "def a\n  @b = :c # d\nend", "k[def] a\n  t[@b] = :c c[# d]\nk[end]");
    row("php", "$a = \"b\"; // c", "t[$a] = s[\"b\"]; c[// c]");
    row("bash", "if [ $a ]; then # c\n  echo \"$b\"#d\nfi",
        "k[if] [ t[$a] ]; k[then] c[# c]\n  k[echo] s[\"$b\"]#d\nk[fi]");
    row("json", "{\"a\": \"b\", \"c\": -1.5, \"d\": true}",
        "{f[\"a\"]: s[\"b\"], f[\"c\"]: -n[1.5], f[\"d\"]: k[true]}");
    row("yaml", "a: b # c\nurl: http://x#y", "f[a]: b c[# c]\nf[url]: http://x#y");
    row("toml", "[a]\nb = 1", "[a]\nf[b] = n[1]");
    row("html", "<!-- c --><a href=\"x\">b &amp; c</a>", "c[<!-- c -->]k[<a] t[href]=s[\"x\"]k[>]b n[&amp;] ck[</a>]");
    row("css", "a { color: #fff; } /* c */", "a { color: #fff; } c[/* c */]");
    row("diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z", "k[--- a\n+++ b\n]f[@@ -1 +1 @@\n]n[-x\n]s[+y\n] z");
    row("dockerfile", "FROM a:1\n# c", "k[FROM] a:n[1]\nc[# c]");
    row("haskell", "f :: Int -> Int -- c", "f :: t[Int] -> t[Int] c[-- c]");
    row("lua", "local a = 1 --[[ b\n]] c", "k[local] a = n[1] c[--[[ b\n]]] c");
    row("powershell", "Get-Item $a <# b #>", "Get-Item t[$a] c[<# b #>]");
    row("latex", "\\frac{1}{x} % c", "k[\\frac]f[{]n[1]f[}{]xf[}] c[% c]");
    row("csharp", "var a = 'b';", "k[var] a = s['b'];");
    row("perl", "my $a = 'b';", "k[my] t[$a] = s['b'];");
    row("r", "x <- TRUE", "x <- k[TRUE]");
    row("elixir", "def a, do: nil", "k[def] a, k[do]: k[nil]");
    row("clojure", "(defn my-f [x] nil) ; c", "(k[defn] my-f [x] k[nil]) c[; c]");
    row("cmake", "SET(A b) # c", "k[SET](A b) c[# c]");
    row("makefile", "all: a\n\techo $b", "f[all]: a\n\techo t[$b]");
    row("unknown-language", "int x; // c", "int x; // c");
  }

  void languages() {
    QFETCH(QString, language);
    QFETCH(QString, code);
    QTEST(inked(code, language), "wanted");
  }

  void namesOfFences() {
    QVERIFY(ui::languageLabels().size() >= 45);
    QCOMPARE(ui::languageLabel("C++"), QString("C++"));
    QCOMPARE(ui::languageLabel("language-python"), QString("Python"));
    QCOMPARE(ui::languageLabel("ts title=a.ts"), QString("TypeScript"));
    QCOMPARE(ui::languageLabel("brainfuck"), QString("brainfuck"));
    QVERIFY(ui::findLanguage(u"") == nullptr);
  }

  /// Long code comes in pieces; what is open at the end of one goes on in the next.
  void goesOnInTheNextPiece() {
    ui::HighlightState state;
    const ui::CodeLanguage* language = ui::findLanguage(u"cpp");
    ui::highlightCode(u"int a; /* begins", language, state);
    QVERIFY(state.inside == ui::HighlightState::Inside::BlockComment);
    const auto runs = ui::highlightCode(u"ends */ int", language, state);
    QCOMPARE(runs[0].length, 7);
    QCOMPARE(int(runs[0].ink), int(CodeInk::Comment));
    QVERIFY(state == ui::HighlightState());
    ui::highlightCode(u"x = \"not closed", language, state);
    ui::highlightCode(u"\n", language, state);
    QVERIFY(state == ui::HighlightState());
  }

  void hostileCodeInEveryLanguage() {
    QStringList texts;
    for (const char* seed :
         {"\"",         "'",  "`",    "/*",  "<",  "<a ", "&",      "$",  "${",     "@",  "\\", "#",
          "#include <", "(*", "--[[", "'\\", "0x", "1e",  "=begin", "{-", "\"\"\"", "a!", "_",  "\xf0\x9f\x98\x80",
          "<!--"}) {
      texts.append(QString::fromUtf8(seed).repeated(1500));
    }
    texts.append(QString(QChar(0xd800)).repeated(1000));
    QElapsedTimer timer;
    timer.start();
    for (const QString& label : ui::languageLabels()) {
      const ui::CodeLanguage* language = ui::findLanguage(label);
      for (const QString& text : texts) {
        ui::HighlightState state;
        qsizetype length = 0;
        for (const ui::InlineRun& run : ui::highlightCode(text, language, state)) {
          QVERIFY(run.length > 0);
          length += run.length;
        }
        QCOMPARE(length, text.size());
      }
    }
    QVERIFY2(timer.elapsed() < 120000, "takes more than linear time");
  }
};

QTEST_GUILESS_MAIN(HighlightTest)
#include "highlight_test.moc"
