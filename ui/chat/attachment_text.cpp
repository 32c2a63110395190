#include "ui/chat/attachment_text.h"

#include <algorithm>

namespace ui {

namespace {

const QString kHead = QStringLiteral("File `");  // for the model, so it is not translated
const QString kNextHead = QStringLiteral("\n\n") + kHead;
const QString kHeadEnd = QStringLiteral("`:\n");

QString fenceFor(const QString& text) {
  qsizetype longest = 2, run = 0;
  for (const QChar c : text) {
    run = c == u'`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return QString(longest + 1, u'`');
}

}  // namespace

QString joinAttachments(const QString& text, const QList<Attachment>& attachments) {
  QString joined = text;
  for (const Attachment& one : attachments) {
    const QString fence = fenceFor(one.text);
    QString name = one.name;
    name.replace(u'`', u'\'').replace(u'\n', u' ');
    if (!joined.isEmpty()) joined += QStringLiteral("\n\n");
    joined += kHead + name + kHeadEnd + fence + u'\n' + one.text + u'\n' + fence;
  }
  return joined;
}

TextWithAttachments splitAttachments(const QString& joined) {
  TextWithAttachments parts;
  qsizetype at = joined.startsWith(kHead) ? 0 : joined.indexOf(kNextHead);
  // The first heading from which on everything is files.
  for (; at >= 0; at = joined.indexOf(kNextHead, at + 1)) {
    QList<Attachment> found;
    qsizetype next = at;
    while (next < joined.size()) {
      if (joined[next] == u'\n') next += 2;
      if (!QStringView(joined).mid(next).startsWith(kHead)) break;
      const qsizetype name = next + kHead.size(), nameEnd = joined.indexOf(kHeadEnd, name);
      if (nameEnd < 0 || nameEnd - name > 400) break;
      const qsizetype fence = nameEnd + kHeadEnd.size();
      qsizetype fenceEnd = fence;
      while (fenceEnd < joined.size() && joined[fenceEnd] == u'`') ++fenceEnd;
      const QString ticks = joined.mid(fence, fenceEnd - fence);
      if (ticks.size() < 3 || fenceEnd >= joined.size() || joined[fenceEnd] != u'\n') break;
      const qsizetype close = joined.indexOf(u'\n' + ticks, fenceEnd);
      if (close < 0) break;
      found.append(
          {joined.mid(name, nameEnd - name), joined.mid(fenceEnd + 1, std::max<qsizetype>(0, close - fenceEnd - 1))});
      next = close + 1 + ticks.size();
      if (next < joined.size() && !QStringView(joined).mid(next).startsWith(u"\n\n")) break;
      if (next == joined.size()) {
        parts.text = joined.left(at);
        parts.attachments = found;
        return parts;
      }
    }
  }
  parts.text = joined;
  return parts;
}

}  // namespace ui
