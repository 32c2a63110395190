#include "app/cli/bench_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "app/cli/bench_run.h"
#include "engine/text.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Medians of one row.
struct Row {
  double tokensPerSecond = 0, meanContext = 0;
  double limit = 0;  ///< of the machine, around the runs
};

/// Runs between measurements: limit, run, limit, run, limit.
engine::Result<Row> measure(uint32_t rounds, const std::function<double()>& limit, std::vector<double>& allLimits,
                            const std::function<engine::Result<BenchResult>()>& run) {
  Row row;
  std::vector<double> speeds, limits = {limit()};
  for (uint32_t round = 0; round < rounds; ++round) {
    ENGINE_ASSIGN_OR_RETURN(const BenchResult result, run());
    speeds.push_back(result.tokensPerSecond);
    row.meanContext = result.meanContext;
    limits.push_back(limit());
  }
  row.tokensPerSecond = median(speeds);
  row.limit = median(limits);
  allLimits.insert(allLimits.end(), limits.begin(), limits.end());
  return row;
}

/// Weights that every token of a prompt is multiplied with: all but the embedding and the head.
double promptWeights(const engine::ModelInfo& model) {
  const double table = static_cast<double>(model.vocabSize) * model.hiddenSize;
  return std::max(0.0, static_cast<double>(model.parameters) - (model.tiedHead ? 1 : 2) * table);
}

double share(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

engine::Result<Json> runBenchPlan(engine::Engine& engine, MachineLimits& limits, const BenchPlan& plan, bool people) {
  const engine::EngineFacts& facts = engine.facts();
  const double weightBytes = static_cast<double>(facts.plan.weightBytesPerToken);
  const double kvBytes = static_cast<double>(facts.plan.kvBytesPerToken);
  std::vector<double> reads, products;
  Json decodeRows = Json::array(), prefillRows = Json::array();
  if (people) {
    fmt::print("{}, {}, {}\n{}\n", facts.model.modelId, facts.model.weightType, facts.computeType, facts.deviceReason);
    fmt::print("load {} in {:.2f} s; weights {} a step; medians of {} rounds\n",
               engine::formatBytes(facts.model.weightBytes), facts.loadSeconds,
               engine::formatBytes(facts.plan.weightBytesPerToken), plan.rounds);
  }

  for (const uint32_t context : plan.context) {
    for (const uint32_t sequences : plan.sequences) {
      const DecodeShape shape{.context = context, .tokens = plan.decode, .sequences = sequences};
      ENGINE_ASSIGN_OR_RETURN(const Row row, measure(
                                                 plan.rounds, [&] { return limits.measureRead(); }, reads,
                                                 [&] { return benchDecode(engine, shape); }));
      const double bytes = weightBytes + sequences * kvBytes * row.meanContext;
      const double stepSeconds = sequences / row.tokensPerSecond;
      const double part = share(bytes / stepSeconds, row.limit);
      decodeRows.push_back({{"context", context},
                            {"sequences", sequences},
                            {"tokens_per_s", row.tokensPerSecond},
                            {"step_ms", stepSeconds * 1e3},
                            {"bytes_per_step", bytes},
                            {"read_gb_s", row.limit / 1e9},
                            {"share", part}});
      if (!people) continue;
      fmt::print(
          "decode  context {:>5}, {:>3} sequences: {:>8.1f} tok/s, {:>7.2f} ms a step, {:>5.1f} GB/s, {:>3.0f} % of "
          "the read stream of {:.1f} GB/s\n",
          context, sequences, row.tokensPerSecond, stepSeconds * 1e3, bytes / stepSeconds / 1e9, part * 100,
          row.limit / 1e9);
    }
  }

  const auto format = formatOfWeightType(facts.model.weightType);
  const kernels::Precision precision =
      facts.options.dtype == engine::DTypeChoice::Float32 ? kernels::Precision::Exact : kernels::Precision::Fast;
  if (format) ENGINE_RETURN_IF_ERROR(limits.prepareProducts(*format, precision));
  for (const uint32_t tokens : plan.prefill) {
    ENGINE_ASSIGN_OR_RETURN(const Row row, measure(
                                               plan.rounds, [&] { return limits.measureProducts(); }, products,
                                               [&] { return benchPrefill(engine, tokens); }));
    // Each product is a multiplication and an addition.
    const double operations = 2.0 * promptWeights(facts.model) * row.tokensPerSecond;
    const double part = share(operations, row.limit);
    prefillRows.push_back({{"tokens", tokens},
                           {"tokens_per_s", row.tokensPerSecond},
                           {"gop_per_s", operations / 1e9},
                           {"product_gop_s", row.limit / 1e9},
                           {"share", part}});
    if (!people) continue;
    fmt::print("prefill {:>5} tokens: {:>8.1f} tok/s, {:.0f} GOP/s, {:.0f} % of the product rate of {:.0f} GOP/s\n",
               tokens, row.tokensPerSecond, operations / 1e9, part * 100, row.limit / 1e9);
  }

  Json read = {{"read_gb_s", median(reads) / 1e9}, {"weight_bytes_per_step", facts.plan.weightBytesPerToken}};
  if (!reads.empty()) {
    read["read_gb_s_least"] = *std::min_element(reads.begin(), reads.end()) / 1e9;
    read["read_gb_s_most"] = *std::max_element(reads.begin(), reads.end()) / 1e9;
  }
  if (format) {
    read["product_format"] = kernels::weightFormatInfo(*format).name;
    read["product_gop_s"] = median(products) / 1e9;
  }
  return Json{{"device", facts.device + ": " + facts.deviceReason},
              {"model", facts.model.modelId},
              {"weight_type", facts.model.weightType},
              {"compute", facts.computeType},
              {"rounds", plan.rounds},
              {"limits", read},
              {"decode", decodeRows},
              {"prefill", prefillRows},
              {"load", {{"bytes", facts.model.weightBytes}, {"seconds", facts.loadSeconds}}}};
}

}  // namespace app::cli
