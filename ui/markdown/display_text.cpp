#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

/// QTextDocument gives these a meaning of its own (frames, embedded objects), or they have no picture.
bool unsafeInDocument(char16_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0xfffc ||
         (c >= 0xfdd0 && c <= 0xfdef) || c == 0xfffe || c == 0xffff;
}

bool invisible(char16_t c) {
  return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         c == 0x061c || c == 0x00ad;
}

}  // namespace

QString displayText(QStringView text) {
  QString safe = text.toString();
  for (QChar& c : safe) {
    if (unsafeInDocument(c.unicode())) c = QChar(0xfffd);
    if (c.unicode() == 0x2028 || c.unicode() == 0x2029) c = u'\n';
  }
  return safe;
}

QString visibleName(QStringView text) {
  QString shown;
  shown.reserve(text.size());
  for (const QChar c : text) {
    const char16_t code = c.unicode();
    if (unsafeInDocument(code) || invisible(code) || code == '\n' || code == '\t' || code == 0x2028 || code == 0x2029) {
      shown += QStringLiteral("\\u") + QString::number(code, 16).rightJustified(4, u'0');
    } else {
      shown += c;
    }
  }
  return shown;
}

}  // namespace ui
