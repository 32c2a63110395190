// What Llama-like architectures read alike from their files.
#pragma once

#include "engine/models/description.h"
#include "engine/models/field_reader.h"

namespace engine {

/// Names of tensors as Llama's project and its many followers publish them, and as GGUF calls them.
const TensorNames& llamaNames();
const TensorNames& ggufNames();

/// Sizes, heads, norm, context length, tied head, special ids from config.json.
void readCommonConfig(ConfigFields& fields, DecoderConfig& config);
/// rope_theta with rope_scaling, or rope_parameters. Rotates `dims` leading dims.
void readRope(ConfigFields& fields, uint32_t dims, DecoderConfig& config);
/// The same from GGUF metadata. The style is the architecture's own.
void readCommonGguf(GgufFields& fields, kernels::RopeStyle style, DecoderConfig& config);
/// Refuses what changes the arithmetic and is not in our description; says which field.
void refuseUnlessSilu(ConfigFields& fields);

}  // namespace engine
