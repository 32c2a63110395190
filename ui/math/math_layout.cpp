#include "ui/math/math_layout.h"

#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <vector>

#include "ui/math/parse_math.h"

namespace ui {

namespace {

using Kind = MathNode::Kind;

struct Style {
  qreal size = 16;
  bool display = false;
  int scripts = 0;  ///< how deep in scripts

  Style smaller() const {
    if (scripts >= 2) return {size, false, scripts};
    return {size * (scripts == 0 ? 0.72 : 0.78), false, scripts + 1};
  }
  Style inner() const { return {size, false, scripts}; }
};

qreal lineWidth(qreal size) {
  return std::max(1.0, size * 0.055);
}

/// Height of the middle of + and = above the baseline.
qreal axis(qreal size) {
  return size * 0.26;
}

QFont fontFor(MathFont kind, qreal size) {
  QFont font;
  if (kind == MathFont::Text) {
    font.setFamilies({QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("sans-serif")});
  } else if (kind == MathFont::Mono) {
    font.setFamilies({QStringLiteral("JetBrains Mono"), QStringLiteral("monospace")});
  } else {
    font.setFamilies({QStringLiteral("STIX Two Math"), QStringLiteral("STIXGeneral"),
                      QStringLiteral("Latin Modern Math"), QStringLiteral("TeX Gyre Termes Math"),
                      QStringLiteral("DejaVu Math TeX Gyre"), QStringLiteral("DejaVu Serif"),
                      QStringLiteral("Noto Serif"), QStringLiteral("serif")});
  }
  font.setPixelSize(std::max(6, qRound(size)));
  return font;
}

void place(MathPicture& onto, const MathPicture& part, QPointF at) {
  for (MathPicture::Glyphs one : part.glyphs) {
    one.at += at;
    onto.glyphs.append(std::move(one));
  }
  for (const QRectF& line : part.lines) onto.lines.append(line.translated(at));
  for (const QPainterPath& shape : part.shapes) onto.shapes.append(shape.translated(at));
  onto.width = std::max(onto.width, at.x() + part.width);
  onto.ascent = std::max(onto.ascent, part.ascent - at.y());
  onto.descent = std::max(onto.descent, part.descent + at.y());
}

MathPicture glyph(const QString& text, MathFont kind, qreal size) {
  MathPicture picture;
  if (text.isEmpty()) return picture;
  const QFont font = fontFor(kind, size);
  const QFontMetricsF metrics(font);
  const QRectF ink = metrics.tightBoundingRect(text);
  picture.width = metrics.horizontalAdvance(text);
  picture.ascent = std::max(0.0, -ink.top());
  picture.descent = std::max(0.0, ink.bottom());
  picture.glyphs.append({{0, 0}, text, font});
  return picture;
}

/// A parenthesis or the like as tall as asked, by stretching its outline.
MathPicture stretched(const QString& text, qreal size, qreal ascent, qreal descent) {
  if (text.isEmpty()) {
    MathPicture gap;
    gap.width = size * 0.1;
    return gap;
  }
  const MathPicture plain = glyph(text, MathFont::Upright, size);
  if (plain.ascent >= ascent * 0.95 && plain.descent >= descent * 0.9) return plain;
  MathPicture picture;
  picture.ascent = ascent;
  picture.descent = descent;
  const qreal height = ascent + descent;
  if (text == u"|" || text == QChar(0x2016)) {
    const qreal line = lineWidth(size);
    picture.width = size * (text == u"|" ? 0.3 : 0.5);
    picture.lines.append({picture.width / 2 - line / 2, -ascent, line, height});
    if (text != u"|") {
      picture.lines.clear();
      for (const qreal x : {0.36, 0.64}) picture.lines.append({picture.width * x - line / 2, -ascent, line, height});
    }
    return picture;
  }
  QPainterPath path;
  path.addText(0, 0, fontFor(MathFont::Upright, size), text);
  const QRectF box = path.boundingRect();
  if (box.height() <= 0) return plain;
  const qreal tall = height / box.height();
  const qreal wide = std::min(1.6, 1 + (tall - 1) * 0.12);
  QTransform grow;
  grow.translate(size * 0.06, -ascent);
  grow.scale(wide, tall);
  grow.translate(-box.left(), -box.top());
  picture.shapes.append(grow.map(path));
  picture.width = box.width() * wide + size * 0.14;
  return picture;
}

/// Space between neighbours in em, as TeX has it.
qreal between(MathClass left, MathClass right, bool script) {
  using enum MathClass;
  constexpr qreal kThin = 0.17, kMedium = 0.22, kThick = 0.28;
  if (right == Punctuation || right == Closing || left == Opening) return 0;
  if (left == Operator && right != Opening) return right == Relation ? kThick : kThin;
  if (right == Operator && left != Opening) return left == Relation ? kThick : left == Binary ? kMedium : kThin;
  if (script) return 0;
  if (left == Relation || right == Relation) return left == right ? 0 : kThick;
  if (left == Binary || right == Binary) return kMedium;
  return left == Punctuation ? kThin : 0;
}

class Layouter {
 public:
  MathPicture node(const MathNode& one, const Style& style) {
    switch (one.kind) {
      case Kind::Row:
        return row(one.children, style);
      case Kind::Symbol:
        return symbol(one, style);
      case Kind::Space: {
        MathPicture gap;
        gap.width = one.amount * style.size;
        return gap;
      }
      case Kind::Fraction:
        return fraction(one, style);
      case Kind::Root:
        return root(one, style);
      case Kind::Scripts:
        return scripts(one, style);
      case Kind::Accent:
        return accent(one, style);
      case Kind::Fenced:
        return fenced(one, style);
      case Kind::Grid:
        return grid(one, style);
    }
    return {};
  }

