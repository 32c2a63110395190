// Cuts a text into the words that byte-pair encoding never merges across: a chain of splits, each over the pieces of
// the one before.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizers/pattern.h"
#include "engine/tokenizers/scanner.h"

namespace engine {

/// What becomes of the matches of a split (tokenizer.json's `behavior`).
enum class SplitBehavior { Isolated, Removed, MergedWithPrevious, MergedWithNext, Contiguous };

class PreTokenizer {
 public:
  /// A split by a regular expression; the known ones get a scanner, unless `plain`.
  Result<void> addPattern(const std::string& pattern, SplitBehavior behavior = SplitBehavior::Isolated,
                          bool invert = false, bool plain = false);
  /// A split by a text that is meant literally.
  Result<void> addLiteral(std::string text, SplitBehavior behavior, bool invert);
  /// Every number character by itself, or runs of them.
  void addDigits(bool individual);

  /// Appends the pieces of `text` in order. Texts are below 4 GiB.
  Result<void> split(std::string_view text, std::vector<TextPiece>& out) const;

 private:
  enum class Kind { Scan, Pattern, Literal, Digits, DigitRuns };
  struct Step {
    Kind kind = Kind::Scan;
    ScanPattern scan = ScanPattern::Gpt2;
    std::optional<SplitPattern> pattern;
    std::string literal;
    SplitBehavior behavior = SplitBehavior::Isolated;
    bool invert = false;
  };
  static Result<void> apply(const Step& step, std::string_view text, TextPiece piece, std::vector<TextPiece>& matches,
                            std::vector<TextPiece>& out);

  std::vector<Step> m_steps;
};

}  // namespace engine
