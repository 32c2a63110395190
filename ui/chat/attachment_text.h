// Text files that go with a question: joined to its text, and found in it again.
#pragma once

#include <QList>
#include <QString>

namespace ui {

struct Attachment {
  QString name, text;
  bool operator==(const Attachment&) const = default;
};

struct TextWithAttachments {
  QString text;
  QList<Attachment> attachments;
};

/// The files stand behind the text, each with its name, in a fence that nothing in it closes.
QString joinAttachments(const QString& text, const QList<Attachment>& attachments);
/// The other way; text that was not joined so has no attachments.
TextWithAttachments splitAttachments(const QString& joined);

}  // namespace ui
