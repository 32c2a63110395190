#include "ui/chat/export_html.h"

#include <QCoreApplication>
#include <QPainterPath>

#include "ui/markdown/math_spans.h"
#include "ui/math/math_layout.h"

namespace ui {

namespace {

constexpr qreal kEm = 16;

const char* const kStyle =
    ":root{color-scheme:light dark}"
    "body{max-width:46em;margin:2em auto;padding:0 1em;font:16px/1.6 Inter,'Noto Sans',sans-serif;color:#1a1d21;"
    "background:#fafafb;overflow-wrap:anywhere}"
    "h1{font-size:1.4em}h2{font-size:.8em;color:#555c66;margin:1.8em 0 .4em}.b h3,.b h4{margin:.9em 0 .3em}"
    "p{margin:.5em 0;white-space:pre-line}.u,.y{background:#f1f2f4;border-radius:12px;padding:.6em 1em;"
    "white-space:pre-wrap}.q{border-left:3px solid #c3c8d0;padding-left:.8em}"
    ".i{position:relative}.m{position:absolute;left:-1.5em;color:#555c66}"
    "pre{background:#f5f6f7;border:1px solid #e2e4e8;border-radius:8px;padding:.7em 1em;overflow-x:auto;"
    "font:13px/1.5 'JetBrains Mono','Noto Sans Mono',monospace;margin:.6em 0}"
    "code{background:#f5f6f7;border-radius:4px;padding:0 .25em;font:.87em 'JetBrains Mono','Noto Sans Mono',monospace}"
    "small{color:#555c66}details{border:1px solid #e2e4e8;border-radius:8px;padding:.3em .8em;margin:.4em 0}"
    ".t{overflow-x:auto;margin:.6em 0}table{border-collapse:collapse}th{background:#f1f2f4}"
    "th,td{border:1px solid #e2e4e8;padding:.3em .7em;text-align:left;white-space:pre-line}"
    "td.r,th.r{text-align:right}td.c,th.c{text-align:center}a{color:#b9430f}hr{border:0;border-top:1px solid #e2e4e8}"
    "svg{fill:currentColor;overflow:visible}.d{overflow-x:auto;padding:.3em 0;text-align:center}"
    ".k1{color:#8a2f8f}.k2{color:#1b6f46}.k3{color:#9a4a0c}.k4{color:#626974}.k5{color:#2a5da8}.k6{color:#7a5600}"
    "@media(prefers-color-scheme:dark){body{color:#e8eaed;background:#16181b}h2,small,.m{color:#a9b0ba}"
    ".u,.y,th{background:#212429}pre,code{background:#121417}pre,details,th,td,hr{border-color:#2a2e33}"
    ".q{border-color:#444a52}a{color:#f38a4f}.k1{color:#d59bdb}.k2{color:#7ccba0}.k3{color:#f0a877}.k4{color:#8b939e}"
    ".k5{color:#86b3f2}.k6{color:#e0c074}}";

QString words(const char* text) {
  return QCoreApplication::translate("ui::Export", text);
}

/// A formula as paths; its source where it is not understood.
class Formulas {
 public:
  static QString inlined(const QString& source) { return drawn(bare(source), source, false); }
  static QString displayed(const QString& tex) { return drawn(tex, tex, true); }

 private:
  static QString bare(const QString& source) {
    const std::string utf8 = source.toStdString();
    return QString::fromStdString(std::string(bareMath(utf8)));
  }

  static QString number(qreal value) { return QString::number(value, 'f', 2); }

  static void append(QString& data, const QPainterPath& path) {
    for (int i = 0; i < path.elementCount(); ++i) {
      const QPainterPath::Element at = path.elementAt(i);
      const char* letter = at.isMoveTo() ? "M" : at.isLineTo() ? "L" : at.isCurveTo() ? "C" : " ";
      data += QLatin1String(letter) + number(at.x) + u' ' + number(at.y);
    }
  }

