// One packed block of each quantized format into registers: eight vectors of unsigned bytes, scales and minimums.

// clang-format off
#if defined(HEARTH_MATMUL_FORMATS_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_FORMATS_INL_H
#undef HEARTH_MATMUL_FORMATS_INL_H
#else
#define HEARTH_MATMUL_FORMATS_INL_H
#endif
// clang-format on

#include "kernels/cpu/matmul/dot-inl.h"
#include "kernels/cpu/packed_layout.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

/// kLanes rows of a block. Value of a weight: (w - offset) * scale + min.
struct Block {
  VI w[8];    ///< word (row, j) in lane `row` of w[j]
  VF scale;   ///< of columns 0..15 where scales go by halves
  VF second;  ///< minimum, or scale of columns 16..31
};

/// What a format's blocks are like.
struct Traits {
  bool hasMin = false;
  bool halves = false;  ///< two scales, of 16 columns each
  bool wide = false;    ///< values up to 255
  int offset = 0;
};

/// `forDot`: values as dot() takes them, which on some targets are signed for the 8-bit format.
constexpr Traits traitsOf(WeightFormat format, bool forDot) {
  switch (format) {
    case WeightFormat::Q4_0:
      return {.offset = 8};
    case WeightFormat::Q5_0:
      return {.offset = 16};
    case WeightFormat::Q8_0:
      return {.wide = true, .offset = forDot && !kWideIsUnsigned ? 0 : 128};
    case WeightFormat::Q6_K:
      return {.halves = true, .offset = 32};
    default:
      return {.hasMin = true};
  }
}

/// How far ahead of its use memory is asked for, and from how many tokens on: with several a block takes so long that
/// the machine's own prefetching stops short of the latency of memory; with one that alone is faster.
inline constexpr size_t kPrefetchDistance = 2048;
inline constexpr int kPrefetchTokens = 2;

/// Loads blocks of the packed layout.
template <WeightFormat kFormat, bool kForDot>
struct Packed {
  static constexpr Traits kTraits = traitsOf(kFormat, kForDot);
  static constexpr BlockLayout kLayout = blockLayout(kFormat);

  /// Asks for the memory that a block some way ahead needs.
  static HWY_INLINE void prefetch(const std::byte* group, size_t index) {
    const std::byte* ahead = group + blockOffset(kLayout, index) + kPrefetchDistance;
#pragma GCC unroll 9
    for (size_t line = 0; line < kLayout.blockBytes; line += 64) __builtin_prefetch(ahead + line, 0, 3);
  }

  /// Rows [sub * kLanes, (sub + 1) * kLanes) of block `index` of a group.
  static HWY_INLINE Block load(const std::byte* group, size_t index, size_t sub) {
    const std::byte* block = group + blockOffset(kLayout, index);
    const std::byte* words = block + sub * 4 * kLanes;
    Block out;
    if constexpr (kFormat == WeightFormat::Q8_0) {
#pragma GCC unroll 8
      for (int j = 0; j < 8; ++j) {
        out.w[j] = loadBytes(words + 64 * j);
        if constexpr (kTraits.offset == 0) out.w[j] = bitXor(out.w[j], setInt(static_cast<int32_t>(0x80808080u)));
      }
    } else {
      const VI nibble = setInt(0x0f0f0f0f);
#pragma GCC unroll 4
      for (int p = 0; p < 4; ++p) {
        const VI both = loadBytes(words + 64 * p);
        out.w[p] = bitAnd(both, nibble);
        out.w[p + 4] = bitAnd(shiftRight<4>(both), nibble);
      }
      if constexpr (kFormat == WeightFormat::Q6_K) {
        addTopTwo<0>(out, loadBytes(words + kLayout.highAt));
        addTopTwo<4>(out, loadBytes(words + kLayout.highAt + 64));
      } else if constexpr (kLayout.highAt != 0) {
        addFifth(out, loadBytes(words + kLayout.highAt));
      }
    }
    loadScales(block, index, sub, out);
    return out;
  }

