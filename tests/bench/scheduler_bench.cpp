// What the host costs a step: the engine's thread over a model that takes no time.
#include <benchmark/benchmark.h>

#include <thread>

#include "engine/scheduler/engine_core.h"
#include "tests/support/fake_engine.h"

namespace {

class NoModel : public engine::StepRunner {
 public:
  kernels::Status writeSlot(uint32_t, const kernels::SlotSampling&) override { return {}; }
  kernels::Status enqueue(const kernels::StepInputs& inputs) override {
    m_rows = inputs.logitRows.size();
    return {};
  }
  kernels::Status wait(std::vector<kernels::SampledRow>* rows) override {
    rows->assign(m_rows, {});
    for (kernels::SampledRow& row : *rows) row.token = 'a';
    return {};
  }

 private:
  size_t m_rows = 0;
};

/// Argument: answers at once. Each reads 1,000 prompt tokens and says 3,000, with a stop string that never matches.
void hostTimeOfAStep(benchmark::State& state) {
  const auto n = static_cast<uint32_t>(state.range(0));
  uint64_t steps = 0;
  for (auto _ : state) {
    engine::EngineCoreConfig config;
    config.limits = {8192, n, 512, 512 + n, n, n};
    config.nBlocks = 512 * n;
    config.nVocab = test_support::kFakeVocab;
    engine::EngineCore core(config, std::make_shared<test_support::FakeTokenizer>(), std::make_unique<NoModel>());
    std::vector<std::shared_ptr<test_support::CollectingSink>> sinks;
    for (uint32_t i = 0; i < n; ++i) {
      engine::GenerationRequest request;
      request.prompt.assign(1000, static_cast<engine::TokenId>(i));
      request.maxTokens = 3000;
      request.stop = {"\n\nUser:"};
      sinks.push_back(std::make_shared<test_support::CollectingSink>());
      if (!core.submit(std::move(request), sinks.back()).ok()) state.SkipWithError("refused");
    }
    std::thread thread([&core] { core.run(); });
    for (const auto& sink : sinks) sink->waitDone();
    core.stop();
    thread.join();
    steps += core.stats().steps;
  }
  // Inverted: seconds of wall time for each step.
  state.counters["step"] =
      benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(hostTimeOfAStep)->Arg(1)->Arg(16)->Arg(64)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
