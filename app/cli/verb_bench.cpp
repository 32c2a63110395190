// bench: decode, prefill and concurrent throughput through the real engine, with bytes moved and the share of what the
// machine was measured to be able to.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/cli/bench_run.h"
#include "app/cli/verb.h"
#include "engine/text.h"
#include "kernels/backend.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Larger than any cache, small against the memory of any machine that runs a model.
constexpr uint64_t kReadStreamBytes = 512ull << 20;

engine::Result<double> measureRead(const engine::EngineOptions& options) {
  std::unique_ptr<kernels::Backend> backend;
  ENGINE_RETURN_IF_BAD_STATUS(kernels::createCpuBackend({.nThreads = options.nThreads}, &backend));
  return backend->measureReadBandwidth(kReadStreamBytes);
}

struct Plan {
  std::vector<uint32_t> prefill = {512}, context = {0}, sequences = {1, 4, 16};
  uint32_t decode = 128, rounds = 1;
};

int report(const engine::EngineFacts& facts, engine::Engine& engine, const Plan& plan, double readBytes, bool json) {
  const double weightBytes = static_cast<double>(facts.plan.weightBytesPerToken);
  const double kvBytes = static_cast<double>(facts.plan.kvBytesPerToken);
  Json out = {{"device", facts.device + ": " + facts.deviceReason},
              {"model", facts.model.modelId},
              {"weight_type", facts.model.weightType},
              {"compute", facts.computeType},
              {"limits", {{"read_gb_s", readBytes / 1e9}, {"weight_bytes_per_step", facts.plan.weightBytesPerToken}}},
              {"decode", Json::array()},
              {"prefill", Json::array()},
              {"load", {{"bytes", facts.model.weightBytes}, {"seconds", facts.loadSeconds}}}};
  if (!json) {
    fmt::print("{}, {}, {}\n{}\n", facts.model.modelId, facts.model.weightType, facts.computeType, facts.deviceReason);
    fmt::print("read stream {:.1f} GB/s, weights {} a step: at most {:.0f} steps/s\n", readBytes / 1e9,
               engine::formatBytes(facts.plan.weightBytesPerToken), readBytes / weightBytes);
    fmt::print("load {} in {:.2f} s\n", engine::formatBytes(facts.model.weightBytes), facts.loadSeconds);
  }
  for (const uint32_t context : plan.context) {
    for (const uint32_t sequences : plan.sequences) {
      const auto run =
          benchDecode(engine, {.context = context, .tokens = plan.decode, .sequences = sequences}, plan.rounds);
      if (!run.ok()) return fail(run.error());
      // The cache read grows while decoding: the middle of the run stands for it.
      const double bytes = weightBytes + sequences * kvBytes * run->meanContext;
      const double stepSeconds = sequences / run->tokensPerSecond;
      const double share = bytes / stepSeconds / readBytes;
      out["decode"].push_back({{"context", context},
                               {"sequences", sequences},
                               {"tokens_per_s", run->tokensPerSecond},
                               {"step_ms", stepSeconds * 1e3},
                               {"bytes_per_step", bytes},
                               {"share", share}});
      if (json) continue;
      fmt::print(
          "decode  context {:>5}, {:>3} sequences: {:>8.1f} tok/s, {:>7.2f} ms a step, {:>5.1f} GB/s, {:>3.0f} % of "
          "the read stream\n",
          context, sequences, run->tokensPerSecond, stepSeconds * 1e3, bytes / stepSeconds / 1e9, share * 100);
    }
  }
  for (const uint32_t tokens : plan.prefill) {
    const auto run = benchPrefill(engine, tokens, plan.rounds);
    if (!run.ok()) return fail(run.error());
    // Each product is a multiplication and an addition; one weight takes part in one of each a token.
    const double operations = 2.0 * static_cast<double>(facts.model.parameters) * run->tokensPerSecond;
    const double share = weightBytes * run->steps * run->tokensPerSecond / tokens / readBytes;
    out["prefill"].push_back({{"tokens", tokens},
                              {"tokens_per_s", run->tokensPerSecond},
                              {"gop_per_s", operations / 1e9},
                              {"share", share}});
    if (json) continue;
    fmt::print("prefill {:>5} tokens: {:>8.1f} tok/s, {:.0f} GOP/s, {:.0f} % of the read stream\n", tokens,
               run->tokensPerSecond, operations / 1e9, share * 100);
  }
  if (json) printJson(out);
  return kOk;
}

}  // namespace

int runBench(std::span<const std::string> arguments) {
  CommandLine line("bench",
                   "Decode, prefill and concurrent throughput, with bytes moved and share of the measured limit.",
                   {"model", "engine"});
  line.addModelPositional();
  Plan plan;
  line.options.add_option("--prefill", plan.prefill, "Prompt lengths: 512,2048")->delimiter(',');
  line.options.add_option("--decode", plan.decode, "Tokens to decode")->check(CLI::Range(2u, 65536u));
  line.options.add_option("--context", plan.context, "Tokens in the cache before decoding: 0,2048")->delimiter(',');
  line.options.add_option("--sequences", plan.sequences, "Sequences at once: 1,4,16")->delimiter(',');
  line.options.add_option("--rounds", plan.rounds, "Best of so many")->check(CLI::Range(1u, 100u));
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("bench needs a path: hearth-cli bench PATH");
  auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  // Every prompt is read anew, or prefill would measure the cache.
  options->prefixCache = false;

  const auto read = measureRead(options.value());
  if (!read.ok()) return fail(read.error());
  const auto engine = engine::loadEngine(options.value(), {});
  if (!engine.ok()) return fail(engine.error());
  return report(engine.value()->facts(), *engine.value(), plan, read.value(), line.json);
}

}  // namespace app::cli
