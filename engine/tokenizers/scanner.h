// Hand-written forms of the regular expressions that nearly all byte-level vocabularies were trained with: one pass,
// no backtracking.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace engine {

/// A stretch of the text being split, in bytes.
struct TextPiece {
  uint32_t begin = 0, end = 0;
};

enum class ScanPattern {
  Llama3,  ///< contractions, words with one leading mark, numbers of up to three digits, punctuation with newlines
  Qwen2,   ///< the same with single digits
  Gpt2,    ///< contractions, words, numbers and punctuation, each with one leading space
};

/// The regular expression that a scanner stands for.
std::string_view patternText(ScanPattern pattern);

/// Appends the pieces of text[begin, end) in order; together they cover it. Invalid UTF-8 counts as punctuation.
void scanPieces(ScanPattern pattern, std::string_view text, TextPiece whole, std::vector<TextPiece>& out);

}  // namespace engine
