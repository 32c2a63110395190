#include "engine/tokenizers/added_tokens.h"

#include <algorithm>

#include "engine/unicode_class.h"
#include "engine/utf8.h"

namespace engine {
namespace {

/// The code point that ends at `end`, or U+FFFD.
char32_t codePointBefore(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<uint8_t>(text[begin]) & 0xC0) == 0x80) --begin;
  const Utf8Step step = nextUtf8(text, begin);
  return step.kind == Utf8Kind::Valid && begin + step.length == end ? step.codePoint : 0xFFFD;
}

size_t lengthBefore(char32_t codePoint) {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

bool betweenWords(std::string_view text, size_t begin, size_t end) {
  if (begin > 0 && isWordChar(codePointBefore(text, begin))) return false;
  return end == text.size() || !isWordChar(nextUtf8(text, end).codePoint);
}

bool isBlank(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = nextUtf8(text, at);
    if (!isWhiteSpace(step.codePoint)) return false;
    at += step.length;
  }
  return true;
}

}  // namespace

void AddedTokenMatcher::add(AddedToken token) {
  if (token.text.empty() || token.text.size() > kMaxAddedToken) return;
  uint32_t node = 0;
  for (const char c : token.text) {
    const auto byte = static_cast<uint8_t>(c);
    const auto [child, added] = m_nodes[node].children.try_emplace(byte, static_cast<uint32_t>(m_nodes.size()));
    node = child->second;
    if (added) m_nodes.emplace_back();
  }
  if (m_nodes[node].token >= 0) return;
  m_nodes[node].token = static_cast<int32_t>(m_tokens.size());
  m_starts[static_cast<uint8_t>(token.text[0])] = true;
  if (!token.special) m_anyPlain = true;
  m_tokens.push_back(std::move(token));
}

AddedTokenMatcher::Match AddedTokenMatcher::longest(std::string_view text, size_t position, size_t scaffoldEnd,
                                                    std::span<const TokenId> markers) const {
  Match found;
  uint32_t node = 0;
  for (size_t at = position; at < text.size(); ++at) {
    const auto child = m_nodes[node].children.find(static_cast<uint8_t>(text[at]));
    if (child == m_nodes[node].children.end()) break;
    node = child->second;
    if (m_nodes[node].token < 0) continue;
    const AddedToken& token = m_tokens[static_cast<size_t>(m_nodes[node].token)];
    const bool inScaffold = at < scaffoldEnd;
    const bool guarded = token.special || std::binary_search(markers.begin(), markers.end(), token.id);
    if (inScaffold || !guarded) found = {&token, at + 1};
  }
  return found;
}

std::vector<TokenId> AddedTokenMatcher::markersIn(std::string_view text, std::span<const TextRange> scaffold) const {
  std::vector<TokenId> markers;
  for (const TextRange& range : scaffold) {
    const std::string_view part = text.substr(0, range.end);
    for (size_t at = range.begin; at < range.end;) {
      const Match match = m_starts[static_cast<uint8_t>(part[at])] ? longest(part, at, range.end, {}) : Match{};
      if (match.token != nullptr && !match.token->special && !isBlank(match.token->text)) {
        markers.push_back(match.token->id);
      }
      at = match.token != nullptr ? match.end : at + 1;
    }
  }
  std::sort(markers.begin(), markers.end());
  markers.erase(std::unique(markers.begin(), markers.end()), markers.end());
  return markers;
}

void AddedTokenMatcher::cut(std::string_view text, std::span<const TextRange> scaffold,
                            std::vector<TextCut>& out) const {
  std::vector<TokenId> markers;
  const bool allScaffold = scaffold.size() == 1 && scaffold[0].begin == 0 && scaffold[0].end >= text.size();
  if (m_anyPlain && !allScaffold) markers = markersIn(text, scaffold);
  size_t done = 0;   // what comes before is cut
  size_t range = 0;  // first range that ends after `at`
  for (size_t at = 0; at < text.size();) {
    if (!m_starts[static_cast<uint8_t>(text[at])]) {
      ++at;
      continue;
    }
    while (range < scaffold.size() && scaffold[range].end <= at) ++range;
    const size_t scaffoldEnd = range < scaffold.size() && scaffold[range].begin <= at ? scaffold[range].end : 0;
    const Match match = longest(text, at, scaffoldEnd, markers);
    if (match.token == nullptr) {
      ++at;
      continue;
    }
    size_t begin = at, end = match.end;
    at = end;
    if (match.token->singleWord && !betweenWords(text, begin, end)) continue;
    if (match.token->leftStrip) {
      while (begin > done) {
        const char32_t before = codePointBefore(text, begin);
        if (!isWhiteSpace(before) || begin - done < lengthBefore(before)) break;
        begin -= lengthBefore(before);
      }
    }
    if (match.token->rightStrip) {
      while (end < text.size()) {
        const Utf8Step step = nextUtf8(text, end);
        if (step.kind != Utf8Kind::Valid || !isWhiteSpace(step.codePoint)) break;
        end += step.length;
      }
    }
    if (begin > done) out.push_back({done, begin, -1});
    out.push_back({begin, end, match.token->id});
    done = at = end;
  }
  if (done < text.size()) out.push_back({done, text.size(), -1});
}

}  // namespace engine
