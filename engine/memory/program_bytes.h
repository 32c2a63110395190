// What a model's largest step program takes on a backend, asked without loading the model.
#pragma once

#include <cstdint>

#include "engine/decoder/decoder.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

/// Bytes of buffers and scratch of the program of this shape. Creates (empty) weights on `scratch`, which is to be
/// thrown away afterwards; layers that look alike are asked about once.
Result<uint64_t> programBytes(const DecoderConfig& config, const WeightPlan& plan, const ProgramShape& shape,
                              kernels::Backend& scratch);

}  // namespace engine
