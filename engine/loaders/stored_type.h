// How tensors lie in files, over all formats that we read, and what becomes of them in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "kernels/dtype.h"

namespace engine {

// clang-format off
enum class StoredType : uint8_t {
  F32, F16, BF16, F64, I64, I32, I16, I8, U64, U32, U16, U8, Bool, F8E4M3, F8E5M2,
  Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q8_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, Q8_K,
  IQ2_XXS, IQ2_XS, IQ3_XXS, IQ1_S, IQ4_NL, IQ3_S, IQ2_S, IQ4_XS, IQ1_M, TQ1_0, TQ2_0, MXFP4,
};
// clang-format on
inline constexpr int kStoredTypeCount = 39;

struct StoredTypeInfo {
  std::string_view name;         ///< "float16", "Q4_K": as people know it
  std::string_view safetensors;  ///< name in a safetensors header, empty when it cannot be there
  int32_t ggmlType;              ///< id in a GGUF file, -1 when it cannot be there
  uint32_t blockElements;        ///< elements that share scales
  uint32_t blockBytes;           ///< stored bytes of one block
  /// What it is in memory: the same, or an exact wider format (F64 is rounded to F32). Nothing: not loadable.
  std::optional<kernels::WeightFormat> loadsAs;
};

const StoredTypeInfo& storedTypeInfo(StoredType type);
std::optional<StoredType> storedTypeFromGgml(uint32_t ggmlType);
std::optional<StoredType> storedTypeFromSafetensors(std::string_view name);

/// True when the bytes in memory are the bytes in the file.
bool loadsUnchanged(StoredType type);

}  // namespace engine
