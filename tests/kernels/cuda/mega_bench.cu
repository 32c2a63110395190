// The persistent kernel on the products of a whole step, without attention, beside the same chain as a graph of plain
// kernels and a read stream.
#include <cuda_bf16.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "kernels/cuda/mega/instruction.h"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {
namespace {

#define CHECK(call)                                                                         \
  do {                                                                                      \
    const cudaError_t error_ = (call);                                                      \
    if (error_ != cudaSuccess) {                                                            \
      std::printf("%s:%d %s: %s\n", __FILE__, __LINE__, #call, cudaGetErrorString(error_)); \
      std::exit(1);                                                                         \
    }                                                                                       \
  } while (0)

struct Model {
  const char* name;
  uint32_t nLayers, hidden, q, kv, gated, vocab;
};

__global__ void fillBf16(__nv_bfloat16* to, size_t count, float spread, uint32_t seed) {
  for (size_t i = blockIdx.x * size_t{blockDim.x} + threadIdx.x; i < count; i += size_t{gridDim.x} * blockDim.x) {
    uint32_t h = static_cast<uint32_t>(i) * 2654435761u + static_cast<uint32_t>(i >> 32) * 97u + seed;
    h ^= h >> 16;
    h *= 0x7feb352du;
    h ^= h >> 15;
    h *= 0x846ca68bu;
    h ^= h >> 16;
    to[i] = __float2bfloat16_rn((static_cast<float>(h) / 2147483648.0f - 1.0f) * spread);
  }
}
__global__ void __launch_bounds__(512) readStream(const uint4* data, size_t count, uint32_t* out) {
  uint32_t sum = 0;
  const size_t stride = size_t{gridDim.x} * blockDim.x;
  for (size_t i = size_t{blockIdx.x} * blockDim.x + threadIdx.x; i + 7 * stride < count; i += 8 * stride) {
    uint4 v[8];
#pragma unroll
    for (int k = 0; k < 8; ++k) v[k] = __ldcs(data + i + static_cast<size_t>(k) * stride);
#pragma unroll
    for (int k = 0; k < 8; ++k) sum ^= v[k].x ^ v[k].y ^ v[k].z ^ v[k].w;
  }
  if (sum == 0x12345678u) *out = sum;
}
__global__ void fillFloat(float* to, uint32_t count, uint32_t seed) {
  for (uint32_t i = threadIdx.x; i < count; i += blockDim.x)
    to[i] = 0.75f + static_cast<float>((i * 2654435761u + seed) >> 16) / 131072.0f;
}

template <class T>
T* take(size_t count) {
  void* p = nullptr;
  CHECK(cudaMalloc(&p, count * sizeof(T)));
  CHECK(cudaMemset(p, 0xff, count * sizeof(T)));
  return static_cast<T*>(p);
}

struct Chain {
  Model m;
  const __nv_bfloat16* table = nullptr;
  std::vector<const __nv_bfloat16*> qkv, o, up, down;
  std::vector<const float*> norms;
  size_t bytes = 0;
  uint32_t seed = 1;

  const __nv_bfloat16* matrix(size_t rows, size_t cols) {
    auto* p = take<__nv_bfloat16>(rows * cols);
    fillBf16<<<2048, 256>>>(p, rows * cols, 1.7f / std::sqrt(static_cast<float>(cols)), seed++ * 7919u);
    bytes += rows * cols * 2;
    return p;
  }
  explicit Chain(const Model& model) : m(model) {
    for (uint32_t l = 0; l < m.nLayers; ++l) {
      qkv.push_back(matrix(m.q + 2 * m.kv, m.hidden));
      o.push_back(matrix(m.hidden, m.q));
      up.push_back(matrix(2 * m.gated, m.hidden));
      down.push_back(matrix(m.hidden, m.gated));
    }
    table = matrix(m.vocab, m.hidden);
    for (uint32_t i = 0; i < 2 * m.nLayers + 1; ++i) {
      float* p = take<float>(m.hidden);
      fillFloat<<<1, 256>>>(p, m.hidden, i * 977u);
      norms.push_back(p);
    }
    x = take<float>(16 * m.hidden);
    xPlain = take<float>(16 * m.hidden);
    qkvOut = take<__nv_bfloat16>(16 * (m.q + 2 * m.kv));
    gatedOut = take<__nv_bfloat16>(16 * m.gated);
    normed = take<__nv_bfloat16>(16 * m.hidden);
    attended = take<__nv_bfloat16>(16 * m.q);
    logits = take<float>(size_t{16} * m.vocab);
    logitsPlain = take<float>(size_t{16} * m.vocab);
    squares = take<float>(16 * m.hidden / 32);
    CHECK(cudaDeviceSynchronize());
  }
  float *x, *xPlain, *logits, *logitsPlain, *squares;
  __nv_bfloat16 *qkvOut, *gatedOut, *normed, *attended;
};

MegaActivations windows(void* data, uint32_t) {
  return {data, kMegaRows * kMegaWindow, kMegaWindow};
}
MegaActivations rows(void* data, uint32_t cols) {
  return {data, kMegaWindow, cols};
}

std::vector<MegaOp> lower(const Chain& c, const StepView& step, uint32_t nBlocks) {
  const Model& m = c.m;
  std::vector<MegaOp> ops;
  uint32_t dealt = 0;
  const auto next = [&](uint32_t norm) {
    return MegaNormOut{c.norms[norm], false, m.hidden / 32, c.squares, windows(c.normed, m.hidden)};
  };
  const MegaNormIn norm{c.squares, m.hidden / 32, 1e-5f};
  MegaOp embed;
  embed.kind = MegaKind::Embed;
  embed.embed = {};
  embed.embed.args.table = c.table;
  embed.embed.args.cols = m.hidden;
  embed.embed.args.vocab = m.vocab;
  embed.embed.args.out = c.x;
  embed.embed.args.step = step;
  embed.embed.next = next(0);
  ops.push_back(embed);
  uint32_t arrivals = nBlocks;
  bool byWarp = false;
  const auto linear = [&](MegaLinear l, const __nv_bfloat16* w, uint32_t nOut) {
    l.outCols = l.epilogue == Epilogue::None ? nOut : nOut / 2;
    l.parts[0] = {w, nullptr, nOut};
    l.nParts = 1;
    if (l.epilogue != Epilogue::None) {
      l.parts[0].nOut = nOut / 2;
      l.parts[1] = {w + size_t{nOut / 2} * l.nIn, nullptr, nOut / 2};
      l.nParts = 2;
    }
    l.nGroups = (nOut + kMegaGroup - 1) / kMegaGroup;
    l.firstBlock = dealt % nBlocks;
    dealt += l.nGroups;
    MegaOp op;
    op.kind = MegaKind::Linear;
    op.linear = l;
    op.before = {arrivals, byWarp};
    arrivals = std::min(l.nGroups, nBlocks);
    byWarp = true;
    ops.push_back(op);
  };
  const uint32_t qkvCols = m.q + 2 * m.kv;
  for (uint32_t i = 0; i < m.nLayers; ++i) {
    MegaLinear l;
    l.in = windows(c.normed, m.hidden);
    l.norm = norm;
    l.nIn = m.hidden;
    l.out = rows(c.qkvOut, qkvCols);
    linear(l, c.qkv[i], qkvCols);
    l = {};
    l.in = rows(c.qkvOut, qkvCols);
    l.nIn = m.q;
    l.residual = l.outFloat = c.x;
    l.next = next(2 * i + 1);
    linear(l, c.o[i], m.hidden);
    l = {};
    l.in = windows(c.normed, m.hidden);
    l.norm = norm;
    l.nIn = m.hidden;
    l.epilogue = Epilogue::SwiGlu;
    l.out = windows(c.gatedOut, m.gated);
    linear(l, c.up[i], 2 * m.gated);
    l = {};
    l.in = windows(c.gatedOut, m.gated);
    l.nIn = m.gated;
    l.residual = l.outFloat = c.x;
    l.next = next(2 * i + 2);
    linear(l, c.down[i], m.hidden);
  }
  MegaLinear l;
  l.in = windows(c.normed, m.hidden);
  l.norm = norm;
  l.nIn = m.hidden;
  l.outFloat = c.logits;
  linear(l, c.table, m.vocab);
  return ops;
}

__global__ void firstColumns(const __nv_bfloat16* from, uint32_t stride, __nv_bfloat16* to, uint32_t cols) {
  for (uint32_t i = threadIdx.x; i < cols; i += blockDim.x)
    to[size_t{blockIdx.x} * cols + i] = from[size_t{blockIdx.x} * stride + i];
}

void plain(Chain& c, const StepView& step, uint32_t nRows, cudaStream_t stream) {
  const Model& m = c.m;
  EmbedArgs embed;
  embed.table = c.table;
  embed.cols = m.hidden;
  embed.nRows = nRows;
  embed.vocab = m.vocab;
  embed.out = c.xPlain;
  embed.step = step;
  CHECK(launchEmbed(embed, stream));
  const auto norm = [&](uint32_t i) {
    NormArgs args;
    args.in = c.xPlain;
    args.weight = c.norms[i];
    args.out = c.normed;
    args.nRows = nRows;
    args.cols = m.hidden;
    CHECK(launchNorm(args, stream));
  };
  const auto linear = [&](const void* in, uint32_t nIn, const __nv_bfloat16* w, uint32_t nOut, bool gate, bool residual,
                          void* out, DType type) {
    LinearArgs args;
    args.in = in;
    args.nRows = nRows;
    args.nIn = nIn;
    args.nParts = gate ? 2 : 1;
    args.parts[0] = {w, nullptr, gate ? nOut / 2 : nOut};
    args.parts[1] = {w + size_t{nOut / 2} * nIn, nullptr, nOut / 2};
    args.epilogue = gate ? Epilogue::SwiGlu : Epilogue::None;
    args.residual = residual ? c.xPlain : nullptr;
    args.out = out;
    args.outType = type;
    CHECK(launchLinearStream(args, stream));
  };
  const uint32_t qkvCols = m.q + 2 * m.kv;
  for (uint32_t i = 0; i < m.nLayers; ++i) {
    norm(2 * i);
    linear(c.normed, m.hidden, c.qkv[i], qkvCols, false, false, c.qkvOut, DType::BF16);
    firstColumns<<<nRows, 1024, 0, stream>>>(c.qkvOut, qkvCols, c.attended, m.q);
    linear(c.attended, m.q, c.o[i], m.hidden, false, true, c.xPlain, DType::F32);
    norm(2 * i + 1);
    linear(c.normed, m.hidden, c.up[i], 2 * m.gated, true, false, c.gatedOut, DType::BF16);
    linear(c.gatedOut, m.gated, c.down[i], m.hidden, false, true, c.xPlain, DType::F32);
  }
  norm(2 * m.nLayers);
  linear(c.normed, m.hidden, c.table, m.vocab, false, false, c.logitsPlain, DType::F32);
}

template <class Body>
double milliseconds(cudaStream_t stream, int times, Body body) {
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t exec = nullptr;
  CHECK(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  body();
  CHECK(cudaStreamEndCapture(stream, &graph));
  CHECK(cudaGraphInstantiate(&exec, graph, 0));
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  for (int i = 0; i < 3; ++i) CHECK(cudaGraphLaunch(exec, stream));
  CHECK(cudaEventRecord(begin, stream));
  for (int i = 0; i < times; ++i) CHECK(cudaGraphLaunch(exec, stream));
  CHECK(cudaEventRecord(end, stream));
  CHECK(cudaStreamSynchronize(stream));
  float ms = 0;
  CHECK(cudaEventElapsedTime(&ms, begin, end));
  CHECK(cudaGraphExecDestroy(exec));
  CHECK(cudaGraphDestroy(graph));
  return static_cast<double>(ms) / times;
}

void trace(const Chain& c, MegaArgs args, uint32_t nRows, uint32_t nBlocks, cudaStream_t stream) {
  const size_t count = size_t{args.nOps} * nBlocks * 3;
  args.trace = take<uint64_t>(count);
  CHECK(launchMega({DType::BF16, 0}, args, nRows, nBlocks, stream));
  CHECK(cudaStreamSynchronize(stream));
  std::vector<uint64_t> t(count);
  CHECK(cudaMemcpy(t.data(), args.trace, count * 8, cudaMemcpyDeviceToHost));
  CHECK(cudaFree(args.trace));
  const char* names[] = {"qkv", "o", "gate-up", "down"};
  std::printf("    op: wait mean (least, most), work mean (least, most), clocks, of layers 1..\n");
  for (uint32_t kind = 0; kind < 4; ++kind) {
    double wait = 0, work = 0, n = 0;
    uint64_t least[2] = {~uint64_t{0}, ~uint64_t{0}}, most[2] = {0, 0};
    for (uint32_t layer = 1; layer < c.m.nLayers; ++layer) {
      for (uint32_t b = 0; b < nBlocks; ++b) {
        const uint64_t* at = t.data() + (size_t{1 + layer * 4 + kind} * nBlocks + b) * 3;
        const uint64_t waited = at[1] - at[0], worked = at[2] - at[1];
        if (worked < 100) continue;  // no groups
        wait += static_cast<double>(waited);
        work += static_cast<double>(worked);
        n += 1;
        least[0] = std::min(least[0], waited);
        most[0] = std::max(most[0], waited);
        least[1] = std::min(least[1], worked);
        most[1] = std::max(most[1], worked);
      }
    }
    std::printf("    %-8s wait %7.0f (%5llu, %6llu)  work %7.0f (%5llu, %6llu)  blocks %.0f\n", names[kind], wait / n,
                static_cast<unsigned long long>(least[0]), static_cast<unsigned long long>(most[0]), work / n,
                static_cast<unsigned long long>(least[1]), static_cast<unsigned long long>(most[1]),
                n / (c.m.nLayers - 1));
  }
}

void measure(const Model& model, double stream_, cudaStream_t stream) {
  Chain c(model);
  const uint32_t nBlocks = megaBlocks({DType::BF16, 0});
  std::printf("%s: %.3f GB, %u blocks\n", model.name, static_cast<double>(c.bytes) * 1e-9, nBlocks);
  if (nBlocks == 0) return;
  StepHeader header{1, 1, 1, 1};
  auto* dHeader = take<StepHeader>(1);
  auto* dTokens = take<int32_t>(16);
  auto* dSpans = take<SequenceSpan>(16);
  int32_t tokens[16];
  for (int i = 0; i < 16; ++i) tokens[i] = (i * 7919 + 13) % static_cast<int32_t>(model.vocab);
  CHECK(cudaMemcpy(dTokens, tokens, sizeof tokens, cudaMemcpyHostToDevice));
  CHECK(cudaMemset(dSpans, 0, 16 * sizeof(SequenceSpan)));
  StepView step;
  step.header = dHeader;
  step.tokens = dTokens;
  step.spans = dSpans;
  const std::vector<MegaOp> ops = lower(c, step, nBlocks);
  auto* dOps = take<MegaOp>(ops.size());
  CHECK(cudaMemcpy(dOps, ops.data(), ops.size() * sizeof(MegaOp), cudaMemcpyHostToDevice));
  auto* counters = take<uint32_t>((ops.size() + 1) * kMegaCounterStride);
  CHECK(cudaMemset(counters, 0, (ops.size() + 1) * kMegaCounterStride * 4));
  MegaArgs args;
  args.ops = dOps;
  args.nOps = static_cast<uint32_t>(ops.size());
  args.counters = counters;
  args.header = dHeader;
  args.spans = dSpans;
  double one = 0;
  for (const uint32_t nRows : {1u, 2u, 5u, 8u, 9u, 16u}) {
    header = {nRows, nRows, nRows, 1};
    CHECK(cudaMemcpy(dHeader, &header, sizeof header, cudaMemcpyHostToDevice));
    CHECK(cudaMemset(c.logits, 0xff, size_t{16} * model.vocab * 4));
    CHECK(launchMega({DType::BF16, 0}, args, nRows, nBlocks, stream));
    CHECK(cudaStreamSynchronize(stream));
    const size_t n = size_t{nRows} * model.vocab;
    std::vector<float> got(n), again(n), want(n);
    CHECK(cudaMemcpy(got.data(), c.logits, n * 4, cudaMemcpyDeviceToHost));
    plain(c, step, nRows, stream);
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaMemcpy(want.data(), c.logitsPlain, n * 4, cudaMemcpyDeviceToHost));
    const double ms = milliseconds(stream, 30, [&] {
      CHECK(launchMega({DType::BF16, 0}, args, nRows, nBlocks, stream));
    });
    CHECK(cudaMemcpy(again.data(), c.logits, n * 4, cudaMemcpyDeviceToHost));
    double error = 0, norm = 0;
    bool same = true;
    for (size_t i = 0; i < n; ++i) {
      error += std::pow(static_cast<double>(got[i]) - want[i], 2);
      norm += std::pow(static_cast<double>(want[i]), 2);
      same = same && got[i] == again[i];
    }
    const double simple =
        nRows == 1 || nRows >= 8 ? milliseconds(stream, 10, [&] { plain(c, step, nRows, stream); }) : 0;
    if (nRows == 1) one = ms;
    std::printf(
        "  rows %2u: %.4f ms, %.1f %% of the read stream, %.3fx of one row; graph of kernels %.4f ms; error %.2e, %s\n",
        nRows, ms, 100 * static_cast<double>(c.bytes) / (ms * 1e-3) / stream_, ms / one, simple,
        std::sqrt(error / norm), same ? "same bits again" : "BITS DIFFER");
    if (nRows == 1 || nRows == 16) trace(c, args, nRows, nBlocks, stream);
  }
}

}  // namespace

int run() {
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  int nMultiprocessors = 0;
  CHECK(cudaDeviceGetAttribute(&nMultiprocessors, cudaDevAttrMultiProcessorCount, 0));
  double rate = 0;
  {
    const size_t bytes = size_t{4} << 30;
    auto* data = take<unsigned char>(bytes);
    for (int i = 0; i < 3; ++i) {
      const double ms = milliseconds(stream, 5, [&] {
        readStream<<<static_cast<uint32_t>(nMultiprocessors) * 4, 512, 0, stream>>>(
            reinterpret_cast<const uint4*>(data), bytes / 16, reinterpret_cast<uint32_t*>(data));
      });
      rate = std::max(rate, static_cast<double>(bytes) / (ms * 1e-3));
    }
    CHECK(cudaFree(data));
  }
  std::printf("read stream %.3f TB/s\n", rate * 1e-12);
  measure({"1B", 16, 2048, 2048, 512, 8192, 128256}, rate, stream);
  measure({"8B", 32, 4096, 4096, 1024, 14336, 128256}, rate, stream);
  return 0;
}

}  // namespace kernels::cuda

int main() {
  return kernels::cuda::run();
}
