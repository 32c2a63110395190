// Regular expressions from model files, run by PCRE2 under limits.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizers/scanner.h"

namespace engine {

/// A compiled pattern; shared freely between threads.
class SplitPattern {
 public:
  /// Unsupported when the pattern is too long, does not compile, or uses what PCRE2 reads otherwise than Oniguruma,
  /// the engine that tokenizer.json was written for.
  static Result<SplitPattern> compile(const std::string& pattern);

  /// Appends every non-empty match inside text[whole.begin, whole.end), in order. Bytes that are no UTF-8 never match
  /// and bound the text around them. Fails when the pattern exceeds its match or time limit.
  Result<void> matches(std::string_view text, TextPiece whole, std::vector<TextPiece>& out) const;

 private:
  struct Code;
  std::shared_ptr<const Code> m_code;
};

}  // namespace engine
