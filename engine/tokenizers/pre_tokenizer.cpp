#include "engine/tokenizers/pre_tokenizer.h"

#include <utility>

#include "engine/unicode_class.h"
#include "engine/utf8.h"

namespace engine {
namespace {

constexpr size_t kMaxSteps = 32;

void findLiteral(std::string_view text, TextPiece piece, const std::string& literal, std::vector<TextPiece>& out) {
  const std::string_view part = text.substr(0, piece.end);
  for (size_t at = part.find(literal, piece.begin); at != std::string_view::npos;
       at = part.find(literal, at + literal.size())) {
    out.push_back({static_cast<uint32_t>(at), static_cast<uint32_t>(at + literal.size())});
  }
}

void findNumbers(std::string_view text, TextPiece piece, bool individual, std::vector<TextPiece>& out) {
  const std::string_view part = text.substr(0, piece.end);
  bool inRun = false;
  for (uint32_t at = piece.begin; at < piece.end;) {
    const Utf8Step step = nextUtf8(part, at);
    const bool number = step.kind == Utf8Kind::Valid && charClass(step.codePoint) == CharClass::Number;
    if (number && inRun && !individual) {
      out.back().end = at + step.length;
    } else if (number) {
      out.push_back({at, at + step.length});
    }
    inRun = number;
    at += step.length;
  }
}

/// Pieces of `whole` from the matches in it and the gaps between them.
void cut(TextPiece whole, const std::vector<TextPiece>& matches, SplitBehavior behavior, bool invert,
         std::vector<TextPiece>& out) {
  const size_t first = out.size();
  bool previousMatched = false;
  const auto add = [&](TextPiece piece, bool matched) {
    if (piece.begin == piece.end) return;
    matched = matched != invert;
    const bool empty = out.size() == first;
    switch (behavior) {
      case SplitBehavior::Isolated:
        out.push_back(piece);
        break;
      case SplitBehavior::Removed:
        if (!matched) out.push_back(piece);
        break;
      case SplitBehavior::MergedWithPrevious:
        if (matched && !previousMatched && !empty) {
          out.back().end = piece.end;
        } else {
          out.push_back(piece);
        }
        break;
      case SplitBehavior::MergedWithNext:
        // A match reaches to the end of what follows it; of two matches in a row the later one does.
        if (!matched && previousMatched && !empty) {
          out.back().end = piece.end;
        } else {
          out.push_back(piece);
        }
        break;
      case SplitBehavior::Contiguous:
        if (matched == previousMatched && !empty) {
          out.back().end = piece.end;
        } else {
          out.push_back(piece);
        }
        break;
    }
    previousMatched = matched;
  };
  uint32_t at = whole.begin;
  for (const TextPiece& match : matches) {
    add({at, match.begin}, false);
    add(match, true);
    at = match.end;
  }
  add({at, whole.end}, false);
}

}  // namespace

Result<void> PreTokenizer::addPattern(const std::string& pattern, SplitBehavior behavior, bool invert, bool plain) {
  if (m_steps.size() >= kMaxSteps) return Error{ErrorCode::Unsupported, "the pre-tokenizer has more than 32 steps"};
  Step step;
  step.behavior = behavior;
  step.invert = invert;
  for (const ScanPattern known : {ScanPattern::Llama3, ScanPattern::Qwen2, ScanPattern::Gpt2}) {
    // The scanners' pieces are all matches and cover the text, so only these two ways of cutting keep them apart.
    const bool keepsPieces = behavior == SplitBehavior::Isolated || (behavior == SplitBehavior::Removed && invert);
    if (plain || !keepsPieces || patternText(known) != pattern) continue;
    step.scan = known;
    m_steps.push_back(std::move(step));
    return {};
  }
  step.kind = Kind::Pattern;
  ENGINE_ASSIGN_OR_RETURN(step.pattern, SplitPattern::compile(pattern));
  m_steps.push_back(std::move(step));
  return {};
}

Result<void> PreTokenizer::addLiteral(std::string text, SplitBehavior behavior, bool invert) {
  if (m_steps.size() >= kMaxSteps) return Error{ErrorCode::Unsupported, "the pre-tokenizer has more than 32 steps"};
  if (text.empty()) return Error{ErrorCode::Unsupported, "the pre-tokenizer splits by an empty text"};
  Step step;
  step.kind = Kind::Literal;
  step.literal = std::move(text);
  step.behavior = behavior;
  step.invert = invert;
  m_steps.push_back(std::move(step));
  return {};
}

void PreTokenizer::addDigits(bool individual) {
  Step step;
  step.kind = individual ? Kind::Digits : Kind::DigitRuns;
  m_steps.push_back(std::move(step));
}

Result<void> PreTokenizer::apply(const Step& step, std::string_view text, TextPiece piece,
                                 std::vector<TextPiece>& matches, std::vector<TextPiece>& out) {
  if (step.kind == Kind::Scan) {
    scanPieces(step.scan, text, piece, out);
    return {};
  }
  matches.clear();
  if (step.kind == Kind::Pattern) {
    ENGINE_RETURN_IF_ERROR(step.pattern->matches(text, piece, matches));
  } else if (step.kind == Kind::Literal) {
    findLiteral(text, piece, step.literal, matches);
  } else {
    findNumbers(text, piece, step.kind == Kind::Digits, matches);
  }
  cut(piece, matches, step.behavior, step.invert, out);
  return {};
}

Result<void> PreTokenizer::split(std::string_view text, std::vector<TextPiece>& out) const {
  if (text.empty()) return {};
  const TextPiece whole{0, static_cast<uint32_t>(text.size())};
  std::vector<TextPiece> matches;
  if (m_steps.empty()) {
    out.push_back(whole);
    return {};
  }
  if (m_steps.size() == 1) return apply(m_steps[0], text, whole, matches, out);
  std::vector<TextPiece> before{whole}, after;
  for (const Step& step : m_steps) {
    after.clear();
    for (const TextPiece& piece : before) ENGINE_RETURN_IF_ERROR(apply(step, text, piece, matches, after));
    std::swap(before, after);
  }
  out.insert(out.end(), before.begin(), before.end());
  return {};
}

}  // namespace engine
