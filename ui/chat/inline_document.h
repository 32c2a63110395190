// Puts our inline text into a TextEdit's document as character formats: selectable, and never parsed as markup.
#pragma once

#include <QColor>
#include <QFont>
#include <QObject>
#include <QQuickTextDocument>
#include <QtQmlIntegration>

#include "ui/markdown/block.h"

class QTextDocument;

namespace ui {

/// ui::InlineText under its QML name.
struct InlineTextType {
  Q_GADGET
  QML_FOREIGN(ui::InlineText)
  QML_VALUE_TYPE(inlineText)
};

class InlineDocument : public QObject {
  Q_OBJECT
  QML_ELEMENT
  Q_PROPERTY(QQuickTextDocument* target READ target WRITE setTarget NOTIFY changed)
  Q_PROPERTY(ui::InlineText content READ content WRITE setContent NOTIFY changed)
  Q_PROPERTY(QFont codeFont READ codeFont WRITE setCodeFont NOTIFY changed)
  Q_PROPERTY(QColor codeBackground READ codeBackground WRITE setCodeBackground NOTIFY changed)
  Q_PROPERTY(QColor linkColor READ linkColor WRITE setLinkColor NOTIFY changed)
  Q_PROPERTY(qreal lineHeight READ lineHeight WRITE setLineHeight NOTIFY changed)

 public:
  using QObject::QObject;

  QQuickTextDocument* target() const { return m_target; }
  void setTarget(QQuickTextDocument* target);
  const InlineText& content() const { return m_content; }
  void setContent(const InlineText& content);
  QFont codeFont() const { return m_codeFont; }
  void setCodeFont(const QFont& font);
  QColor codeBackground() const { return m_codeBackground; }
  void setCodeBackground(const QColor& color);
  QColor linkColor() const { return m_linkColor; }
  void setLinkColor(const QColor& color);
  qreal lineHeight() const { return m_lineHeight; }
  void setLineHeight(qreal height);

 signals:
  void changed();

 private:
  void rebuild();
  /// Writes the content from `from` on; what stands before it is right already.
  void writeFrom(int from);

  QQuickTextDocument* m_target = nullptr;
  InlineText m_content;
  QFont m_codeFont;
  QColor m_codeBackground, m_linkColor;
  qreal m_lineHeight = 0;
};

/// Length of the text at the start that looks the same in both.
int samePrefix(const InlineText& a, const InlineText& b);

}  // namespace ui
