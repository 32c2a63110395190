#include "tests/kernels/cuda/attention_bed.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <sstream>

#include "kernels/backend.h"
#include "kernels/cuda/ops/element.cuh"

namespace kernels::cuda {

namespace {

__device__ uint32_t mixed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ x >> 16;
}
/// About normal, variance 1.
__device__ float noise(uint32_t seed, uint32_t a, uint32_t b) {
  uint32_t x = mixed(seed * 0x9e3779b9u + mixed(a * 0x85ebca6bu + b));
  float sum = 0.0f;
  for (int i = 0; i < 4; ++i) {
    x = mixed(x + 0x6d2b79f5u);
    sum += static_cast<float>(x >> 8) * (1.0f / 16777216.0f) - 0.5f;
  }
  return sum * 1.7320508f;
}

/// A row a block: keys or values of one position of one sequence and KV head.
template <class T>
__global__ void fillCache(T* cache, uint32_t nKvHeads, uint32_t dim, const int32_t* blocks, uint32_t seed) {
  const uint32_t position = blockIdx.x, kvHead = blockIdx.y;
  T* row = cache + ((static_cast<uint64_t>(blocks[position / kKvBlockTokens]) * nKvHeads + kvHead) * kKvBlockTokens +
                    position % kKvBlockTokens) *
                       dim;
  for (uint32_t d = threadIdx.x; d < dim; d += blockDim.x) row[d] = fromFloat<T>(noise(seed + kvHead, position, d));
}
template <class T>
__global__ void fillQueries(T* qkv, uint32_t cols, uint32_t used, uint32_t firstRow, uint32_t firstPosition,
                            uint32_t seed, float scale) {
  T* row = qkv + uint64_t{firstRow + blockIdx.x} * cols;
  for (uint32_t c = threadIdx.x; c < cols; c += blockDim.x)
    row[c] = fromFloat<T>(c < used ? scale * noise(seed + 77, firstPosition + blockIdx.x, c) : NAN);
}

size_t sizeOf(DType type) {
  return type == DType::F32 ? 4 : 2;
}

float valueAt(const std::vector<std::byte>& bytes, DType type, size_t index) {
  if (type == DType::F32) {
    float v;
    std::memcpy(&v, bytes.data() + index * 4, 4);
    return v;
  }
  uint16_t bits;
  std::memcpy(&bits, bytes.data() + index * 2, 2);
  if (type == DType::F16) {
    __half_raw raw;
    raw.x = bits;
    return __half2float(__half(raw));
  }
  __nv_bfloat16_raw raw;
  raw.x = bits;
  return __bfloat162float(__nv_bfloat16(raw));
}

const char* nameOf(DType type) {
  return type == DType::F32 ? "f32" : type == DType::F16 ? "f16" : "bf16";
}

}  // namespace

std::string BedCase::name() const {
  std::ostringstream text;
  text << heads.nHeads << "x" << heads.nKvHeads << "x" << heads.headDim << "_" << nameOf(type) << nameOf(cacheType);
  if (softcap > 0) text << "_cap";
  if (window > 0) text << "_window" << window;
  if (alibi) text << "_alibi";
  for (size_t i = 0; i < sequences.size() && i < 4; ++i)
    text << "_" << sequences[i].context << "+" << sequences[i].nTokens;
  text << "_of" << sequences.size();
  return text.str();
}

const char* whyNoDevice() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0 ? nullptr : "no NVIDIA GPU: CUDA finds no device";
}
int deviceMajor() {
  int major = 0;
  cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0);
  return major;
}

template <class V>
V* AttentionBed::allocate(size_t count) {
  void* at = nullptr;
  if (m_error == cudaSuccess) m_error = cudaMalloc(&at, std::max<size_t>(count * sizeof(V), 256));
  if (m_error != cudaSuccess) return nullptr;
  m_memory.push_back(at);
  return static_cast<V*>(at);
}
template <class V>
V* AttentionBed::upload(const std::vector<V>& values) {
  V* at = allocate<V>(values.size());
  if (m_error == cudaSuccess)
    m_error = cudaMemcpy(at, values.data(), values.size() * sizeof(V), cudaMemcpyHostToDevice);
  return at;
}

