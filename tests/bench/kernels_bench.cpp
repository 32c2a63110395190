// Attention and norm by themselves: time, GB/s of cache read and share of the measured read stream, GFLOP/s for
// prompts.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "kernels/backend.h"
#include "kernels/cpu/vector_ops.h"

namespace {

using namespace kernels;

double readStreamOfMachine() {
  static const double bandwidth = [] {
    std::unique_ptr<Backend> backend;
    return createCpuBackend({}, &backend).ok() ? backend->measureReadBandwidth(uint64_t{256} << 20) : 1.0;
  }();
  return bandwidth;
}

// One op of attention in 16 layers of cache, so that keys and values come from memory.
struct AttentionCase {
  static constexpr uint32_t kLayers = 16;
  std::unique_ptr<Backend> backend;
  Backend::ProgramId id = 0;
  std::vector<int32_t> tokens, blocks;
  std::vector<SequenceSpan> sequences;
  uint64_t cacheBytes = 0;
  Status status;

  AttentionCase(const HeadShape& heads, uint32_t nTokens, uint32_t context) {
    status = createCpuBackend({}, &backend);
    const uint32_t cols = (heads.nHeads + 2 * heads.nKvHeads) * heads.headDim;
    const uint32_t nBlocks = (context + nTokens + kKvBlockTokens - 1) / kKvBlockTokens;
    Program program;
    program.maxTokens = nTokens;
    program.buffers = {{"qkv", Rows::Token, cols}, {"out", Rows::Token, heads.nHeads * heads.headDim}};
    std::vector<float> row(cols);
    for (uint32_t i = 0; i < cols; ++i) row[i] = std::sin(static_cast<float>(i));
    WeightDesc desc;
    desc.name = "rows";
    desc.cols = cols;
    desc.use = WeightUse::Embedding;
    WeightId table = 0;
    if (status.ok()) status = backend->createWeight(desc, &table);
    if (status.ok()) status = backend->writeWeightRows(table, 0, std::as_bytes(std::span(row)));
    program.ops.push_back(EmbedOp{table, 0, 1.0f});
    for (uint32_t layer = 0; layer < kLayers; ++layer) {
      AttentionOp op;
      op.qkv = 0;
      op.layer = layer;
      op.heads = heads;
      op.scale = 0.125f;
      op.out = 1;
      program.ops.push_back(op);
    }
    const KvCacheDesc cache{kLayers, heads.nKvHeads, heads.headDim, nBlocks, DType::F16};
    if (status.ok()) status = backend->createKvCache(cache);
    if (status.ok()) status = backend->compile(program, &id);
    cacheBytes = uint64_t{nBlocks} * kvBlockBytes(cache);
    tokens.assign(nTokens, 0);
    for (uint32_t b = 0; b < nBlocks; ++b) blocks.push_back(static_cast<int32_t>(b));
    sequences = {{0, nTokens, context, 0}};
  }
};

void attention(benchmark::State& state) {
  const HeadShape heads{static_cast<uint32_t>(state.range(0)), static_cast<uint32_t>(state.range(1)),
                        static_cast<uint32_t>(state.range(2))};
  const auto nTokens = static_cast<uint32_t>(state.range(3)), context = static_cast<uint32_t>(state.range(4));
  AttentionCase work(heads, nTokens, context);
  std::vector<SampledRow> rows;
  for (auto _ : state) {
    if (work.status.ok())
      work.status = work.backend->enqueue(work.id, {work.tokens, work.sequences, work.blocks, {}, {}});
    if (work.status.ok()) work.status = work.backend->wait(&rows);
    if (!work.status.ok()) {
      state.SkipWithError(work.status.message().c_str());
      return;
    }
  }
  const auto steps = static_cast<double>(state.iterations());
  const double keys = nTokens * (context + 0.5 * (nTokens + 1.0));
  const double flops = 4.0 * keys * heads.nHeads * heads.headDim * AttentionCase::kLayers;
  state.counters["GFLOP/s"] = benchmark::Counter(steps * flops * 1e-9, benchmark::Counter::kIsRate);
  state.counters["GB/s"] =
      benchmark::Counter(steps * static_cast<double>(work.cacheBytes) * 1e-9, benchmark::Counter::kIsRate);
  state.counters["of stream"] = benchmark::Counter(steps * static_cast<double>(work.cacheBytes) / readStreamOfMachine(),
                                                   benchmark::Counter::kIsRate);
}
BENCHMARK(attention)
    ->ArgNames({"heads", "kv", "dim", "tokens", "context"})
    ->Args({9, 3, 64, 1, 128})
    ->Args({9, 3, 64, 1, 1024})
    ->Args({9, 3, 64, 1, 8000})
    ->Args({32, 8, 128, 1, 4096})
    ->Args({9, 3, 64, 512, 0})
    ->Args({9, 3, 64, 512, 3584})
    ->Args({32, 8, 128, 512, 0})
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

void norm(benchmark::State& state) {
  const auto n = static_cast<size_t>(state.range(0));
  std::vector<float> x(n, 0.5f), w(n, 1.0f), out(n);
  for (auto _ : state) {
    cpu::rmsNorm(x.data(), w.data(), n, 1e-5f, false, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(3 * n * sizeof(float)));
}
BENCHMARK(norm)->Arg(576)->Arg(4096);

void gate(benchmark::State& state) {
  const auto n = static_cast<size_t>(state.range(0));
  std::vector<float> x(n, 0.5f), y(n, 1.0f), out(n);
  for (auto _ : state) {
    cpu::swiGlu(x.data(), y.data(), n, out.data());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(3 * n * sizeof(float)));
}
BENCHMARK(gate)->Arg(1536)->Arg(14336);

}  // namespace

BENCHMARK_MAIN();
