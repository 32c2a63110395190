// The two products of attention over one tile of keys, for a few query rows at once. Every element is summed in one
// fixed order (dimensions ascending, keys ascending), so the number of rows taken together does not show in the result.
// Included once per SIMD target.
#if defined(HEARTH_ATTENTION_TILE_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_ATTENTION_TILE_INL_H
#undef HEARTH_ATTENTION_TILE_INL_H
#else
#define HEARTH_ATTENTION_TILE_INL_H
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/kv_element-inl.h"
#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

using DF = hn::CappedTag<float, 16>;
using VF = hn::Vec<DF>;
inline constexpr uint32_t kLanes = hn::MaxLanes(DF());
/// Vectors that hold the 16 keys of a block.
inline constexpr uint32_t kBlockVectors = 16 / kLanes;
inline constexpr bool kWide = kLanes == 16;
/// Blocks whose scores are kept in registers together, and vectors of the output: with 6 rows they fill the register
/// file of AVX-512 (24 of 32) and of AVX2 (12 of 16).
inline constexpr int kScoreBlocks = kWide ? 4 : 1;
inline constexpr int kValueVectors = kWide ? 4 : 2;
inline constexpr uint32_t kMaxRows = 6;

/// One tile of the cache: up to four blocks of 16 keys.
template <class T>
struct TileBlocks {
  const T* keys[4];    ///< each [headDim][16]
  const T* values[4];  ///< each [16][headDim]
  /// Keys of the next tile where they should be asked for, else null. Pieces of 2 KB in many places are too short for
  /// the machine's own prefetching: the products ask for the values, and then these, while they go over what is there.
  const T* ahead[4];
};

/// Into the second-level cache: asked into the first, what comes ahead made the products slower than without asking.
template <class T>
HWY_INLINE void prefetch(const T* from, size_t count) {
  for (size_t i = 0; i < count; i += 64 / sizeof(T)) __builtin_prefetch(from + i, 0, 2);
}

