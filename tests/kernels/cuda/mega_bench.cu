// The persistent kernel on whole decode steps of random models: time beside the read stream, the same bits again, and
// where the clocks go, by instruction. With the argument "small", small shapes alone, for tools that look over memory;
// with "1B" or "8B" one of the large ones.
#include <cuda_bf16.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "kernels/cuda/mega/lower.h"

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

/// As many chunks of weights on their way as the ring has room for.
constexpr uint32_t kAll = ~uint32_t{0};
/// As many as in the engine (mega_path.cpp).
constexpr uint32_t kEngine = 2;

struct Shape {
  const char* name;
  uint32_t nLayers, hidden, gated, vocab;
  HeadShape heads;
  bool rich = false;  ///< biases, norms of heads, interleaved rotation of a part
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
__global__ void fillFloat(float* to, uint32_t count, uint32_t seed) {
  for (uint32_t i = threadIdx.x; i < count; i += blockDim.x)
    to[i] = 0.75f + static_cast<float>((i * 2654435761u + seed) >> 16) / 131072.0f;
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

template <class T>
T* take(size_t count) {
  void* p = nullptr;
  CHECK(cudaMalloc(&p, count * sizeof(T)));
  CHECK(cudaMemset(p, 0xff, count * sizeof(T)));
  return static_cast<T*>(p);
}

class Table final : public WeightTable {
 public:
  const WeightDesc* find(WeightId id) const override { return id < descs.size() ? &descs[id] : nullptr; }
  uint64_t rowsWritten(WeightId id) const override { return descs[id].rows; }
  std::vector<WeightDesc> descs;
};

/// A decoder on the device: each weight and buffer in memory of its own, of just its size.
class Model {
 public:
  Model(const Shape& shape, uint32_t nBlocks, uint32_t contextRoom) : m_shape(shape), m_nBlocks(nBlocks) {
    build();
    const uint32_t perSequence = contextRoom / kKvBlockTokens + 1;
    const CompiledProgram compiled = planProgram(m_program, m_weights, DType::BF16, DType::BF16, nBlocks);
    for (size_t i = 0; i < compiled.buffers.size(); ++i) {
      m_buffers.push_back(
          take<unsigned char>(size_t{kMegaRows} * m_program.buffers[i].cols * dtypeBytes(compiled.buffers[i].type)));
    }
    const size_t cacheElements =
        size_t{perSequence} * kMegaRows * kKvBlockTokens * shape.heads.nKvHeads * shape.heads.headDim;
    for (uint32_t i = 0; i < 2 * shape.nLayers; ++i) m_cache.push_back(random(cacheElements, 1.0f));
    std::vector<int32_t> table(size_t{perSequence} * kMegaRows);
    for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<int32_t>((i * 7919 + 3) % table.size());
    m_perSequence = perSequence;
    MegaPlaces places;
    places.weights = &m_weights;
    places.nBlocks = places.nMultiprocessors = nBlocks;
    places.weight = [this](WeightId id) { return static_cast<const void*>(m_data[id]); };
    places.buffer = [this](BufferId id) { return static_cast<void*>(m_buffers[id]); };
    places.cache = [this](uint32_t layer) {
      KvView view;
      view.keys = m_cache[2 * layer];
      view.values = m_cache[2 * layer + 1];
      view.nKvHeads = m_shape.heads.nKvHeads;
      view.headDim = m_shape.heads.headDim;
      return view;
    };
    m_header = take<StepHeader>(1);
    m_spans = take<SequenceSpan>(kMegaRows);
    auto* tokens = take<int32_t>(kMegaRows);
    std::vector<int32_t> ids(kMegaRows);
    for (uint32_t i = 0; i < kMegaRows; ++i) ids[i] = static_cast<int32_t>((i * 7919 + 13) % shape.vocab);
    CHECK(cudaMemcpy(tokens, ids.data(), ids.size() * 4, cudaMemcpyHostToDevice));
    auto* blockTable = take<int32_t>(table.size());
    CHECK(cudaMemcpy(blockTable, table.data(), table.size() * 4, cudaMemcpyHostToDevice));
    places.step.header = m_header;
    places.step.tokens = tokens;
    places.step.spans = m_spans;
    places.step.blockTable = blockTable;
    const auto lower = [&] {
      const Status status = lowerMega(compiled, places, &m_lowered);
      if (status.ok()) return;
      std::printf("%s: %s\n", shape.name, status.message().c_str());
      std::exit(1);
    };
    lower();
    places.memory = take<std::byte>(m_lowered.memoryBytes);
    CHECK(cudaMemset(places.memory, 0, m_lowered.memoryBytes));
    CHECK(cudaMemset(places.memory, 0xff, m_lowered.windowBytes()));
    lower();
    CHECK(cudaMemcpy(places.memory + m_lowered.opsAt, m_lowered.ops.data(), m_lowered.ops.size() * sizeof(MegaOp),
                     cudaMemcpyHostToDevice));
    m_args = m_lowered.args(places.memory);
    m_args.header = m_header;
    m_args.spans = m_spans;
    CHECK(cudaDeviceSynchronize());
  }

  uint64_t weightBytes() const { return m_weightBytes; }
  uint64_t cacheBytes(uint32_t nRows, uint32_t context) const {
    return uint64_t{nRows} * context * m_shape.nLayers * 2 * m_shape.heads.nKvHeads * m_shape.heads.headDim * 2;
  }

  /// Sequence i has `context` tokens, or with `uneven` fewer the larger i is.
  void setStep(uint32_t nRows, uint32_t context, bool uneven = false) {
    const StepHeader header{nRows, nRows, nRows, 1};
    CHECK(cudaMemcpy(m_header, &header, sizeof header, cudaMemcpyHostToDevice));
    std::vector<SequenceSpan> spans(kMegaRows);
    for (uint32_t i = 0; i < kMegaRows; ++i) spans[i] = {i, 1, uneven ? context / (i + 1) : context, i * m_perSequence};
    CHECK(cudaMemcpy(m_spans, spans.data(), spans.size() * sizeof(SequenceSpan), cudaMemcpyHostToDevice));
  }
  void launch(uint32_t nRows, uint32_t nOnTheirWay, cudaStream_t stream, uint64_t* trace = nullptr) {
    MegaArgs args = m_args;
    args.nOnTheirWay = nOnTheirWay;
    args.trace = trace;
    CHECK(launchMega(m_lowered.shape, args, nRows, m_nBlocks, stream));
  }
  std::vector<float> logits(uint32_t nRows, cudaStream_t stream) const {
    std::vector<float> out(size_t{nRows} * m_shape.vocab);
    CHECK(cudaStreamSynchronize(stream));
    CHECK(cudaMemcpy(out.data(), m_buffers[4], out.size() * 4, cudaMemcpyDeviceToHost));
    return out;
  }

  /// Mean over layers and busy blocks, and the span from the first block's begin to the last one's end.
  void printTrace(uint32_t nRows, uint32_t nOnTheirWay, cudaStream_t stream) {
    const size_t count = size_t{m_args.nOps} * m_nBlocks * 3;
    auto* device = take<uint64_t>(count);
    launch(nRows, nOnTheirWay, stream, device);
    CHECK(cudaStreamSynchronize(stream));
    std::vector<uint64_t> t(count);
    CHECK(cudaMemcpy(t.data(), device, count * 8, cudaMemcpyDeviceToHost));
    CHECK(cudaFree(device));
    const char* names[] = {"qkv", "attention", "o", "gate-up", "down"};
    for (uint32_t kind = 0; kind < 5; ++kind) {
      double wait = 0, work = 0, n = 0, ends = 0, spread = 0;
      std::vector<double> ofBlock(m_nBlocks, 0.0);
      uint64_t most[2] = {0, 0};
      for (uint32_t layer = 1; layer < m_shape.nLayers; ++layer) {
        const size_t op = 1 + layer * 5 + kind;
        uint64_t last = 0, lastBefore = 0;
        for (uint32_t b = 0; b < m_nBlocks; ++b) {
          const uint64_t* at = t.data() + (op * m_nBlocks + b) * 3;
          last = std::max(last, at[2]);
          lastBefore = std::max(lastBefore, t[((op - 1) * m_nBlocks + b) * 3 + 2]);
        }
        double endsBefore = 0;
        for (uint32_t b = 0; b < m_nBlocks; ++b) {
          const uint64_t* at = t.data() + (op * m_nBlocks + b) * 3;
          endsBefore += static_cast<double>(last - at[2]);
          ofBlock[b] += static_cast<double>(at[2] - lastBefore);
          const uint64_t waited = at[1] - at[0], worked = at[2] - at[1];
          if (worked < 900) continue;  // no work
          wait += static_cast<double>(waited);
          work += static_cast<double>(worked);
          n += 1;
          most[0] = std::max(most[0], waited);
          most[1] = std::max(most[1], worked);
        }
        ends += static_cast<double>(last - lastBefore);
        spread += endsBefore / m_nBlocks;
      }
      const double layers = m_shape.nLayers - 1;
      std::printf("    %-9s end to end %7.0f ns  wait %7.0f (most %6llu)  work %7.0f (most %6llu)  blocks %.0f\n",
                  names[kind], ends / layers, n > 0 ? wait / n : 0.0, static_cast<unsigned long long>(most[0]),
                  n > 0 ? work / n : 0.0, static_cast<unsigned long long>(most[1]), n / layers);
      std::sort(ofBlock.begin(), ofBlock.end());
      std::printf("              blocks end %.0f ns before the last; means of blocks' ends %.0f %.0f %.0f %.0f %.0f\n",
                  spread / layers, ofBlock[0] / layers, ofBlock[m_nBlocks / 10] / layers,
                  ofBlock[m_nBlocks / 2] / layers, ofBlock[m_nBlocks * 9 / 10] / layers,
                  ofBlock[m_nBlocks - 1] / layers);
    }
  }

 private:
  __nv_bfloat16* random(size_t count, float spread) {
    auto* p = take<__nv_bfloat16>(count);
    fillBf16<<<2048, 256>>>(p, count, spread, m_seed++ * 7919u);
    return p;
  }
  WeightId add(WeightUse use, uint64_t rows, uint64_t cols, void* data) {
    WeightDesc desc;
    desc.rows = rows;
    desc.cols = cols;
    desc.use = use;
    m_weights.descs.push_back(desc);
    m_data.push_back(data);
    return static_cast<WeightId>(m_data.size() - 1);
  }
  WeightId vector(uint32_t cols) {
    auto* p = take<float>(cols);
    fillFloat<<<1, 256>>>(p, cols, m_seed++ * 977u);
    return add(WeightUse::Vector, 1, cols, p);
  }
  LinearPart part(uint64_t rows, uint64_t cols) {
    LinearPart out;
    out.weight = add(WeightUse::Matrix, rows, cols, random(rows * cols, 1.7f / std::sqrt(static_cast<float>(cols))));
    if (m_shape.rich) out.bias = vector(static_cast<uint32_t>(rows));
    m_weightBytes += rows * cols * 2;
    return out;
  }

  void build() {
    const HeadShape& heads = m_shape.heads;
    const uint32_t q = heads.nHeads * heads.headDim, kv = heads.nKvHeads * heads.headDim;
    const uint32_t rotary = m_shape.rich ? heads.headDim / 2 : heads.headDim;
    m_program.maxTokens = m_program.maxLogitRows = kMegaRows;
    m_program.buffers = {{"x", Rows::Token, m_shape.hidden},     {"qkv", Rows::Token, q + 2 * kv},
                         {"attended", Rows::Token, q},           {"gated", Rows::Token, m_shape.gated},
                         {"logits", Rows::Logit, m_shape.vocab}, {"last", Rows::Logit, m_shape.hidden}};
    const LinearPart table = part(m_shape.vocab, m_shape.hidden);
    m_weights.descs[table.weight].use = WeightUse::EmbeddingAndMatrix;
    std::vector<float> frequencies(rotary / 2);
    for (uint32_t i = 0; i < rotary / 2; ++i)
      frequencies[i] = std::pow(500000.0f, -2.0f * static_cast<float>(i) / static_cast<float>(rotary));
    auto* invFreqData = take<float>(rotary / 2);
    CHECK(cudaMemcpy(invFreqData, frequencies.data(), frequencies.size() * 4, cudaMemcpyHostToDevice));
    const WeightId invFreq = add(WeightUse::Vector, 1, rotary / 2, invFreqData);
    const auto norm = [this](uint32_t cols) { return NormSpec{vector(cols), 1e-5f, false}; };
    m_program.ops = {EmbedOp{table.weight, 0, 1.0f}};
    for (uint32_t layer = 0; layer < m_shape.nLayers; ++layer) {
      LinearOp first{0, norm(m_shape.hidden), {}, Epilogue::None, {}, 1.0f, 1};
      for (const uint32_t rows : {q, kv, kv}) first.parts.push_back(part(rows, m_shape.hidden));
      RopeAppendOp rope{
          1, layer, heads, {m_shape.rich ? RopeStyle::Interleaved : RopeStyle::Half, rotary, invFreq, 1.0f}, {}, {}};
      if (m_shape.rich) {
        rope.qNorm = norm(heads.headDim);
        rope.kNorm = norm(heads.headDim);
      }
      AttentionOp attention;
      attention.qkv = 1;
      attention.layer = layer;
      attention.heads = heads;
      attention.scale = 1.0f / std::sqrt(static_cast<float>(heads.headDim));
      attention.out = 2;
      const LinearOp output{2, {}, {part(m_shape.hidden, q)}, Epilogue::None, 0, 1.0f, 0};
      LinearOp up{0, norm(m_shape.hidden), {}, Epilogue::SwiGlu, {}, 1.0f, 3};
      for (int i = 0; i < 2; ++i) up.parts.push_back(part(m_shape.gated, m_shape.hidden));
      const LinearOp down{3, {}, {part(m_shape.hidden, m_shape.gated)}, Epilogue::None, 0, 1.0f, 0};
      for (const Op& op : {Op(first), Op(rope), Op(attention), Op(output), Op(up), Op(down)})
        m_program.ops.push_back(op);
    }
    m_program.ops.push_back(GatherOp{0, 5});
    m_program.ops.push_back(LinearOp{5, norm(m_shape.hidden), {table}, Epilogue::None, {}, 1.0f, 4});
  }

  Shape m_shape;
  uint32_t m_nBlocks, m_seed = 1, m_perSequence = 0;
  uint64_t m_weightBytes = 0;
  Table m_weights;
  Program m_program;
  std::vector<void*> m_data;
  std::vector<unsigned char*> m_buffers;
  std::vector<__nv_bfloat16*> m_cache;
  StepHeader* m_header = nullptr;
  SequenceSpan* m_spans = nullptr;
  MegaProgram m_lowered;
  MegaArgs m_args;
};

template <class Body>
double milliseconds(cudaStream_t stream, int times, Body body) {
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  for (int i = 0; i < 2; ++i) body();
  CHECK(cudaEventRecord(begin, stream));
  for (int i = 0; i < times; ++i) body();
  CHECK(cudaEventRecord(end, stream));
  CHECK(cudaStreamSynchronize(stream));
  float ms = 0;
  CHECK(cudaEventElapsedTime(&ms, begin, end));
  return static_cast<double>(ms) / times;
}

double readRate(uint32_t nMultiprocessors, cudaStream_t stream) {
  const size_t bytes = size_t{4} << 30;
  auto* data = take<unsigned char>(bytes);
  double rate = 0;
  for (int i = 0; i < 3; ++i) {
    const double ms = milliseconds(stream, 5, [&] {
      readStream<<<nMultiprocessors * 4, 512, 0, stream>>>(reinterpret_cast<const uint4*>(data), bytes / 16,
                                                           reinterpret_cast<uint32_t*>(data));
    });
    rate = std::max(rate, static_cast<double>(bytes) / (ms * 1e-3));
  }
  CHECK(cudaFree(data));
  std::printf("read stream %.3f TB/s\n", rate * 1e-12);
  return rate;
}

/// Rows have the same bits whatever their number, and steps the same bits again.
void check(Model& model, const Shape& shape, uint32_t context, cudaStream_t stream) {
  std::vector<float> one;
  for (const uint32_t nRows : {16u, 9u, 8u, 3u, 1u}) {
    model.setStep(nRows, context, true);
    model.launch(nRows, kAll, stream);
    const std::vector<float> got = model.logits(nRows, stream);
    model.launch(nRows, 2, stream);
    const bool again = got == model.logits(nRows, stream);
    if (one.empty()) one = got;
    const bool same = std::equal(got.begin(), got.end(), one.begin());
    const bool finite = std::all_of(got.begin(), got.end(), [](float v) { return std::isfinite(v); });
    if (!again || !same || !finite) {
      std::printf("  WRONG: %s, context %u, %u rows: again %d, same %d, finite %d\n", shape.name, context, nRows, again,
                  same, finite);
    }
  }
}

void measure(const Shape& shape, double rate, uint32_t nBlocks, cudaStream_t stream) {
  Model model(shape, nBlocks, 8192);
  std::printf("%s: %.3f GB\n", shape.name, static_cast<double>(model.weightBytes()) * 1e-9);
  check(model, shape, 3000, stream);
  double one = 0;
  const auto time = [&](uint32_t nRows, uint32_t context, uint32_t nOnTheirWay, bool trace) {
    model.setStep(nRows, context);
    const double ms =
        milliseconds(stream, nRows * context > 100000 ? 4 : 12, [&] { model.launch(nRows, nOnTheirWay, stream); });
    if (nRows == 1 && context == 0) one = ms;
    const double bytes = static_cast<double>(model.weightBytes() + model.cacheBytes(nRows, context));
    std::printf("  rows %2u context %5u, %2d chunks on their way: %.4f ms, %.1f %% of the read stream, %.3fx\n", nRows,
                context, static_cast<int>(nOnTheirWay), ms, 100 * bytes / (ms * 1e-3) / rate, ms / one);
    if (trace) model.printTrace(nRows, nOnTheirWay, stream);
  };
  for (const uint32_t some : {1u, 2u, 3u, 4u, kAll, kEngine}) time(1, 0, some, some == kEngine);
  for (const uint32_t nRows : {2u, 8u, 9u, 16u}) time(nRows, 0, kEngine, nRows == 16);
  for (const uint32_t some : {3u, kAll}) time(16, 0, some, false);
  for (const uint32_t context : {128u, 2048u, 8192u})
    for (const uint32_t nRows : {1u, 8u, 16u}) time(nRows, context, kEngine, context == 8192);
}

int run(std::string_view which) {
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  int nMultiprocessors = 0;
  CHECK(cudaDeviceGetAttribute(&nMultiprocessors, cudaDevAttrMultiProcessorCount, 0));
  const auto nBlocks = static_cast<uint32_t>(nMultiprocessors);
  const Shape kSmall[] = {{"small 64", 2, 64, 96, 203, {4, 2, 64}},
                          {"small 128", 2, 1056, 608, 515, {8, 1, 128}, true},
                          {"small 16-row groups", 2, 2048, 320, 130, {8, 8, 64}, true},
                          {"small many groups", 1, 1024, 2304, 9000, {32, 4, 128}}};
  for (const Shape& shape : kSmall) {
    if (megaBlocks({DType::BF16, shape.heads.headDim}) != nBlocks) {
      std::printf("the kernel cannot run here\n");
      return 1;
    }
    Model model(shape, nBlocks, 700);
    for (const uint32_t context : {0u, 15u, 700u}) check(model, shape, context, stream);
  }
  std::printf("small shapes are done\n");
  if (which == "small") return 0;
  const double rate = readRate(nBlocks, stream);
  const Shape kLarge[] = {{"1B", 16, 2048, 8192, 128256, {32, 8, 64}}, {"8B", 32, 4096, 14336, 128256, {32, 8, 128}}};
  for (const Shape& shape : kLarge)
    if (which.empty() || which == shape.name) measure(shape, rate, nBlocks, stream);
  return 0;
}

}  // namespace
}  // namespace kernels::cuda

int main(int argc, char** argv) {
  return kernels::cuda::run(argc > 1 ? argv[1] : "");
}
