// Profiles whole steps of the starter model's shape over random weights:
//   step_profile [format=Q4_1] [threads=0] [context=128]
// prints time, bytes and share of the measured read stream for decoding alone, in a batch, and for a prompt of 512.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "tests/bench/starter_program.h"

namespace {

using namespace kernels;

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string kindOf(const Op& op) {
  if (const auto* linear = std::get_if<LinearOp>(&op))
    return linear->parts.size() == 3   ? "linear qkv"
           : linear->parts.size() == 2 ? "linear gate, up"
           : linear->in == 2           ? "linear o"
           : linear->in == 3           ? "linear down"
                                       : "linear head";
  const char* names[] = {"embed", "linear", "rope, append", "attention", "gather", "sample", "all-reduce"};
  return names[op.index()];
}

struct Workload {
  std::vector<int32_t> tokens, blocks, logitRows, slots;
  std::vector<SequenceSpan> sequences;
  Workload(uint32_t nSequences, uint32_t nTokens, uint32_t context) {
    const uint32_t nBlocks = (context + nTokens + kKvBlockTokens - 1) / kKvBlockTokens;
    for (uint32_t s = 0; s < nSequences; ++s) {
      sequences.push_back({s * nTokens, nTokens, context, s * nBlocks});
      for (uint32_t t = 0; t < nTokens; ++t) tokens.push_back(static_cast<int32_t>((s * 31 + t * 7) % 40000));
      for (uint32_t b = 0; b < nBlocks; ++b) blocks.push_back(static_cast<int32_t>(s * nBlocks + b));
      logitRows.push_back(static_cast<int32_t>((s + 1) * nTokens - 1));
      slots.push_back(static_cast<int32_t>(s));
    }
  }
  StepInputs inputs() const { return {tokens, sequences, blocks, logitRows, slots}; }
};

void profile(Backend* backend, Backend::ProgramId id, const Program& program, const char* title, const Workload& work,
             int steps, double bandwidth) {
  std::vector<SampledRow> rows;
  std::vector<double> times;
  std::map<std::string, std::pair<double, uint64_t>> kinds;
  backend->setProfiling(false);
  for (int i = 0; i < steps + 2; ++i) {
    const double start = seconds();
    if (!backend->enqueue(id, work.inputs()).ok() || !backend->wait(&rows).ok()) return;
    if (i >= 2) times.push_back(seconds() - start);
  }
  backend->setProfiling(true);
  const int profiled = std::max(1, steps / 2);
  for (int i = 0; i < profiled; ++i) {
    if (!backend->enqueue(id, work.inputs()).ok() || !backend->wait(&rows).ok()) return;
    const std::vector<OpProfile> ops = backend->lastProfile();
    for (size_t k = 0; k < ops.size(); ++k) {
      auto& [time, bytes] = kinds[kindOf(program.ops[k])];
      time += ops[k].microseconds / profiled;
      bytes += ops[k].bytes / static_cast<uint64_t>(profiled);
    }
  }
  std::sort(times.begin(), times.end());
  const double median = times[times.size() / 2];
  uint64_t bytes = 0;
  for (const auto& [kind, entry] : kinds) bytes += entry.second;
  std::printf("\n%s: %.3f ms a step (best %.3f), %.0f tokens/s, %.1f MB, %.1f %% of the read stream\n", title,
              median * 1e3, times[0] * 1e3, static_cast<double>(work.tokens.size()) / median,
              static_cast<double>(bytes) * 1e-6, 100.0 * static_cast<double>(bytes) / median / bandwidth);
  for (const auto& [kind, entry] : kinds)
    std::printf("  %-16s %9.1f us  %5.1f %%  %8.2f MB  %6.1f GB/s\n", kind.c_str(), entry.first,
                entry.first * 1e-4 / median, static_cast<double>(entry.second) * 1e-6,
                static_cast<double>(entry.second) / entry.first * 1e-3);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string wanted = argc > 1 ? argv[1] : "Q4_1";
  const auto nThreads = static_cast<uint32_t>(argc > 2 ? std::atoi(argv[2]) : 0);
  const auto context = static_cast<uint32_t>(argc > 3 ? std::atoi(argv[3]) : 128);
  auto format = WeightFormat::Q4_1;
  for (int i = 0; i < kWeightFormatCount; ++i)
    if (weightFormatInfo(static_cast<WeightFormat>(i)).name == wanted) format = static_cast<WeightFormat>(i);
  std::unique_ptr<Backend> backend;
  Status status = createCpuBackend({nThreads}, &backend);
  Program program;
  Backend::ProgramId id = 0;
  if (status.ok()) status = bench::StarterBuilder(backend.get(), format, {}).build(512, 16, &program);
  if (status.ok()) status = backend->createKvCache({30, 3, 64, 16 * (context / 16 + 40), DType::F16});
  if (status.ok()) status = backend->createSlots(16);
  if (status.ok()) status = backend->compile(program, &id);
  for (uint32_t s = 0; s < 16 && status.ok(); ++s) {
    SlotSampling greedy;
    greedy.temperature = 0.0f;
    status = backend->writeSlot(s, greedy);
  }
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return 1;
  }
  const double bandwidth = backend->measureReadBandwidth(uint64_t{256} << 20);
  std::printf("%s, %s; %s weights; read stream %.1f GB/s\n", backend->device().name.c_str(),
              backend->device().details.c_str(), std::string(weightFormatInfo(format).name).c_str(), bandwidth * 1e-9);
  profile(backend.get(), id, program, "decode, 1 sequence", Workload(1, 1, context), 100, bandwidth);
  profile(backend.get(), id, program, "decode, 16 sequences", Workload(16, 1, context), 30, bandwidth);
  profile(backend.get(), id, program, "prompt of 512", Workload(1, 512, 0), 6, bandwidth);
  return 0;
}
