#include "engine/tokenizers/piece_merges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "engine/utf8.h"

namespace engine {
namespace {

/// Longest piece that is taken apart into pairs; the work for one is quadratic in it.
constexpr size_t kMaxMergedPiece = 256;

bool merges(TokenKind kind) {
  return kind == TokenKind::Normal || kind == TokenKind::UserDefined;
}

}  // namespace

Result<PieceMerges> PieceMerges::fromScores(const Vocabulary& vocabulary, std::span<const float> scores) {
  std::vector<float> distinct;
  distinct.reserve(scores.size());
  for (size_t i = 0; i < scores.size(); ++i) {
    if (std::isnan(scores[i])) return Error{ErrorCode::Damaged, fmt::format("the score of token {} is no number", i)};
    if (merges(vocabulary.kind(static_cast<TokenId>(i)))) distinct.push_back(scores[i]);
  }
  std::sort(distinct.begin(), distinct.end(), std::greater<>());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto rankOf = [&](float score) {
    return static_cast<uint32_t>(std::lower_bound(distinct.begin(), distinct.end(), score, std::greater<>()) -
                                 distinct.begin());
  };

  PieceMerges out;
  const auto partId = [&](std::string_view part, char32_t codePoint, bool isChar) -> TokenId {
    const TokenId id = vocabulary.find(part);
    if (id >= 0 && merges(vocabulary.kind(id))) return id;
    if (!isChar) return -1;
    const auto next = static_cast<TokenId>(vocabulary.size() + out.partChars.size());
    return out.partChars.try_emplace(codePoint, next).first->second;
  };
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const std::string_view piece = vocabulary.spelling(id);
    if (!merges(vocabulary.kind(id)) || piece.size() > kMaxMergedPiece || vocabulary.find(piece) != id) continue;
    const uint32_t rank = rankOf(scores[i]);
    for (size_t at = 0; at < piece.size();) {
      const Utf8Step step = nextUtf8(piece, at);
      const size_t begin = at;
      at += step.length;
      if (begin != 0) {
        const Utf8Step first = nextUtf8(piece, 0), last = nextUtf8(piece, begin);
        const TokenId left = partId(piece.substr(0, begin), first.codePoint, first.length == begin);
        const TokenId right = partId(piece.substr(begin), last.codePoint, begin + last.length == piece.size());
        if (left >= 0 && right >= 0) out.table.set(left, right, {rank, id});
      }
    }
  }
  return out;
}

}  // namespace engine
