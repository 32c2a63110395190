// A text in Markdown as blocks that a list can show one by one. Text in it is plain: what the model wrote never becomes
// markup of the window.
#pragma once

#include <QList>
#include <QMetaType>
#include <QString>

namespace ui {

/// Math: the stretch is a formula as it was written, with its delimiters. Display: it wants a line of its own.
enum InlineFlag : quint8 { Bold = 1, Italic = 2, InlineCode = 4, Strike = 8, Link = 16, Math = 32, Display = 64 };

/// What a stretch of code is; its colour is the theme's.
enum class CodeInk : quint8 { Plain, Keyword, String, Number, Comment, Function, Type };

/// A stretch of text with one look; stretches follow each other without gaps.
struct InlineRun {
  int length = 0;
  quint8 flags = 0;
  QString address;  ///< of a link; http or https only
  CodeInk ink = CodeInk::Plain;
  bool operator==(const InlineRun&) const = default;
};

/// Plain text and how its stretches look.
struct InlineText {
  Q_GADGET
  Q_PROPERTY(QString text MEMBER text)

 public:
  QString text;
  QList<InlineRun> runs;
  bool operator==(const InlineText&) const = default;
};

enum class BlockKind { Paragraph, Heading, Code, Table, Rule, Math };

struct MarkdownBlock {
  BlockKind kind = BlockKind::Paragraph;
  int level = 0;            ///< of a heading, 1 to 6
  int indent = 0;           ///< depth in lists
  int quote = 0;            ///< depth in quotations
  QString marker;           ///< bullet or number, on the first block of a list item
  InlineText content;       ///< of paragraphs, headings and code; a formula without its delimiters
  QString language;         ///< of code, as the fence says
  bool continues = false;   ///< goes on what the block before began (long blocks come in pieces)
  bool continued = false;   ///< goes on in the next block
  int columns = 0;          ///< of a table
  QList<InlineText> cells;  ///< row by row, the head first
  QList<int> alignments;    ///< a column: Qt::AlignLeft, AlignHCenter, AlignRight
  bool operator==(const MarkdownBlock&) const = default;
};

}  // namespace ui

Q_DECLARE_METATYPE(ui::InlineText)
