// How fast linear ops are, by shape and number of rows: few rows as the share of the read stream that the weights go
// by at, many as TFLOP/s, each way beside cuBLASLt's. Copies of the weights follow each other, so that no cache has
// them. Arguments: a part of the names to time, then numbers of rows.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "kernels/cuda/gemm_lt.h"
#include "kernels/cuda/ops/bandwidth.h"
#include "tests/kernels/cuda/linear_bed.h"

namespace kernels::cuda {
namespace {

constexpr uint64_t kWeightBytes = uint64_t{1} << 30;
constexpr int kRounds = 3;

/// Microseconds of one op: `body` runs it with each copy of the weights; captured and replayed. Negative on failure.
double replayed(const LinearBed& bed, uint32_t nCopies, const std::function<bool(uint32_t)>& body) {
  if (!body(0) || cudaStreamSynchronize(bed.stream()) != cudaSuccess) return -1.0;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  cudaEvent_t begin, end;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  cudaStreamBeginCapture(bed.stream(), cudaStreamCaptureModeThreadLocal);
  bool fine = true;
  for (uint32_t i = 0; i < nCopies; ++i) fine = body(i) && fine;
  double best = -1.0;
  if (cudaStreamEndCapture(bed.stream(), &graph) == cudaSuccess && fine &&
      cudaGraphInstantiate(&exec, graph, 0) == cudaSuccess) {
    cudaGraphLaunch(exec, bed.stream());
    for (int i = 0; i < kRounds; ++i) {
      float ms = 0.0f;
      cudaEventRecord(begin, bed.stream());
      cudaGraphLaunch(exec, bed.stream());
      cudaEventRecord(end, bed.stream());
      if (cudaEventSynchronize(end) != cudaSuccess) return -1.0;
      cudaEventElapsedTime(&ms, begin, end);
      const double us = 1e3 * static_cast<double>(ms) / nCopies;
      best = best < 0 ? us : std::min(best, us);
    }
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return best;
}

double largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0.0, squares = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    worst = std::isnan(d) ? INFINITY : std::max(worst, d);
    squares += static_cast<double>(b[i]) * static_cast<double>(b[i]);
  }
  return worst / std::sqrt(squares / static_cast<double>(a.size()));
}

void benchRows(LinearBed& bed, GemmLt& gemm, uint32_t nRows, double stream) {
  const double operations = 2.0 * nRows * static_cast<double>(bed.weightBytes() / 2);
  const auto show = [&](const char* way, double us) {
    const double share = us > 0 ? 100.0 * static_cast<double>(bed.weightBytes()) / us / 1e-6 / stream : 0.0;
    fmt::print("  {:7} {:8.1f} us {:4.0f} % {:4.0f} TF", way, us, share, operations / us * 1e-6);
  };
  const uint32_t nCopies = nRows > 1024 ? std::min(bed.nCopies(), 4u) : bed.nCopies();
  fmt::print(" {:5}", nRows);
  const auto start = std::chrono::steady_clock::now();
  static_cast<void>(gemm.run(bed.args(nRows), bed.stream()));
  cudaStreamSynchronize(bed.stream());
  const double chosen = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const std::vector<float> library = bed.output(nRows);
  show("library", replayed(bed, nCopies, [&](uint32_t i) { return gemm.run(bed.args(nRows, i), bed.stream()).ok(); }));
  if (nRows > 256) {
    // The product alone, to the type of the products.
    show("product", replayed(bed, nCopies, [&](uint32_t i) {
           LinearArgs args = bed.args(nRows, i);
           args.epilogue = Epilogue::None;
           args.residual = nullptr;
           args.outType = args.type;
           args.out = args.scratch;
           return gemm.run(args, bed.stream()).ok();
         }));
  }
  if (linearStreamSupports(bed.args(nRows), bed.major())) {
    show("stream", replayed(bed, nCopies, [&](uint32_t i) {
           return launchLinearStream(bed.args(nRows, i), bed.stream()) == cudaSuccess;
         }));
  }
  if (linearOrderedSupports(bed.args(nRows), bed.major())) {
    show("ordered", replayed(bed, nCopies, [&](uint32_t i) {
           return launchLinearOrdered(bed.args(nRows, i), bed.stream()) == cudaSuccess;
         }));
  }
  if (linearWideSupports(bed.args(nRows), bed.major())) {
    bed.poison();
    show("wide", replayed(bed, nCopies, [&](uint32_t i) {
           return launchLinearWide(bed.args(nRows, i), bed.space(), bed.nMultiprocessors(), bed.stream()) ==
                  cudaSuccess;
         }));
    static_cast<void>(launchLinearWide(bed.args(nRows), bed.space(), bed.nMultiprocessors(), bed.stream()));
    fmt::print("  differs by {:.1e}", largestDifference(bed.output(nRows), library));
  }
  fmt::print("; chosen in {:.0f} ms, {}\n", 1e3 * chosen, cudaGetErrorString(cudaGetLastError()));
  std::fflush(stdout);
}

int bench(int argc, char** argv) {
  const char* part = argc > 1 ? argv[1] : "";
  std::vector<uint32_t> rows;
  for (int i = 2; i < argc; ++i) rows.push_back(static_cast<uint32_t>(std::strtoul(argv[i], nullptr, 10)));
  if (rows.empty()) rows = {8, 16, 32, 64, 128, 256, 2048};
  GemmLt gemm;
  if (!gemm.open().ok()) {
    fmt::print("no NVIDIA GPU\n");
    return 0;
  }
  const uint32_t mostRows = *std::max_element(rows.begin(), rows.end());
  const double stream = measureReadBandwidth(uint64_t{4} << 30, 132, nullptr);
  fmt::print("read stream {:.0f} GB/s\n", stream * 1e-9);
  for (const LinearCase& c : linearBenchCases()) {
    if (std::strstr(c.name, part) == nullptr) continue;
    const bool head = c.parts[0] > 100000;
    LinearBed bed(c, DType::BF16, head ? std::min(mostRows, 256u) : mostRows, kWeightBytes, 1);
    if (!bed.ready()) return 1;
    fmt::print("{}: {} MB\n", c.name, bed.weightBytes() >> 20);
    for (const uint32_t nRows : rows) {
      if (!head || nRows <= 256) benchRows(bed, gemm, nRows, stream);
    }
  }
  return 0;
}

}  // namespace
}  // namespace kernels::cuda

int main(int argc, char** argv) {
  return kernels::cuda::bench(argc, argv);
}
