// How fast attention is, beside what the memory gives in the same run: decode as GB/s of keys and values and the share
// of a read stream, prefill as TFLOP/s of visible pairs.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <vector>

#include "kernels/cuda/ops/attention.h"
#include "tests/kernels/cuda/attention_bed.h"

namespace kernels::cuda {
namespace {

__global__ void __launch_bounds__(512) readStream(const uint4* data, size_t count, uint32_t* out) {
  uint32_t sum = 0;
  const size_t stride = size_t{gridDim.x} * blockDim.x;
  size_t i = size_t{blockIdx.x} * blockDim.x + threadIdx.x;
  for (; i + 7 * stride < count; i += 8 * stride) {
    uint4 v[8];
#pragma unroll
    for (int k = 0; k < 8; ++k) v[k] = __ldcs(data + i + static_cast<size_t>(k) * stride);
#pragma unroll
    for (int k = 0; k < 8; ++k) sum ^= v[k].x ^ v[k].y ^ v[k].z ^ v[k].w;
  }
  if (sum == 0x12345678u) *out = sum;
}

/// Milliseconds of one run of `body`, captured and replayed.
template <class Body>
float replayed(cudaStream_t stream, int times, Body body) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  cudaEvent_t begin, end;
  cudaEventCreate(&begin);
  cudaEventCreate(&end);
  cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal);
  body();
  float ms = -1.0f;
  if (cudaStreamEndCapture(stream, &graph) == cudaSuccess && cudaGraphInstantiate(&exec, graph, 0) == cudaSuccess) {
    for (int i = 0; i < 3; ++i) cudaGraphLaunch(exec, stream);
    cudaEventRecord(begin, stream);
    for (int i = 0; i < times; ++i) cudaGraphLaunch(exec, stream);
    cudaEventRecord(end, stream);
    if (cudaStreamSynchronize(stream) == cudaSuccess) cudaEventElapsedTime(&ms, begin, end);
    ms /= static_cast<float>(times);
    cudaGraphExecDestroy(exec);
    cudaGraphDestroy(graph);
  }
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return ms;
}

double measureStream() {
  const size_t bytes = size_t{4} << 30;
  void* data = nullptr;
  if (cudaMalloc(&data, bytes) != cudaSuccess) return 0;
  cudaMemset(data, 1, bytes);
  cudaStream_t stream;
  cudaStreamCreate(&stream);
  double best = 0;
  for (const int blocks : {132 * 2, 132 * 4, 132 * 8}) {
    const float ms = replayed(stream, 5, [&] {
      readStream<<<blocks, 512, 0, stream>>>(static_cast<const uint4*>(data), bytes / 16, static_cast<uint32_t*>(data));
    });
    best = std::max(best, static_cast<double>(bytes) / ms / 1e6);
  }
  cudaFree(data);
  cudaStreamDestroy(stream);
  return best;
}

void benchDecode(const HeadShape& heads, uint32_t batch, uint32_t context, uint32_t nLayers, double stream) {
  BedCase c{.heads = heads, .nLayers = nLayers};
  c.maxContextBound = context + 1;
  for (uint32_t i = 0; i < batch; ++i) c.sequences.push_back({.context = context, .seed = i});
  AttentionBed bed(c);
  if (!bed.ready()) return;
  const float ms = replayed(bed.stream(), 10, [&] {
    for (uint32_t l = 0; l < nLayers; ++l) launchAttention(bed.args(l), deviceMajor(), bed.stream());
  });
  const double rate = static_cast<double>(cacheBytes(c)) * nLayers / ms / 1e6;
  std::printf("decode  %2ux%ux%-3u batch %3u context %6u: %8.2f us a layer, %7.1f GB/s, %5.1f %% of the stream\n",
              heads.nHeads, heads.nKvHeads, heads.headDim, batch, context, ms * 1e3 / nLayers, rate,
              rate / stream * 100);
}

void benchPrefill(const HeadShape& heads, uint32_t context, uint32_t nTokens, const char* way,
                  const AttentionBed::Way& launch) {
  BedCase c{.heads = heads, .sequences = {{.context = context, .nTokens = nTokens, .seed = 1}}};
  AttentionBed bed(c);
  if (!bed.ready()) return;
  AttentionArgs args = bed.args();
  args.maxSequences = 1;
  const float ms = replayed(bed.stream(), 5, [&] {
    for (int i = 0; i < 4; ++i) launch(args, bed.stream());
  });
  std::printf("prefill %2ux%ux%-3u %5u tokens after %5u, %-8s: %9.1f us, %6.1f TFLOP/s\n", heads.nHeads, heads.nKvHeads,
              heads.headDim, nTokens, context, way, ms * 250.0, attentionFlops(c) * 4 / ms / 1e9);
}

}  // namespace
}  // namespace kernels::cuda

int main(int argc, char** argv) {
  using namespace kernels::cuda;
  if (const char* why = whyNoDevice()) {
    std::printf("%s\n", why);
    return 1;
  }
  const auto wants = [&](const char* what) { return argc < 2 || std::strcmp(argv[1], what) == 0; };
  const kernels::HeadShape llama{32, 8, 128};
  if (wants("decode")) {
    const double stream = measureStream();
    std::printf("read stream %.1f GB/s\n", stream);
    for (const uint32_t context : {0u, 500u, 2047u, 4000u, 8191u, 10000u, 32000u})
      benchDecode(llama, 1, context, 32, stream);
    for (const uint32_t batch : {2u, 4u, 8u, 16u, 64u}) benchDecode(llama, batch, 2047, 8, stream);
    benchDecode(llama, 256, 250, 8, stream);
    benchDecode(llama, 16, 8191, 8, stream);
    benchDecode({32, 8, 64}, 1, 8191, 32, stream);
    benchDecode({32, 32, 128}, 1, 2047, 32, stream);
    benchDecode({32, 2, 128}, 1, 8191, 32, stream);
    benchDecode({8, 4, 256}, 1, 8191, 32, stream);
  }
  if (wants("prefill")) {
    for (const uint32_t tokens : {512u, 2048u, 8192u})
      for (const kernels::HeadShape& heads : {llama, kernels::HeadShape{32, 8, 64}}) {
        benchPrefill(heads, 0, tokens, "mma", launchAttentionPrefill);
        benchPrefill(heads, 0, tokens, "chosen", [](const AttentionArgs& args, cudaStream_t stream) {
          return launchAttention(args, deviceMajor(), stream);
        });
      }
    for (const kernels::HeadShape& heads :
         {kernels::HeadShape{32, 8, 80}, kernels::HeadShape{32, 8, 96}, kernels::HeadShape{16, 8, 256}})
      benchPrefill(heads, 0, 4096, "mma", launchAttentionPrefill);
    benchPrefill(llama, 6144, 2048, "mma", launchAttentionPrefill);
    benchPrefill(llama, 6144, 2048, "chosen", [](const AttentionArgs& args, cudaStream_t stream) {
      return launchAttention(args, deviceMajor(), stream);
    });
  }
  return 0;
}
