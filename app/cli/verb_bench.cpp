// bench: decode, prefill and concurrent throughput through the real engine, with bytes moved and the share of what the
// machine was measured to be able to.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/bench_report.h"
#include "app/cli/verb.h"

namespace app::cli {

int runBench(std::span<const std::string> arguments) {
  CommandLine line(
      "bench",
      "Decode, prefill and concurrent throughput. Decode is shown with the bytes it moves and as a share of "
      "the machine's read stream, prefill as a share of the rate at which the kernels multiply what is in "
      "the cache (on a GPU: the model's own shapes); both limits are measured before and after every run. "
      "Without lists, those that suit the device are run.",
      {"model", "engine"});
  line.addModelPositional();
  BenchPlan plan;
  constexpr int64_t kMostTokens = 1 << 20, kMostSequences = 4096;
  line.options.add_option("--prefill", plan.prefill, "Prompt lengths: 512,2048")
      ->delimiter(',')
      ->check(integerIn(1, kMostTokens));
  line.options.add_option("--decode", plan.decode, "Tokens to decode")->check(integerIn(2, kMostTokens));
  line.options.add_option("--context", plan.context, "Tokens in the cache before decoding: 0,2048")
      ->delimiter(',')
      ->check(integerIn(0, kMostTokens));
  line.options.add_option("--sequences", plan.sequences, "Sequences at once: 1,4,16")
      ->delimiter(',')
      ->check(integerIn(1, kMostSequences));
  line.options
      .add_option("--throughput", plan.throughput,
                  "Sequences at once, of 128 tokens in and --decode out, from the first request to the last token: "
                  "1,64,256")
      ->delimiter(',')
      ->check(integerIn(1, kMostSequences));
  line.options
      .add_option("--cached", plan.cached,
                  "Prompt lengths whose time to the first token is shown with nine tenths of them cached: 4096")
      ->delimiter(',')
      ->check(integerIn(10, kMostTokens));
  line.options.add_option("--rounds", plan.rounds, "Rounds, of which the medians are shown")->check(integerIn(1, 100));
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("bench needs a path: hearth-cli bench PATH");
  auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  const auto limits = MachineLimits::create(*options);
  if (!limits.ok()) return fail(limits.error());
  plan.fillDefaults((*limits)->onGpu());
  options->prefixCache = !plan.cached.empty();
  // All sequences of a row are to run, not to wait.
  options->limitConcurrency = std::max(options->limitConcurrency, plan.mostSequences());
  options->maxNumSeqs = std::max(options->maxNumSeqs, plan.mostSequences());
  const auto engine = engine::loadEngine(options.value(), {});
  if (!engine.ok()) return fail(engine.error());
  plan.fitDefaults((*engine)->facts().contextLength);
  const auto report = runBenchPlan(**engine, **limits, plan, !line.json);
  if (!report.ok()) return fail(report.error());
  if (line.json) printJson(report.value());
  return kOk;
}

}  // namespace app::cli
