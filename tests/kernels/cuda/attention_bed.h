// A step's worth of attention on the device: sequences with shuffled blocks, random queries, keys and values, unused
// memory full of NaN. For the tests and the benchmark.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

struct BedSequence {
  uint32_t context = 0, nTokens = 1;
  uint32_t seed = 0;  ///< of its keys, values and queries: equal seeds are equal sequences, wherever they stand
};

struct BedCase {
  HeadShape heads;
  std::vector<BedSequence> sequences = {};
  DType type = DType::BF16, cacheType = DType::BF16;
  float softcap = 0.0f;
  uint32_t window = 0;
  bool alibi = false;
  uint32_t padRows = 0;          ///< rows of the launch past the step's tokens
  uint32_t maxContextBound = 0;  ///< as in AttentionArgs
  float queryScale = 1.0f;       ///< larger: sharper softmax
  bool oneOrder = false;         ///< as in AttentionArgs
  uint32_t nLayers = 1;          ///< caches of the benchmark, one after the other

  std::string name() const;
};

/// Null where there is a device that can run the tests, else why not.
const char* whyNoDevice();
int deviceMajor();

class AttentionBed {
 public:
  using Way = std::function<cudaError_t(const AttentionArgs&, cudaStream_t)>;

  explicit AttentionBed(const BedCase& bedCase);
  ~AttentionBed();
  AttentionBed(const AttentionBed&) = delete;
  AttentionBed& operator=(const AttentionBed&) = delete;

  /// Whether all memory could be had.
  bool ready() const { return m_error == cudaSuccess; }
  const AttentionArgs& args(uint32_t layer = 0) const { return m_args[layer]; }
  cudaStream_t stream() const { return m_stream; }
  uint32_t nTokens() const { return m_nTokens; }

  /// Runs and brings the output home as bytes, [tokens, heads headDim]. Poisons the output first.
  cudaError_t run(const Way& way, std::vector<std::byte>* out);

  /// Worst error of the output over `nSamples` random (token, head) pairs, of what rounding allows: at most 1.
  /// Bound: u (|y| + sum_j p_j |v_j|) + 3e-5 sum_j p_j |v_j|, u = 2^-8 (bfloat16), 2^-11 (float16), 0 (float32): the
  /// output is rounded once, and so is each weight; float16 weights below 2^-24 of the largest are lost besides.
  double worstError(const std::vector<std::byte>& out, uint32_t nSamples);

 private:
  template <class V>
  V* allocate(size_t count);
  template <class V>
  V* upload(const std::vector<V>& values);

  BedCase m_case;
  uint32_t m_nTokens = 0;
  cudaError_t m_error = cudaSuccess;
  cudaStream_t m_stream = nullptr;
  std::vector<void*> m_memory;
  std::vector<AttentionArgs> m_args;
  std::vector<SequenceSpan> m_spans;
  std::vector<int32_t> m_blockTable, m_positions;
  std::vector<float> m_slopes;
  uint32_t m_nBlocks = 0;
};

/// Bytes of keys and values that one layer has to read.
uint64_t cacheBytes(const BedCase& bedCase);
/// Multiplications and additions of the visible scores and sums.
double attentionFlops(const BedCase& bedCase);

}  // namespace kernels::cuda
