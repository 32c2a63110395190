// Times of sampling by kind of request, rows and vocabulary, as replays of a graph; share of the time that reading the
// logits once takes. Usage: sampling_bench [read rate in GB/s]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "tests/kernels/cuda/sampling_rig.h"

namespace kernels::cuda {
namespace {

using test::check;
using test::Logits;
using test::Rig;

struct Job {
  const char* name;
  Logits logits;
  SlotSampling state;
};

std::vector<Job> jobs(uint32_t nVocab) {
  std::vector<Job> out;
  SlotSampling greedy;
  greedy.temperature = 0.0f;
  out.push_back({"greedy", Logits::Peaked, greedy});
  SlotSampling plain;
  plain.temperature = 0.8f;
  out.push_back({"temperature", Logits::Peaked, plain});
  SlotSampling usual = plain;
  usual.topK = 40;
  usual.topP = 0.95f;
  out.push_back({"top-k 40, top-p 0.95", Logits::Peaked, usual});
  out.push_back({"the same, flat logits", Logits::Normal, usual});
  SlotSampling nucleus = plain;
  nucleus.topP = 0.95f;
  nucleus.temperature = 0.6f;
  out.push_back({"top-p 0.95", Logits::Peaked, nucleus});
  out.push_back({"the same, flat logits", Logits::Normal, nucleus});
  SlotSampling minP = plain;
  minP.minP = 0.05f;
  out.push_back({"min-p 0.05", Logits::Peaked, minP});
  SlotSampling penalties = usual;
  penalties.repetitionPenalty = 1.1f;
  penalties.frequencyPenalty = 0.2f;
  for (uint32_t i = 0; i < 2000; ++i) penalties.promptHistory.push_back(static_cast<int32_t>(i * 7919u % nVocab));
  out.push_back({"top-k/p and penalties", Logits::Peaked, penalties});
  SlotSampling logprobs = greedy;
  logprobs.topLogprobs = 20;
  out.push_back({"greedy, 20 logprobs", Logits::Peaked, logprobs});
  return out;
}

double microseconds(Rig& rig, uint32_t rows, bool results) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  constexpr int kSteps = 20, kReplays = 5;
  check(cudaStreamSynchronize(rig.stream()));
  check(cudaStreamBeginCapture(rig.stream(), cudaStreamCaptureModeThreadLocal));
  for (int i = 0; i < kSteps; ++i) rig.enqueue(rows, 0, results);
  check(cudaStreamEndCapture(rig.stream(), &graph));
  check(cudaGraphInstantiate(&executable, graph, 0));
  cudaEvent_t begin = nullptr, end = nullptr;
  check(cudaEventCreate(&begin));
  check(cudaEventCreate(&end));
  check(cudaGraphLaunch(executable, rig.stream()));
  float best = 1e9f;
  for (int i = 0; i < kReplays; ++i) {
    check(cudaEventRecord(begin, rig.stream()));
    check(cudaGraphLaunch(executable, rig.stream()));
    check(cudaEventRecord(end, rig.stream()));
    check(cudaEventSynchronize(end));
    float ms = 0.0f;
    check(cudaEventElapsedTime(&ms, begin, end));
    best = std::min(best, ms);
  }
  check(cudaEventDestroy(begin));
  check(cudaEventDestroy(end));
  check(cudaGraphExecDestroy(executable));
  check(cudaGraphDestroy(graph));
  return static_cast<double>(best) * 1000.0 / kSteps;
}

void run(double readRate) {
  std::printf("%-24s %8s %5s %10s %12s %10s\n", "sampling", "vocab", "rows", "us", "with results", "of a read");
  for (const uint32_t nVocab : {128256u, 256000u}) {
    for (const uint32_t rows : {1u, 8u, 64u, 256u}) {
      Rig rig(nVocab, nVocab, rows, rows);
      std::vector<int32_t> slots(rows);
      std::iota(slots.begin(), slots.end(), 0);
      rig.setSlots(slots);
      Logits filled = Logits::Hostile;
      for (const Job& job : jobs(nVocab)) {
        if (job.logits != filled) {
          std::vector<float> logits;
          for (uint32_t r = 0; r < rows; ++r) {
            if (r % 8 == 0) logits = test::makeLogits(job.logits, nVocab, r + 1);
            rig.setRow(r, logits);
          }
          filled = job.logits;
        }
        for (uint32_t r = 0; r < rows; ++r) rig.write(r, job.state);
        const double time = microseconds(rig, rows, false), whole = microseconds(rig, rows, true);
        const double read = static_cast<double>(nVocab) * rows * sizeof(float) / (readRate * 1e3);
        std::printf("%-24s %8u %5u %10.2f %12.2f %9.1fx\n", job.name, nVocab, rows, time, whole, time / read);
      }
    }
  }
}

}  // namespace
}  // namespace kernels::cuda

int main(int argc, char** argv) {
  if (!kernels::cuda::test::haveDevice()) {
    std::printf("no NVIDIA GPU\n");
    return 0;
  }
  try {
    kernels::cuda::run(argc > 1 ? std::atof(argv[1]) : 3100.0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