 private:
  static HWY_INLINE void addFifth(Block& out, VI high) {
    const VI bit = setInt(0x10101010);
    out.w[0] = bitOr(out.w[0], bitAnd(shiftLeft<4>(high), bit));
    out.w[1] = bitOr(out.w[1], bitAnd(shiftLeft<3>(high), bit));
    out.w[2] = bitOr(out.w[2], bitAnd(shiftLeft<2>(high), bit));
    out.w[3] = bitOr(out.w[3], bitAnd(shiftLeft<1>(high), bit));
    out.w[4] = bitOr(out.w[4], bitAnd(high, bit));
    out.w[5] = bitOr(out.w[5], bitAnd(shiftRight<1>(high), bit));
    out.w[6] = bitOr(out.w[6], bitAnd(shiftRight<2>(high), bit));
    out.w[7] = bitOr(out.w[7], bitAnd(shiftRight<3>(high), bit));
  }

  template <int kFirst>
  static HWY_INLINE void addTopTwo(Block& out, VI high) {
    const VI bits = setInt(0x30303030);
    out.w[kFirst] = bitOr(out.w[kFirst], bitAnd(shiftLeft<4>(high), bits));
    out.w[kFirst + 1] = bitOr(out.w[kFirst + 1], bitAnd(shiftLeft<2>(high), bits));
    out.w[kFirst + 2] = bitOr(out.w[kFirst + 2], bitAnd(high, bits));
    out.w[kFirst + 3] = bitOr(out.w[kFirst + 3], bitAnd(shiftRight<2>(high), bits));
  }

  static HWY_INLINE void loadScales(const std::byte* block, size_t index, size_t sub, Block& out) {
    const size_t row = sub * kLanes;
    if constexpr (kLayout.superHead == 0) {
      out.scale = loadHalfs(block + kLayout.scaleAt + 2 * row);
      if constexpr (kTraits.hasMin) out.second = loadHalfs(block + kLayout.minAt + 2 * row);
    } else {
      const std::byte* head = block - index % kSuperBlocks * kLayout.blockBytes - kLayout.superHead;
      const VF d = loadHalfs(head + 2 * row);
      if constexpr (kTraits.halves) {
        out.scale = mul(d, toFloat(loadSignedBytes(block + kLayout.scaleAt + row)));
        out.second = mul(d, toFloat(loadSignedBytes(block + kLayout.minAt + row)));
      } else {
        out.scale = mul(d, toFloat(loadUnsignedBytes(block + kLayout.scaleAt + row)));
        const VF minusMin = mul(setFloat(-1.0f), loadHalfs(head + 32 + 2 * row));
        out.second = mul(minusMin, toFloat(loadUnsignedBytes(block + kLayout.minAt + row)));
      }
    }
  }
};

/// Blocks already unpacked: 640 bytes of 16 rows each, for many tokens that use the same weights.
template <WeightFormat kFormat>
struct Unpacked {
  static constexpr Traits kTraits = traitsOf(kFormat, true);
  static constexpr size_t kBlockBytes = 640;

  static HWY_INLINE void prefetch(const std::byte*, size_t) {}

  static HWY_INLINE Block load(const std::byte* panel, size_t index, size_t sub) {
    const std::byte* block = panel + index * kBlockBytes + sub * 4 * kLanes;
    Block out;
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) out.w[j] = loadBytes(block + 64 * j);
    out.scale = loadFloats(reinterpret_cast<const float*>(block + 512));
    if constexpr (kTraits.hasMin || kTraits.halves) {
      out.second = loadFloats(reinterpret_cast<const float*>(block + 576));
    }
    return out;
  }

  static HWY_INLINE void store(const Block& in, std::byte* panel, size_t index, size_t sub) {
    std::byte* block = panel + index * kBlockBytes + sub * 4 * kLanes;
#pragma GCC unroll 8
    for (int j = 0; j < 8; ++j) storeBytes(block + 64 * j, in.w[j]);
    storeFloats(reinterpret_cast<float*>(block + 512), in.scale);
    if constexpr (kTraits.hasMin || kTraits.halves) {
      storeFloats(reinterpret_cast<float*>(block + 576), in.second);
    }
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
