// Reading vocabulary and merges of byte-pair encodings from JSON and text files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/result.h"
#include "engine/tokenizers/merge_table.h"
#include "engine/tokenizers/vocabulary.h"

namespace engine {

/// An object of spellings and ids.
Result<void> readVocabulary(const nlohmann::json& object, Vocabulary& out);

/// An array of merges: texts "left right" or pairs.
Result<void> readMerges(const nlohmann::json& array, const Vocabulary& vocabulary, MergeTable& out);

/// Lines "left right"; a first line that begins with #version is skipped.
Result<void> readMergeLines(std::string_view text, const Vocabulary& vocabulary, MergeTable& out);

/// One merge; Damaged when a part or the whole is no token.
Result<void> addMerge(std::string_view left, std::string_view right, size_t rank, const Vocabulary& vocabulary,
                      MergeTable& out);

}  // namespace engine
