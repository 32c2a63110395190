// What a model's step programs take on a backend, asked without loading the model.
#pragma once

#include <cstdint>
#include <span>

#include "engine/decoder/decoder.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

/// Bytes of buffers and scratch of the largest of the programs of these shapes: programs of one backend share them.
/// Creates (empty) weights on `scratch`, which is to be thrown away afterwards; layers that look alike are asked about
/// once.
Result<uint64_t> programBytes(const DecoderConfig& config, const WeightPlan& plan, std::span<const ProgramShape> shapes,
                              kernels::Backend& scratch);

}  // namespace engine
