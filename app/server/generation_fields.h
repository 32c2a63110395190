// The fields that both completion endpoints share.
#pragma once

#include <string>

#include "app/server/exchange.h"
#include "app/server/request_fields.h"
#include "engine/engine.h"

namespace app {

struct GenerationFields {
  engine::GenerationRequest request;  ///< without its prompt
  bool stream = false, includeUsage = false;
};

/// Reads everything but prompt and logprobs; problems are collected.
GenerationFields readGenerationFields(FieldReader& reader, FieldProblems& problems, const engine::Engine& engine);
/// Adds the range violations of the sampling parameters; call when all of them are read.
void checkSampling(const engine::SamplingParams& sampling, const engine::Engine& engine, FieldProblems& problems);

/// The refusal of a model that is not the loaded one, if it is not.
std::optional<ApiError> checkModel(FieldReader& reader, const Exchange& exchange, const engine::Engine& engine);
/// True when `name` means the loaded model.
bool namesModel(std::string_view name, const Exchange& exchange, const engine::Engine& engine);

}  // namespace app
