// Formulas: found in a text, read, laid out; what is not understood, and what is hostile.
#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include "ui/markdown/math_spans.h"
#include "ui/markdown/parse_markdown.h"
#include "ui/math/math_layout.h"
#include "ui/math/parse_math.h"

namespace {

QStringList sources(const char* text) {
  QStringList found;
  for (const ui::MathSpan& span : ui::takeMath(text).spans) found.append(QString::fromStdString(span.source));
  return found;
}

ui::MathPicture picture(const char* tex) {
  return ui::mathPicture(QString::fromUtf8(tex), 18, true);
}

}  // namespace

class MathTest : public QObject {
  Q_OBJECT

 private slots:
  void formulasAreFound() {
    QCOMPARE(sources("a $x^2$ b \\(y\\) c"), QStringList({"$x^2$", "\\(y\\)"}));
    QCOMPARE(sources("$$\na_b\n$$ and \\[c\\]"), QStringList({"$$\na_b\n$$", "\\[c\\]"}));
    QCOMPARE(sources("\\begin{align}a&=b\\\\c&=d\\end{align}"),
             QStringList({"\\begin{align}a&=b\\\\c&=d\\end{align}"}));
    QCOMPARE(sources("($x$), $y$-axis"), QStringList({"$x$", "$y$"}));
  }

  void otherDollarsAreText() {
    for (const char* text :
         {"It costs $5 and $6.", "from $10 to 20$ each", "`$a` and `$b`", "```\n$a$\n```", "- ```sh\n  echo $a$\n  ```",
          "$ a $", "a$b$c", "\\$a$", "$open", "$a\n\nb$", "$$", "$$$$"}) {
      QVERIFY2(sources(text).isEmpty(), text);
    }
  }

  void formulasInBlocks() {
    const auto blocks = ui::parseMarkdown("Given $a_1*b*c_2$:\n\n$$\\frac{a}{b}$$\n\nso\n\\[x\\]\nand **$y$**");
    QCOMPARE(blocks.size(), 5);
    QCOMPARE(blocks[0].content.text, QString("Given $a_1*b*c_2$:"));
    QCOMPARE(int(blocks[0].content.runs[1].flags), int(ui::Math));
    QCOMPARE(int(blocks[1].kind), int(ui::BlockKind::Math));
    QCOMPARE(blocks[1].content.text, QString("\\frac{a}{b}"));
    QCOMPARE(blocks[2].content.text, QString("so"));
    QCOMPARE(int(blocks[3].kind), int(ui::BlockKind::Math));
    QCOMPARE(blocks[4].content.text, QString("and $y$"));
    QCOMPARE(int(blocks[4].content.runs[1].flags), int(ui::Math | ui::Bold));
  }

  void codeKeepsItsDollars() {
    const auto blocks = ui::parseMarkdown("    indented $x$ code\n\n[a](http://b.c/$d$) `$e$`");
    QCOMPARE(blocks[0].content.text, QString("indented $x$ code"));
    QCOMPARE(blocks[1].content.runs[0].address, QString("http://b.c/$d$"));
    QCOMPARE(blocks[1].content.text, QString("a $e$"));
  }

  void marksInTheTextAreNotMarks() {
    const auto blocks = ui::parseMarkdown("\xef\xb7\x90\x30\xef\xb7\x91 $x$");
    QCOMPARE(blocks[0].content.text, QString("\ufffd0\ufffd $x$"));
  }