  static QString drawn(const QString& tex, const QString& source, bool display) {
    const MathPicture picture = mathPicture(tex, kEm, display);
    if (picture.width <= 0) return QStringLiteral("<code>%1</code>").arg(source.toHtmlEscaped());
    QString data;
    for (const MathPicture::Glyphs& one : picture.glyphs) {
      QPainterPath path;
      path.addText(one.at, one.font, one.text);
      append(data, path);
    }
    for (const QRectF& line : picture.lines) {
      QPainterPath path;
      path.addRect(line);
      append(data, path);
    }
    for (const QPainterPath& shape : picture.shapes) append(data, shape);
    return QStringLiteral(
               "<svg role=\"img\" aria-label=\"%1\" style=\"width:%2em;height:%3em;vertical-align:-%4em\" "
               "viewBox=\"0 %5 %6 %7\"><path d=\"%8\"/></svg>")
        .arg(tex.toHtmlEscaped(), number(picture.width / kEm), number(picture.height() / kEm),
             number(picture.descent / kEm), number(-picture.ascent), number(picture.width), number(picture.height()),
             data);
  }
};

QString inlineHtml(const InlineText& content) {
  QString out;
  qsizetype at = 0;
  for (const InlineRun& run : content.runs) {
    const QString text = content.text.mid(at, run.length);
    at += run.length;
    if ((run.flags & Math) != 0) {
      out += Formulas::inlined(text);
      continue;
    }
    QString piece = text.toHtmlEscaped();
    const auto wrap = [&piece](const char* tag) {
      piece = QStringLiteral("<%1>%2</%1>").arg(QLatin1String(tag), piece);
    };
    if ((run.flags & InlineCode) != 0) wrap("code");
    if ((run.flags & Bold) != 0) wrap("b");
    if ((run.flags & Italic) != 0) wrap("i");
    if ((run.flags & Strike) != 0) wrap("s");
    if ((run.flags & Link) != 0) {
      piece =
          QStringLiteral("<a rel=\"noopener noreferrer\" href=\"%1\">%2</a>").arg(run.address.toHtmlEscaped(), piece);
    }
    out += piece;
  }
  return out;
}

QString codeHtml(const InlineText& code) {
  QString out;
  qsizetype at = 0;
  for (const InlineRun& run : code.runs) {
    const QString piece = code.text.mid(at, run.length).toHtmlEscaped();
    at += run.length;
    out += run.ink == CodeInk::Plain
               ? piece
               : QStringLiteral("<span class=\"k%1\">%2</span>").arg(static_cast<int>(run.ink)).arg(piece);
  }
  return out + code.text.mid(at).toHtmlEscaped();
}

QString tableHtml(const MarkdownBlock& block) {
  const qsizetype columns = std::max(1, block.columns);
  QString out = QStringLiteral("<div class=\"t\"><table>");
  for (qsizetype i = 0; i < block.cells.size(); ++i) {
    if (i % columns == 0) out += i == 0 ? QStringLiteral("<tr>") : QStringLiteral("</tr>\n<tr>");
    const int alignment = block.alignments.value(i % columns, Qt::AlignLeft);
    const QString side = alignment == Qt::AlignRight     ? QStringLiteral(" class=\"r\"")
                         : alignment == Qt::AlignHCenter ? QStringLiteral(" class=\"c\"")
                                                         : QString();
    const QString tag = i < columns ? QStringLiteral("th") : QStringLiteral("td");
    out += u'<' + tag + side + u'>' + inlineHtml(block.cells[i]) + QStringLiteral("</") + tag + u'>';
  }
  return out + QStringLiteral("</tr></table></div>");
}

QString blockHtml(const MarkdownBlock& block) {
  switch (block.kind) {
    case BlockKind::Heading: {
      // The page has its title and its messages' heads above these.
      const int level = std::clamp(block.level + 2, 3, 6);
      return QStringLiteral("<h%1>%2</h%1>").arg(level).arg(inlineHtml(block.content));
    }
    case BlockKind::Code:
      return QStringLiteral("<pre>%1%2</pre>")
          .arg(block.language.isEmpty() ? QString()
                                        : QStringLiteral("<small>%1</small>\n").arg(block.language.toHtmlEscaped()),
               codeHtml(block.content));
    case BlockKind::Table:
      return tableHtml(block);
    case BlockKind::Rule:
      return QStringLiteral("<hr>");
    case BlockKind::Math:
      return QStringLiteral("<div class=\"d\">%1</div>").arg(Formulas::displayed(block.content.text));
    case BlockKind::Paragraph:
      break;
  }
  return QStringLiteral("<p>%1</p>").arg(inlineHtml(block.content));
}

QString blocksHtml(const QList<MarkdownBlock>& blocks) {
  QString out;
  for (const MarkdownBlock& block : blocks) {
    const QString marker = block.marker.isEmpty()
                               ? QString()
                               : QStringLiteral("<span class=\"m\">%1</span>").arg(block.marker.toHtmlEscaped());
    QString body = blockHtml(block);
    if (block.indent > 0) {
      body = QStringLiteral("<div class=\"i\" style=\"margin-left:%1em\">%2%3</div>")
                 .arg(QString::number(1.8 * block.indent, 'f', 1), marker, body);
    }
    for (int depth = 0; depth < block.quote; ++depth) body = QStringLiteral("<div class=\"q\">%1</div>").arg(body);
    out += body + u'\n';
  }
  return out;
}

QString messageHtml(const ExportedMessage& message) {
  QString out = QStringLiteral("<h2>%1</h2>\n").arg(message.role.toHtmlEscaped());
  if (message.user) {
    out += QStringLiteral("<div class=\"u\" dir=\"auto\">%1</div>\n").arg(message.text.toHtmlEscaped());
    for (const ExportedFile& file : message.files) {
      out += QStringLiteral("<details><summary>%1</summary><pre>%2</pre></details>\n")
                 .arg(file.name.toHtmlEscaped(), file.text.toHtmlEscaped());
    }
    return out;
  }
  if (!message.reasoning.isEmpty()) {
    out += QStringLiteral("<details><summary>%1</summary>\n%2</details>\n")
               .arg(words(QT_TRANSLATE_NOOP("ui::Export", "Reasoning")).toHtmlEscaped(), blocksHtml(message.reasoning));
  }
  out += QStringLiteral("<div class=\"b\" dir=\"auto\">\n%1</div>\n").arg(blocksHtml(message.blocks));
  QStringList below;
  if (!message.state.isEmpty()) below.append(message.state);
  if (!message.madeBy.isEmpty()) below.append(message.madeBy);
  if (!below.isEmpty()) {
    out += QStringLiteral("<p><small>%1</small></p>\n").arg(below.join(QStringLiteral(" · ")).toHtmlEscaped());
  }
  return out;
}

}  // namespace

QByteArray exportHtml(const ExportedChat& chat) {
  const QString title = chat.title.toHtmlEscaped();
  QString out = QStringLiteral(
                    "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
                    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
                    "'unsafe-inline'\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>") +
                title + QStringLiteral("</title>\n<style>") + QLatin1String(kStyle) +
                QStringLiteral("</style>\n</head>\n<body>\n<h1 dir=\"auto\">") + title + QStringLiteral("</h1>\n");
  if (!chat.systemPrompt.isEmpty()) {
    out += QStringLiteral("<h2>") + words(QT_TRANSLATE_NOOP("ui::Export", "System prompt")).toHtmlEscaped() +
           QStringLiteral("</h2>\n<div class=\"y\" dir=\"auto\">") + chat.systemPrompt.toHtmlEscaped() +
           QStringLiteral("</div>\n");
  }
  for (const ExportedMessage& message : chat.messages) out += messageHtml(message);
  return (out + QStringLiteral("</body>\n</html>\n")).toUtf8();
}

}  // namespace ui
