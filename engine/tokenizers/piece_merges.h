// Merges of a vocabulary that states scores of pieces instead of merges: two neighbours merge when their texts together
// are a piece, the highest score first.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizers/merge_table.h"
#include "engine/tokenizers/vocabulary.h"

namespace engine {

struct PieceMerges {
  MergeTable table;
  /// Characters that are no piece but parts of pieces. They have ids from the vocabulary's size on, so that they can
  /// merge.
  std::unordered_map<char32_t, TokenId> partChars;

  /// Damaged when a score is not a number.
  static Result<PieceMerges> fromScores(const Vocabulary& vocabulary, std::span<const float> scores);
};

}  // namespace engine
