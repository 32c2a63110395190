// Checks a step program before anything is allocated for it: every id exists, every shape and format fits its op.
#pragma once

#include "kernels/check/weight_table.h"
#include "kernels/program.h"
#include "kernels/status.h"

namespace kernels {

/// InvalidArgument or Unsupported with the op, the names and the numbers.
Status checkProgram(const Program& program, const WeightTable& weights);
/// Whether the cache has the layers, heads and dimensions that the program's ops name.
Status checkProgramCache(const Program& program, const KvCacheDesc& cache);
/// Whether all rows of the program's weights have arrived.
Status checkWeightsWritten(const Program& program, const WeightTable& weights);

}  // namespace kernels
