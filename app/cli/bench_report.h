// The rows of `hearth-cli bench`: runs between measurements of the machine, medians and shares.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "app/cli/bench_limits.h"
#include "engine/engine.h"

namespace app::cli {

/// Empty lists mean what fillDefaults() puts there.
struct BenchPlan {
  std::vector<uint32_t> prefill, context, sequences;
  std::vector<uint32_t> throughput;  ///< sequences at once, each of kThroughputPrompt tokens in and `decode` out
  std::vector<uint32_t> cached;      ///< prompt lengths whose first tenths are read again
  uint32_t decode = 128;
  uint32_t rounds = 3;

  static constexpr uint32_t kThroughputPrompt = 128;

  void fillDefaults(bool onGpu);
  /// Cuts lengths that nobody asked for down to what a context of the model holds.
  void fitDefaults(uint32_t contextLength);
  /// Most sequences of any row.
  uint32_t mostSequences() const;

 private:
  bool m_ownPrefill = false, m_ownContext = false, m_ownCached = false;
};

/// Runs the plan and gives the report as one document; `people` prints its rows as they come. Limits come first. Shares
/// are of the read stream (decode) and of the product rate (prefill) measured right before and after each run; on a GPU
/// the product rate is that of the model's own shapes.
engine::Result<nlohmann::ordered_json> runBenchPlan(engine::Engine& engine, MachineLimits& limits,
                                                    const BenchPlan& plan, bool people);

}  // namespace app::cli