 private:
  MathPicture row(const std::vector<MathNode>& children, const Style& style) {
    MathPicture picture;
    qreal x = 0;
    const MathNode* before = nullptr;
    MathClass left = MathClass::Opening;
    for (size_t i = 0; i < children.size(); ++i) {
      const MathNode& child = children[i];
      if (child.kind == Kind::Space) {
        x += child.amount * style.size;
        picture.width = std::max(picture.width, x);
        continue;
      }
      MathClass right = child.spacing;
      // A sign at the beginning, or after another one, belongs to what follows.
      const bool sign = right == MathClass::Binary &&
                        (before == nullptr || left == MathClass::Binary || left == MathClass::Relation ||
                         left == MathClass::Opening || left == MathClass::Punctuation || left == MathClass::Operator);
      if (sign || (right == MathClass::Binary && i + 1 == children.size())) right = MathClass::Ordinary;
      if (before != nullptr) x += between(left, right, style.scripts > 0) * style.size;
      const MathPicture part = node(child, style);
      place(picture, part, {x, 0});
      x += part.width;
      before = &child;
      left = right;
    }
    picture.width = std::max(picture.width, x);
    return picture;
  }

  MathPicture symbol(const MathNode& one, const Style& style) {
    if (!one.large) return glyph(one.text, one.font, style.size);
    MathPicture big = glyph(one.text, one.font, style.size * (style.display ? 1.5 : 1.1));
    // Its middle stands on the axis.
    const qreal shift = (big.ascent - big.descent) / 2 - axis(style.size);
    MathPicture picture;
    place(picture, big, {0, shift});
    return picture;
  }

  MathPicture fraction(const MathNode& one, const Style& style) {
    const Style part = style.display ? style.inner() : style.smaller();
    const MathPicture above = node(one.children[0], part), below = node(one.children[1], part);
    MathPicture picture;
    const qreal line = lineWidth(style.size), gap = style.size * (style.display ? 0.2 : 0.12);
    const qreal width = std::max(above.width, below.width) + style.size * 0.16;
    const qreal middle = -axis(style.size);
    place(picture, above, {(width - above.width) / 2, middle - line / 2 - gap - above.descent});
    place(picture, below, {(width - below.width) / 2, middle + line / 2 + gap + below.ascent});
    if (one.amount > 0) picture.lines.append({0, middle - line / 2, width, line});
    picture.width = width + style.size * 0.06;
    return picture;
  }