  void understood_data() {
    QTest::addColumn<QByteArray>("tex");
    for (const char* tex : {"x^2+y^2=z^2",
                            "\\frac{-b\\pm\\sqrt{b^2-4ac}}{2a}",
                            "\\sqrt[3]{x}",
                            "\\sum_{i=0}^{n} a_i",
                            "\\int_0^\\infty e^{-x^2}\\,dx",
                            "\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}",
                            "f(x)=\\begin{cases}1&x>0\\\\0&\\text{otherwise}\\end{cases}",
                            "\\left(\\frac{1}{2}\\right)^n",
                            "\\alpha\\beta\\Gamma",
                            "\\mathbb{R}^n\\to\\mathcal{L}",
                            "\\hat{x}\\bar{y}\\vec{v}",
                            "\\lim_{x\\to0}\\frac{\\sin x}{x}",
                            "a\\leq b\\neq c",
                            "\\binom{n}{k}",
                            "\\overline{AB}\\underbrace{c}_{d}",
                            "x'",
                            "\\begin{aligned}a&=b\\\\&=c\\end{aligned}",
                            "{a \\over b}",
                            "\\left.\\frac{d}{dx}\\right|_{0}",
                            "\\not=",
                            "\\operatorname{rank} A",
                            "\\text{π in words}",
                            "\\lVert v\\rVert",
                            "O(n\\log n)"}) {
      QTest::newRow(tex) << QByteArray(tex);
    }
  }
  void understood() {
    QFETCH(QByteArray, tex);
    const ui::MathPicture drawn = picture(tex.constData());
    QVERIFY(drawn.width > 0);
    QVERIFY(drawn.height() > 5 && drawn.height() < 400);
    QImage image(600, 400, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::white);
    QPainter painter(&image);
    drawn.draw(painter, {20, 200}, Qt::black);
    painter.end();
    int ink = 0;
    for (int y = 0; y < image.height(); ++y) {
      for (int x = 0; x < image.width(); ++x) ink += qGray(image.pixel(x, y)) < 128;
    }
    QVERIFY(ink > 5);
  }

  void notUnderstoodIsSource_data() {
    QTest::addColumn<QByteArray>("tex");
    for (const char* tex : {"\\unknown{x}",
                            "\\frac{a}",
                            "{",
                            "}",
                            "a}",
                            "x^",
                            "x^2^3",
                            "\\left(",
                            "\\begin{pmatrix}a",
                            "\\begin{tikz}\\end{tikz}",
                            "\\input{/etc/passwd}",
                            "\\def\\a{\\a}",
                            "\\",
                            "a & b",
                            "\\sqrt[",
                            "#1",
                            "\\left x",
                            "\\text{",
                            "\\href{javascript:x}{y}",
                            "\\write18{ls}"}) {
      QTest::newRow(tex) << QByteArray(tex);
    }
  }
  void notUnderstoodIsSource() {
    QFETCH(QByteArray, tex);
    QVERIFY(!ui::parseMath(QString::fromUtf8(tex)));
  }

  void shapes() {
    const qreal plain = picture("x").height();
    QVERIFY(picture("\\frac{x}{x}").height() > 1.8 * plain);
    QVERIFY(picture("x^x").ascent > picture("x").ascent);
    QVERIFY(picture("x_x").descent > picture("x").descent);
    QVERIFY(picture("\\sqrt{x}").width > picture("x").width);
    QVERIFY(picture("a+b").width > picture("ab").width + 8);
    QVERIFY(picture("\\begin{matrix}a\\\\b\\\\c\\end{matrix}").height() > 2.5 * plain);
    QCOMPARE(picture("\\frac{a}{b}").lines.size(), 1);
  }

  void hostile() {
    QElapsedTimer timer;
    timer.start();
    for (const char* seed :
         {"{", "\\frac{", "\\sqrt{", "x^{", "\\left(", "\\begin{matrix}", "_", "'", "\\over ", "\\hat ", "a^b_c ", "&",
          "\\\\", "\\text{", "{x}", "\\mathbb ", "\\not", "\xf0\x9f\x98\x80", "\\limits"}) {
      const QString tex = QString::fromUtf8(seed).repeated(3000);
      const auto parsed = ui::parseMath(QStringView(tex).left(8000));
      if (parsed) static_cast<void>(ui::layoutMath(*parsed, 18, true));
      QVERIFY(!ui::parseMath(tex.repeated(4)));
    }
    for (const char* seed :
         {"$a ", "$", "$$a ", "\\(", "\\[x", "`$", "$a`", "\\begin{align}", "$a$", "\n$$\n", "``$` "}) {
      const QByteArray text = QByteArray(seed).repeated(40000);
      static_cast<void>(ui::parseMarkdown({text.constData(), static_cast<size_t>(text.size())}));
    }
    QVERIFY2(timer.elapsed() < 120000, "takes more than linear time");
  }
};

QTEST_MAIN(MathTest)
#include "math_test.moc"
