// The rows of `hearth-cli bench`: runs between measurements of the machine, medians and shares.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "app/cli/bench_limits.h"
#include "engine/engine.h"

namespace app::cli {

struct BenchPlan {
  std::vector<uint32_t> prefill = {512}, context = {0}, sequences = {1, 4, 16};
  uint32_t decode = 128;
  uint32_t rounds = 3;
};

/// Runs the plan and gives the report as one document; `people` prints its rows as they come. Shares are of the read
/// stream (decode) and of the product rate (prefill) measured right before and after each run.
engine::Result<nlohmann::ordered_json> runBenchPlan(engine::Engine& engine, MachineLimits& limits,
                                                    const BenchPlan& plan, bool people);

}  // namespace app::cli