AttentionBed::AttentionBed(const BedCase& bedCase) : m_case(bedCase) {
  m_error = cudaStreamCreate(&m_stream);
  StepHeader header;
  for (const BedSequence& s : m_case.sequences) {
    m_spans.push_back({m_nTokens, s.nTokens, s.context, m_nBlocks});
    m_nTokens += s.nTokens;
    m_nBlocks += (s.context + s.nTokens + kKvBlockTokens - 1) / kKvBlockTokens;
    for (uint32_t i = 0; i < s.nTokens; ++i) m_positions.push_back(static_cast<int32_t>(s.context + i));
    header.maxContext = std::max(header.maxContext, s.context + s.nTokens);
  }
  m_blockTable.resize(m_nBlocks);
  std::iota(m_blockTable.begin(), m_blockTable.end(), 0);
  std::shuffle(m_blockTable.begin(), m_blockTable.end(), std::mt19937(static_cast<uint32_t>(m_nBlocks)));
  header.nTokens = m_nTokens;
  header.nSequences = static_cast<uint32_t>(m_spans.size());
  std::vector<int32_t> sequenceOf;
  for (size_t s = 0; s < m_spans.size(); ++s)
    sequenceOf.insert(sequenceOf.end(), m_spans[s].nTokens, static_cast<int32_t>(s));
  const HeadShape& heads = m_case.heads;
  for (uint32_t h = 0; h < heads.nHeads; ++h)
    m_slopes.push_back(std::exp2(-8.0f * static_cast<float>(h + 1) / static_cast<float>(heads.nHeads)));

  AttentionArgs args;
  args.type = m_case.type;
  args.nRows = m_nTokens + m_case.padRows;
  args.heads = heads;
  args.scale = 1.0f / std::sqrt(static_cast<float>(heads.headDim));
  args.softcap = m_case.softcap;
  args.window = m_case.window;
  if (m_case.alibi) args.alibiSlopes = upload(m_slopes);
  args.step.header = upload(std::vector<StepHeader>{header});
  args.step.positions = upload(m_positions);
  args.step.sequenceOf = upload(sequenceOf);
  std::vector<SequenceSpan> room = m_spans;
  room.resize(m_nTokens + m_case.padRows, {0xffffffffu, 1, 0xffffffffu, 0});
  args.step.spans = upload(room);
  args.step.blockTable = upload(m_blockTable);
  args.decodeOnly = std::all_of(m_spans.begin(), m_spans.end(), [](const SequenceSpan& s) { return s.nTokens == 1; });
  args.chunksOnly = std::all_of(m_spans.begin(), m_spans.end(), [](const SequenceSpan& s) { return s.nTokens > 1; });
  args.oneOrder = bedCase.oneOrder;
  args.maxContextBound = m_case.maxContextBound;
  int value = 0;
  cudaDeviceGetAttribute(&value, cudaDevAttrMultiProcessorCount, 0);
  args.nMultiprocessors = static_cast<uint32_t>(value);
  const uint64_t scratch = attentionScratchBytes(heads, args.sequenceBound(), args.nMultiprocessors);
  args.scratch = allocate<std::byte>(scratch);
  const uint64_t nCounters = attentionCounters(heads, args.sequenceBound());
  args.counters = allocate<uint32_t>(nCounters);
  const uint32_t cols = (heads.nHeads + 2 * heads.nKvHeads) * heads.headDim;
  void* qkv = allocate<std::byte>(size_t{args.nRows} * cols * sizeOf(m_case.type));
  args.qkv = qkv;
  args.out = allocate<std::byte>(size_t{args.nRows} * heads.nHeads * heads.headDim * sizeOf(m_case.type));
  args.cache.type = m_case.cacheType;
  args.cache.nKvHeads = heads.nKvHeads;
  args.cache.headDim = heads.headDim;
  const size_t layerBytes =
      size_t{m_nBlocks} * heads.nKvHeads * kKvBlockTokens * heads.headDim * sizeOf(m_case.cacheType);
  for (uint32_t l = 0; l < m_case.nLayers; ++l) {
    args.cache.keys = allocate<std::byte>(layerBytes);
    args.cache.values = allocate<std::byte>(layerBytes);
    m_args.push_back(args);
  }
  if (m_error != cudaSuccess) return;
  cudaMemset(args.scratch, 0xff, scratch);
  cudaMemset(args.counters, 0, nCounters * sizeof(uint32_t));
  // NaN in every type; after it, what the sequences own is filled.
  cudaMemset(qkv, 0xff, size_t{args.nRows} * cols * sizeOf(m_case.type));
  for (const AttentionArgs& layer : m_args) {
    cudaMemset(layer.cache.keys, 0xff, layerBytes);
    cudaMemset(layer.cache.values, 0xff, layerBytes);
    for (size_t s = 0; s < m_spans.size(); ++s) {
      const SequenceSpan& span = m_spans[s];
      const uint32_t seed = m_case.sequences[s].seed * 1000;
      const dim3 grid(span.contextLength + span.nTokens, heads.nKvHeads);
      withType(m_case.cacheType, [&](auto element) {
        using T = decltype(element);
        const int32_t* blocks = args.step.blockTable + span.blockTableOffset;
        fillCache<T><<<grid, 64>>>(static_cast<T*>(layer.cache.keys), heads.nKvHeads, heads.headDim, blocks, seed);
        fillCache<T>
            <<<grid, 64>>>(static_cast<T*>(layer.cache.values), heads.nKvHeads, heads.headDim, blocks, seed + 500);
      });
      withType(m_case.type, [&](auto element) {
        using T = decltype(element);
        fillQueries<T><<<span.nTokens, 64>>>(static_cast<T*>(qkv), cols, heads.nHeads * heads.headDim, span.firstToken,
                                             span.contextLength, seed, m_case.queryScale);
      });
    }
  }
  m_error = cudaDeviceSynchronize();
}

