// The list of architectures that the decoder runs. A new one is a file of this folder and a line in registry.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/models/description.h"
#include "engine/models/field_reader.h"
#include "engine/result.h"

namespace engine {

class ModelSource;

/// One architecture: how its files are recognised, read and named.
struct Architecture {
  std::string_view family;
  std::span<const std::string_view> classes;  ///< config.json's "architectures"
  std::string_view gguf;                      ///< "general.architecture"; empty = not published as GGUF
  TensorNames names, ggufNames;
  // Problems are left in the reader.
  DecoderConfig (*fromConfig)(ConfigFields& fields);
  DecoderConfig (*fromGguf)(GgufFields& fields);
};

/// Every architecture that this build runs.
std::span<const Architecture* const> architectures();

/// A model's numbers, and the names of its tensors.
struct ModelDescription {
  const Architecture* architecture = nullptr;
  DecoderConfig config;
  const TensorNames* names = nullptr;
};

/// The name by which the files call their architecture: "LlamaForCausalLM", GGUF "llama". Empty when they do not say.
std::string architectureName(const ModelSource& source);
/// Reads the description. Unsupported names the architecture; InvalidArgument holds every problem with a field.
Result<ModelDescription> describeModel(const ModelSource& source);

}  // namespace engine
