// Puts our inline text into a TextEdit's document as character formats: selectable, and never parsed as markup.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QColor>
#include <QFont>
#include <QObject>
#include <QQmlParserStatus>
#include <QQuickTextDocument>
#include <QVariant>

#include "ui/chat/math_object.h"
#include "ui/markdown/block.h"

class QPainter;
class QTextCursor;
class QTextDocument;

namespace ui {

/// ui::InlineText under its QML name.
struct InlineTextType {
  Q_GADGET
  QML_FOREIGN(ui::InlineText)
  QML_VALUE_TYPE(inlineText)
};

class InlineDocument : public QObject, public QQmlParserStatus {
  Q_OBJECT
  Q_INTERFACES(QQmlParserStatus)
  QML_ELEMENT
  Q_PROPERTY(QQuickTextDocument* target READ target WRITE setTarget NOTIFY changed)
  Q_PROPERTY(ui::InlineText content READ content WRITE setContent NOTIFY changed)
  /// The content without its looks.
  Q_PROPERTY(QString plain READ plain NOTIFY changed)
  Q_PROPERTY(QFont codeFont READ codeFont WRITE setCodeFont NOTIFY changed)
  Q_PROPERTY(QColor codeBackground READ codeBackground WRITE setCodeBackground NOTIFY changed)
  Q_PROPERTY(QColor linkColor READ linkColor WRITE setLinkColor NOTIFY changed)
  /// Colours of ui::CodeInk from Keyword on; Plain keeps the text's own.
  Q_PROPERTY(QVariantList inks READ inks WRITE setInks NOTIFY changed)
  /// Of the text, for formulas within it.
  Q_PROPERTY(QFont textFont READ textFont WRITE setTextFont NOTIFY changed)
  Q_PROPERTY(QColor textColor READ textColor WRITE setTextColor NOTIFY changed)
  /// Words that are marked wherever they stand, letter case aside.
  Q_PROPERTY(QStringList marked READ marked WRITE setMarked NOTIFY changed)
  Q_PROPERTY(QColor markColor READ markColor WRITE setMarkColor NOTIFY changed)
  Q_PROPERTY(qreal lineHeight READ lineHeight WRITE setLineHeight NOTIFY changed)
  /// Formulas are among the text; a FormulaLayer over it draws them.
  Q_PROPERTY(bool hasFormulas READ hasFormulas NOTIFY changed)

 public:
  explicit InlineDocument(QObject* parent = nullptr) : QObject(parent) { m_math.setPlacesOnly(true); }

  /// Made by QML it writes once, when all its properties are there.
  void classBegin() override { m_complete = false; }
  void componentComplete() override;

  QQuickTextDocument* target() const { return m_target; }
  void setTarget(QQuickTextDocument* target);
  QString plain() const { return m_content.text; }
  bool hasFormulas() const { return m_hadMath; }
  /// Draws the formulas where the document has left room for them.
  void drawFormulas(QPainter& painter);
  const InlineText& content() const { return m_content; }
  void setContent(const InlineText& content);
  QFont codeFont() const { return m_codeFont; }
  void setCodeFont(const QFont& font);
  QColor codeBackground() const { return m_codeBackground; }
  void setCodeBackground(const QColor& color);
  QColor linkColor() const { return m_linkColor; }
  void setLinkColor(const QColor& color);
  QVariantList inks() const { return m_inks; }
  void setInks(const QVariantList& inks);
  QFont textFont() const { return m_textFont; }
  void setTextFont(const QFont& font);
  QColor textColor() const { return m_textColor; }
  void setTextColor(const QColor& color);
  QStringList marked() const { return m_marked; }
  void setMarked(const QStringList& words);
  QColor markColor() const { return m_markColor; }
  void setMarkColor(const QColor& color);
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
  void insertMath(QTextCursor& cursor, const QString& source, const QTextCharFormat& plain);
  void markWords(QTextDocument& document);

  MathObject m_math;
  QTextDocument* m_registered = nullptr;  ///< knows how to draw formulas
  bool m_hadMath = false, m_complete = true;
  QVariantList m_inks;
  QFont m_textFont;
  QColor m_textColor, m_markColor;
  QStringList m_marked;
  qreal m_lineHeight = 0;
};

/// Length of the text at the start that looks the same in both.
int samePrefix(const InlineText& a, const InlineText& b);

}  // namespace ui