  MathPicture root(const MathNode& one, const Style& style) {
    const MathPicture inner = node(one.children[0], style.inner());
    const qreal line = lineWidth(style.size), gap = style.size * 0.13;
    const qreal ascent = std::max(inner.ascent, style.size * 0.5) + gap + line;
    const qreal descent = inner.descent + style.size * 0.05;
    const qreal height = ascent + descent, hook = style.size * 0.52;
    MathPicture picture;
    qreal x = 0;
    if (one.children.size() > 1) {
      const MathPicture degree = node(one.children[1], style.smaller().smaller());
      place(picture, degree, {0, descent - height * 0.55});
      x = std::max(0.0, degree.width - hook * 0.45);
    }
    QPainterPath sign;
    sign.moveTo(x, descent - height * 0.42);
    sign.lineTo(x + hook * 0.26, descent - height * 0.5);
    sign.lineTo(x + hook * 0.52, descent - line);
    sign.lineTo(x + hook, -ascent + line / 2);
    QPainterPathStroker pen;
    pen.setWidth(line);
    pen.setJoinStyle(Qt::MiterJoin);
    picture.shapes.append(pen.createStroke(sign));
    picture.lines.append({x + hook - line * 0.3, -ascent, inner.width + style.size * 0.1, line});
    place(picture, inner, {x + hook, 0});
    picture.width = x + hook + inner.width + style.size * 0.12;
    picture.ascent = std::max(picture.ascent, ascent);
    picture.descent = std::max(picture.descent, descent);
    return picture;
  }

  MathPicture scripts(const MathNode& one, const Style& style) {
    const MathNode& base = one.children[0];
    const MathPicture middle = node(base, style);
    const Style small = style.smaller();
    const MathPicture below = node(one.children[1], small), above = node(one.children[2], small);
    MathPicture picture;
    const qreal gap = style.size * 0.14;
    if (one.limits && (style.display || one.large)) {
      const qreal width = std::max({middle.width, below.width, above.width});
      place(picture, middle, {(width - middle.width) / 2, 0});
      if (above.width > 0) place(picture, above, {(width - above.width) / 2, -middle.ascent - gap - above.descent});
      if (below.width > 0) place(picture, below, {(width - below.width) / 2, middle.descent + gap + below.ascent});
      picture.width = width;
      return picture;
    }
    place(picture, middle, {0, 0});
    const bool simple = middle.height() <= style.size * 1.05;
    qreal up = simple ? style.size * 0.4 : middle.ascent - small.size * 0.35;
    qreal down = simple ? style.size * 0.2 : middle.descent + small.size * 0.1;
    up = std::max(up, above.descent + style.size * 0.26);
    down = std::max(down, below.ascent - style.size * 0.42);
    if (above.width > 0 && below.width > 0) {
      const qreal apart = (up - above.descent) + (down - below.ascent);
      down += std::max(0.0, style.size * 0.16 - apart);
    }
    const bool slanted = base.kind == Kind::Symbol && base.font == MathFont::Italic;
    const qreal integral = base.kind == Kind::Symbol && base.large && !base.limits ? middle.width * 0.25 : 0;
    if (above.width > 0) place(picture, above, {middle.width + style.size * (slanted ? 0.07 : 0.03), -up});
    if (below.width > 0) place(picture, below, {middle.width + style.size * 0.02 - integral, down});
    picture.width += style.size * 0.05;
    return picture;
  }

  MathPicture accent(const MathNode& one, const Style& style) {
    const MathPicture inner = node(one.children[0], style.inner());
    const qreal line = lineWidth(style.size), gap = style.size * 0.1;
    MathPicture picture;
    place(picture, inner, {0, 0});
    if (one.text == u"line") {
      picture.lines.append({0, -inner.ascent - gap - line, inner.width, line});
      picture.ascent += gap + line;
    } else if (one.text == u"under") {
      picture.lines.append({0, inner.descent + gap, inner.width, line});
      picture.descent += gap + line;
    } else if (one.text == u"brace" || one.text == u"underbrace") {
      brace(picture, inner, style, one.text == u"brace");
    } else {
      const MathPicture mark = glyph(one.text, MathFont::Upright, style.size);
      const qreal raised = inner.ascent - mark.ascent + mark.height() + gap * 0.6;
      MathPicture above = mark;
      place(picture, above, {std::max(0.0, (inner.width - mark.width) / 2 + style.size * 0.04), -raised});
      picture.width = std::max(inner.width, mark.width);
    }
    return picture;
  }

