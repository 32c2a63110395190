// A formula as a tree.
#pragma once

#include <QString>
#include <vector>

namespace ui {

/// What stands beside each other decides the space between.
enum class MathClass : quint8 { Ordinary, Operator, Binary, Relation, Opening, Closing, Punctuation };
enum class MathFont : quint8 { Italic, Upright, Bold, Double, Script, Fraktur, Text, Mono };

struct MathNode {
  enum class Kind : quint8 {
    Row,       ///< children beside each other
    Symbol,    ///< `text` in `font`
    Space,     ///< `amount` em
    Fraction,  ///< two children; `amount` 0: without a bar
    Root,      ///< one child, or two: what and which root
    Scripts,   ///< base, below, above; absent ones are empty rows
    Accent,    ///< `text` over its child; "line", "under", "brace", "underbrace" are drawn
    Fenced,    ///< its child between `text` and `other`, as tall as it
    Grid,      ///< `columns` a row, row by row; `other` says how columns stand ("l", "c", "r")
  };
  Kind kind = Kind::Row;
  MathClass spacing = MathClass::Ordinary;
  MathFont font = MathFont::Italic;
  QString text, other;
  double amount = 0;
  int columns = 0;
  bool large = false;   ///< an operator that grows where there is room
  bool limits = false;  ///< its scripts stand below and above where there is room
  std::vector<MathNode> children;
};

}  // namespace ui
