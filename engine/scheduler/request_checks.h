// What makes a request impossible, found before it is queued.
#pragma once

#include <cstdint>
#include <optional>

#include "engine/generation.h"

namespace engine {

/// Longest stop string in bytes. Longer ones could match only in answers longer than most contexts.
inline constexpr size_t kLongestStop = 64u << 10;

/// The first thing wrong with a request for an engine of this vocabulary and context, or nothing.
std::optional<Error> checkRequest(const GenerationRequest& request, uint32_t nVocab, uint32_t contextLength);

}  // namespace engine