  static void brace(MathPicture& picture, const MathPicture& inner, const Style& style, bool above) {
    const qreal line = lineWidth(style.size), tall = style.size * 0.26, half = inner.width / 2;
    const qreal curve = std::min(tall / 2, half / 2), gap = style.size * 0.1;
    QPainterPath path;
    path.moveTo(0, tall);
    path.quadTo(0, tall / 2, curve, tall / 2);
    path.lineTo(half - curve, tall / 2);
    path.quadTo(half, tall / 2, half, 0);
    path.quadTo(half, tall / 2, half + curve, tall / 2);
    path.lineTo(inner.width - curve, tall / 2);
    path.quadTo(inner.width, tall / 2, inner.width, tall);
    QPainterPathStroker pen;
    pen.setWidth(line);
    QTransform where;
    where.translate(0, above ? -inner.ascent - gap - tall : inner.descent + gap + tall);
    if (!above) where.scale(1, -1);
    picture.shapes.append(where.map(pen.createStroke(path)));
    (above ? picture.ascent : picture.descent) += gap + tall;
  }

  MathPicture fenced(const MathNode& one, const Style& style) {
    const MathPicture inner = node(one.children[0], style);
    const qreal middle = axis(style.size);
    const qreal reach = std::max({inner.ascent - middle, inner.descent + middle, style.size * 0.5}) + style.size * 0.06;
    const MathPicture open = stretched(one.text, style.size, reach + middle, reach - middle);
    const MathPicture close = stretched(one.other, style.size, reach + middle, reach - middle);
    MathPicture picture;
    place(picture, open, {0, 0});
    place(picture, inner, {open.width, 0});
    place(picture, close, {open.width + inner.width, 0});
    picture.width = open.width + inner.width + close.width;
    return picture;
  }

  MathPicture grid(const MathNode& one, const Style& style) {
    const size_t columns = static_cast<size_t>(std::max(1, one.columns)), rows = one.children.size() / columns;
    const bool equations = one.other == u"rl";
    const Style cellStyle = equations ? style : style.inner();
    std::vector<MathPicture> cells;
    std::vector<qreal> widths(columns, 0), ascents(rows, style.size * 0.7), descents(rows, style.size * 0.25);
    for (size_t i = 0; i < rows * columns; ++i) {
      cells.push_back(node(one.children[i], cellStyle));
      widths[i % columns] = std::max(widths[i % columns], cells[i].width);
      ascents[i / columns] = std::max(ascents[i / columns], cells[i].ascent);
      descents[i / columns] = std::max(descents[i / columns], cells[i].descent);
    }
    const qreal rowGap = style.size * 0.32, columnGap = style.size * (equations ? 0.0 : 0.8);
    qreal total = rowGap * static_cast<qreal>(rows == 0 ? 0 : rows - 1);
    for (size_t r = 0; r < rows; ++r) total += ascents[r] + descents[r];
    MathPicture picture;
    qreal y = -total / 2 - axis(style.size);
    for (size_t r = 0; r < rows; ++r) {
      y += ascents[r];
      qreal x = 0;
      for (size_t c = 0; c < columns; ++c) {
        const MathPicture& cell = cells[r * columns + c];
        const QChar stands = one.other[static_cast<qsizetype>(c) % one.other.size()];
        const qreal room = widths[c] - cell.width;
        place(picture, cell, {x + (stands == u'c' ? room / 2 : stands == u'r' ? room : 0), y});
        x += widths[c];
        if (c + 1 < columns) x += equations ? (c % 2 == 0 ? style.size * 0.25 : style.size) : columnGap;
      }
      picture.width = std::max(picture.width, x);
      y += descents[r] + rowGap;
    }
    return picture;
  }
};

}  // namespace

void MathPicture::draw(QPainter& painter, QPointF baseline, const QColor& ink) const {
  painter.save();
  painter.translate(baseline);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(ink);
  for (const Glyphs& one : glyphs) {
    painter.setFont(one.font);
    painter.drawText(one.at, one.text);
  }
  for (const QRectF& line : lines) painter.fillRect(line, ink);
  for (const QPainterPath& shape : shapes) painter.fillPath(shape, ink);
  painter.restore();
}

MathPicture layoutMath(const MathNode& formula, qreal pixelSize, bool display) {
  return Layouter().node(formula, {pixelSize, display, 0});
}

MathPicture mathPicture(const QString& tex, qreal pixelSize, bool display) {
  const std::optional<MathNode> formula = parseMath(tex);
  return formula ? layoutMath(*formula, pixelSize, display) : MathPicture();
}

}  // namespace ui
