// Formulas in a text, taken out before Markdown reads it, so that its stars and underscores stay theirs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ui {

struct MathSpan {
  std::string source;  ///< with its delimiters
  bool display = false;
};

/// The text with a mark in place of each formula, and the formulas. Marks are made of non-characters; those that came
/// with the text become U+FFFD.
struct TextWithoutMath {
  std::string text;
  std::vector<MathSpan> spans;
};

/// Finds `$...$`, `$$...$$`, `\(...\)`, `\[...\]` and `\begin{equation}` and the like, outside of code. Prices are no
/// formulas. Linear in the length of the text.
TextWithoutMath takeMath(std::string_view text);

/// One mark begins with kMathMark, then the formula's index in digits, then kMathMarkEnd.
inline constexpr std::string_view kMathMark = "\xef\xb7\x90", kMathMarkEnd = "\xef\xb7\x91";
/// A formula without its delimiters.
std::string_view bareMath(std::string_view source);

}  // namespace ui