AttentionBed::~AttentionBed() {
  for (void* at : m_memory) cudaFree(at);
  if (m_stream != nullptr) cudaStreamDestroy(m_stream);
}

cudaError_t AttentionBed::run(const Way& way, std::vector<std::byte>* out) {
  const AttentionArgs& a = m_args[0];
  const size_t rowBytes = size_t{a.heads.nHeads} * a.heads.headDim * sizeOf(a.type);
  cudaMemsetAsync(a.out, 0xff, a.nRows * rowBytes, m_stream);
  if (const cudaError_t error = way(a, m_stream); error != cudaSuccess) return error;
  out->resize(m_nTokens * rowBytes);
  cudaMemcpyAsync(out->data(), a.out, out->size(), cudaMemcpyDeviceToHost, m_stream);
  return cudaStreamSynchronize(m_stream);
}

double AttentionBed::worstError(const std::vector<std::byte>& out, uint32_t nSamples) {
  const AttentionArgs& a = m_args[0];
  const uint32_t dim = a.heads.headDim, nKv = a.heads.nKvHeads, cols = (a.heads.nHeads + 2 * nKv) * dim;
  const size_t cacheElements = size_t{m_nBlocks} * nKv * kKvBlockTokens * dim;
  std::vector<std::byte> keys(cacheElements * sizeOf(a.cache.type)), values(keys.size());
  std::vector<std::byte> qkv(size_t{a.nRows} * cols * sizeOf(a.type));
  cudaMemcpy(keys.data(), a.cache.keys, keys.size(), cudaMemcpyDeviceToHost);
  cudaMemcpy(values.data(), a.cache.values, values.size(), cudaMemcpyDeviceToHost);
  cudaMemcpy(qkv.data(), a.qkv, qkv.size(), cudaMemcpyDeviceToHost);
  std::mt19937 random(5);
  const double unit = a.type == DType::BF16 ? 1.0 / 256 : a.type == DType::F16 ? 1.0 / 2048 : 0.0;
  double worst = 0;
  for (uint32_t sample = 0; sample < nSamples; ++sample) {
    const uint32_t s = static_cast<uint32_t>(random() % m_spans.size());
    const uint32_t head = static_cast<uint32_t>(random() % a.heads.nHeads);
    const SequenceSpan& span = m_spans[s];
    const uint32_t token =
        span.firstToken + (sample % 3 == 0 ? span.nTokens - 1 : static_cast<uint32_t>(random() % span.nTokens));
    const int64_t position = m_positions[token];
    const uint32_t kvHead = head / (a.heads.nHeads / nKv);
    const int64_t first = a.window > 0 ? std::max<int64_t>(0, position - a.window + 1) : 0;
    std::vector<double> scores;
    const auto at = [&](int64_t j) {
      const int32_t block = m_blockTable[span.blockTableOffset + static_cast<size_t>(j) / kKvBlockTokens];
      return ((static_cast<size_t>(block) * nKv + kvHead) * kKvBlockTokens + static_cast<size_t>(j) % kKvBlockTokens) *
             dim;
    };
    for (int64_t j = first; j <= position; ++j) {
      double score = 0;
      for (uint32_t d = 0; d < dim; ++d)
        score += double{valueAt(qkv, a.type, size_t{token} * cols + size_t{head} * dim + d)} *
                 valueAt(keys, a.cache.type, at(j) + d);
      score *= a.scale;
      if (a.softcap > 0) score = a.softcap * std::tanh(score / a.softcap);
      if (m_case.alibi) score -= double{m_slopes[head]} * static_cast<double>(position - j);
      scores.push_back(score);
    }
    const double largest = *std::max_element(scores.begin(), scores.end());
    double total = 0;
    for (double& score : scores) total += score = std::exp(score - largest);
    const double lost = a.type == DType::F16 ? static_cast<double>(scores.size()) / 33554432.0 * 2 / total : 0.0;
    for (uint32_t d = 0; d < dim; ++d) {
      double y = 0, size = 0, most = 0;
      for (size_t i = 0; i < scores.size(); ++i) {
        const double v = valueAt(values, a.cache.type, at(first + static_cast<int64_t>(i)) + d);
        y += scores[i] / total * v;
        size += scores[i] / total * std::abs(v);
        most = std::max(most, std::abs(v));
      }
      const double bound = unit * (std::abs(y) + size) + 3e-5 * size + lost * most + 1e-30;
      const double got = valueAt(out, a.type, (size_t{token} * a.heads.nHeads + head) * dim + d);
      const double error = std::abs(got - y) / bound;
      if (!(error <= worst)) worst = std::isnan(error) ? 1e30 : error;
    }
  }
  return worst;
}

uint64_t cacheBytes(const BedCase& bedCase) {
  uint64_t keys = 0;
  for (const BedSequence& s : bedCase.sequences) keys += s.context + s.nTokens;
  return keys * bedCase.heads.nKvHeads * bedCase.heads.headDim * sizeOf(bedCase.cacheType) * 2;
}

double attentionFlops(const BedCase& bedCase) {
  double pairs = 0;
  for (const BedSequence& s : bedCase.sequences)
    for (uint32_t i = 0; i < s.nTokens; ++i)
      pairs += std::min<double>(s.context + i + 1, bedCase.window > 0 ? bedCase.window : 1e18);
  return pairs * 4.0 * bedCase.heads.headDim * bedCase.heads.nHeads;
}

}  // namespace kernels::cuda