// s[r][16 b + j] = sum_d q[r][d] keys[b][d][j] for B blocks.
template <class T, int R, int B>
HWY_INLINE void scoreBlocks(const float* q, size_t qStride, const T* const* keys, const T* const* values,
                            size_t headDim, float* s) {
  const DF d;
  VF sum[R][B][kBlockVectors];
  for (int r = 0; r < R; ++r)
    for (int b = 0; b < B; ++b)
      for (size_t v = 0; v < kBlockVectors; ++v) sum[r][b][v] = hn::Zero(d);
  for (size_t i = 0; i < headDim; ++i) {
    VF k[B][kBlockVectors];
    if constexpr (sizeof(T) < sizeof(float))
      for (int b = 0; b < B; ++b) prefetch(values[b] + i * 16, 16);
    for (int b = 0; b < B; ++b)
      for (size_t v = 0; v < kBlockVectors; ++v) k[b][v] = loadAsFloat(d, keys[b] + i * 16 + v * kLanes);
    for (int r = 0; r < R; ++r) {
      const VF x = hn::Set(d, q[r * qStride + i]);
      for (int b = 0; b < B; ++b)
        for (size_t v = 0; v < kBlockVectors; ++v) sum[r][b][v] = hn::MulAdd(x, k[b][v], sum[r][b][v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int b = 0; b < B; ++b)
      for (size_t v = 0; v < kBlockVectors; ++v) hn::StoreU(sum[r][b][v], d, s + r * 64 + b * 16 + v * kLanes);
}

template <class T, int R>
void scoreTile(const float* q, size_t qStride, const TileBlocks<T>& tile, uint32_t blockBegin, uint32_t blockEnd,
               size_t headDim, float* s) {
  uint32_t b = blockBegin;
  if constexpr (kScoreBlocks == 4) {
    if (b == 0 && blockEnd == 4) return scoreBlocks<T, R, 4>(q, qStride, tile.keys, tile.values, headDim, s);
    for (; b + 2 <= blockEnd; b += 2)
      scoreBlocks<T, R, 2>(q, qStride, tile.keys + b, tile.values + b, headDim, s + b * 16);
  }
  for (; b < blockEnd; ++b) scoreBlocks<T, R, 1>(q, qStride, tile.keys + b, tile.values + b, headDim, s + b * 16);
}

// acc[r][d] = acc[r][d] * correction[r] + sum_j p[r][j] values[j][d] for N vectors of dimensions from `dim` on.
template <class T, int R, int N>
HWY_INLINE void addValuesAt(const float* p, const float* correction, const TileBlocks<T>& tile, uint32_t keyBegin,
                            uint32_t keyEnd, size_t headDim, size_t dim, float* acc, size_t accStride) {
  const DF d;
  VF sum[R][N];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < N; ++v)
      sum[r][v] = hn::Mul(hn::LoadU(d, acc + r * accStride + dim + v * kLanes), hn::Set(d, correction[r]));
  for (uint32_t j = keyBegin; j < keyEnd; ++j) {
    const T* row = tile.values[j / 16] + (j % 16) * headDim + dim;
    if constexpr (sizeof(T) < sizeof(float))
      if (tile.ahead[j / 16] != nullptr) prefetch(tile.ahead[j / 16] + (j % 16) * headDim + dim, N * kLanes);
    VF value[N];
    for (int v = 0; v < N; ++v) value[v] = loadAsFloat(d, row + v * kLanes);
    for (int r = 0; r < R; ++r) {
      const VF weight = hn::Set(d, p[r * 64 + j]);
      for (int v = 0; v < N; ++v) sum[r][v] = hn::MulAdd(weight, value[v], sum[r][v]);
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < N; ++v) hn::StoreU(sum[r][v], d, acc + r * accStride + dim + v * kLanes);
}

template <class T, int R>
void addValues(const float* p, const float* correction, const TileBlocks<T>& tile, uint32_t keyBegin, uint32_t keyEnd,
               size_t headDim, float* acc, size_t accStride) {
  size_t dim = 0;
  for (; dim + kValueVectors * kLanes <= headDim; dim += kValueVectors * kLanes)
    addValuesAt<T, R, kValueVectors>(p, correction, tile, keyBegin, keyEnd, headDim, dim, acc, accStride);
  for (; dim < headDim; dim += kLanes)
    addValuesAt<T, R, 1>(p, correction, tile, keyBegin, keyEnd, headDim, dim, acc, accStride);
}

/// exp of one float by the same arithmetic as the vectors'.
HWY_INLINE float expOne(float x) {
  const hn::CappedTag<float, 1> d;
  return hn::GetLane(fastExp(d, hn::Set(d, x)));
}

/// What changes scores of one row before the softmax.
struct RowRule {
  uint32_t begin, end;  ///< keys of the tile that the row sees
  float softcap;        ///< 0 = none
  float slope;          ///< 0 = none
  float distance;       ///< position of the tile's first key minus the row's
};

// Applies the rule to the scores of one row; returns their largest.
inline VF ruledScores(const RowRule& rule, uint32_t nKeys, float* s) {
  const DF d;
  const VF low = hn::Set(d, -HUGE_VALF);
  VF best = low;
  if (rule.begin == 0 && rule.end >= nKeys && rule.softcap == 0.0f && rule.slope == 0.0f) {
    for (uint32_t j = 0; j < nKeys; j += kLanes) best = hn::Max(best, hn::LoadU(d, s + j));
    return best;
  }
  for (uint32_t j = 0; j < nKeys; j += kLanes) {
    VF v = hn::LoadU(d, s + j);
    const VF index = hn::Iota(d, static_cast<float>(j));
    if (rule.softcap != 0.0f) {
      const VF cap = hn::Set(d, rule.softcap);
      v = hn::Mul(cap, fastTanh(d, hn::Div(v, cap)));
    }
    if (rule.slope != 0.0f) v = hn::MulAdd(hn::Set(d, rule.slope), hn::Add(index, hn::Set(d, rule.distance)), v);
    const auto seen = hn::And(hn::Ge(index, hn::Set(d, static_cast<float>(rule.begin))),
                              hn::Lt(index, hn::Set(d, static_cast<float>(rule.end))));
    v = hn::IfThenElse(seen, v, low);
    best = hn::Max(best, v);
    hn::StoreU(v, d, s + j);
  }
  return best;
}

// Turns the scores of one row into weights exp(score - max), zero outside [begin, end) up to `nKeys`, and brings the
// row's running max and sum along. Returns the factor for what was added up so far.
inline float softmaxRow(const RowRule& rule, uint32_t nKeys, float* s, float* maximum, float* sum) {
  const DF d;
  const VF best = ruledScores(rule, nKeys, s);
  const float newMaximum = HWY_MAX(*maximum, hn::GetLane(hn::MaxOfLanes(d, best)));
  // Nothing seen yet: any finite number serves, all weights are zero.
  const float base = newMaximum == -HUGE_VALF ? 0.0f : newMaximum;
  VF total = hn::Zero(d);
  for (uint32_t j = 0; j < nKeys; j += kLanes) {
    const VF w = fastExp(d, hn::Sub(hn::LoadU(d, s + j), hn::Set(d, base)));
    total = hn::Add(total, w);
    hn::StoreU(w, d, s + j);
  }
  const float factor = *maximum == newMaximum ? 1.0f : expOne(*maximum - newMaximum);
  *sum = *sum * factor + hn::GetLane(hn::SumOfLanes(d, total));
  *maximum = newMaximum;
  return factor;
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // once per target
