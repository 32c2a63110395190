// Element types of buffers and storage formats of weights.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kernels {

/// Element type of an activation buffer or of the KV cache.
enum class DType : uint8_t { F32, F16, BF16, I32, I8 };

/// Bytes of one element.
size_t dtypeBytes(DType type);
/// "float32", "float16", ... as in flags and messages.
std::string_view dtypeName(DType type);

/// How a weight is stored: plain floats, or blocks of quantized values. Block layouts are those of GGUF v3.
enum class WeightFormat : uint8_t { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };
inline constexpr int kWeightFormatCount = 11;

struct WeightFormatInfo {
  std::string_view name;   ///< "Q4_K"
  uint32_t blockElements;  ///< elements that share scales; 1 for plain floats
  uint32_t blockBytes;     ///< stored bytes of one block
};

const WeightFormatInfo& weightFormatInfo(WeightFormat format);
/// Stored bytes of a row of `cols` elements. `cols` must be a multiple of the block's elements.
size_t weightRowBytes(WeightFormat format, size_t cols);

}  // namespace kernels
