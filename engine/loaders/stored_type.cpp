#include "engine/loaders/stored_type.h"

#include <array>

namespace engine {

namespace {

using kernels::WeightFormat;

// In the order of StoredType.
constexpr std::array<StoredTypeInfo, kStoredTypeCount> kTypes{{
    {"float32", "F32", 0, 1, 4, WeightFormat::F32},
    {"float16", "F16", 1, 1, 2, WeightFormat::F16},
    {"bfloat16", "BF16", 30, 1, 2, WeightFormat::BF16},
    {"float64", "F64", 28, 1, 8, WeightFormat::F32},
    {"int64", "I64", 27, 1, 8, {}},
    {"int32", "I32", 26, 1, 4, {}},
    {"int16", "I16", 25, 1, 2, {}},
    {"int8", "I8", 24, 1, 1, {}},
    {"uint64", "U64", -1, 1, 8, {}},
    {"uint32", "U32", -1, 1, 4, {}},
    {"uint16", "U16", -1, 1, 2, {}},
    {"uint8", "U8", -1, 1, 1, {}},
    {"bool", "BOOL", -1, 1, 1, {}},
    {"float8 e4m3", "F8_E4M3", -1, 1, 1, {}},
    {"float8 e5m2", "F8_E5M2", -1, 1, 1, {}},
    {"Q4_0", "", 2, 32, 18, WeightFormat::Q4_0},
    {"Q4_1", "", 3, 32, 20, WeightFormat::Q4_1},
    {"Q5_0", "", 6, 32, 22, WeightFormat::Q5_0},
    {"Q5_1", "", 7, 32, 24, WeightFormat::Q5_1},
    {"Q8_0", "", 8, 32, 34, WeightFormat::Q8_0},
    {"Q8_1", "", 9, 32, 36, {}},
    {"Q2_K", "", 10, 256, 84, WeightFormat::F32},
    {"Q3_K", "", 11, 256, 110, WeightFormat::Q6_K},
    {"Q4_K", "", 12, 256, 144, WeightFormat::Q4_K},
    {"Q5_K", "", 13, 256, 176, WeightFormat::Q5_K},
    {"Q6_K", "", 14, 256, 210, WeightFormat::Q6_K},
    {"Q8_K", "", 15, 256, 292, {}},
    {"IQ2_XXS", "", 16, 256, 66, {}},
    {"IQ2_XS", "", 17, 256, 74, {}},
    {"IQ3_XXS", "", 18, 256, 98, {}},
    {"IQ1_S", "", 19, 256, 50, {}},
    {"IQ4_NL", "", 20, 32, 18, {}},
    {"IQ3_S", "", 21, 256, 110, {}},
    {"IQ2_S", "", 22, 256, 82, {}},
    {"IQ4_XS", "", 23, 256, 136, {}},
    {"IQ1_M", "", 29, 256, 56, {}},
    {"TQ1_0", "", 34, 256, 54, {}},
    {"TQ2_0", "", 35, 256, 66, {}},
    {"MXFP4", "", 39, 32, 17, {}},
}};

}  // namespace

const StoredTypeInfo& storedTypeInfo(StoredType type) {
  return kTypes[static_cast<size_t>(type)];
}

std::optional<StoredType> storedTypeFromGgml(uint32_t ggmlType) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i].ggmlType >= 0 && static_cast<uint32_t>(kTypes[i].ggmlType) == ggmlType) {
      return static_cast<StoredType>(i);
    }
  }
  return std::nullopt;
}

std::optional<StoredType> storedTypeFromSafetensors(std::string_view name) {
  for (size_t i = 0; i < kTypes.size(); ++i) {
    if (!kTypes[i].safetensors.empty() && kTypes[i].safetensors == name) return static_cast<StoredType>(i);
  }
  return std::nullopt;
}

bool loadsUnchanged(StoredType type) {
  return type != StoredType::F64 && type != StoredType::Q2_K && type != StoredType::Q3_K &&
         storedTypeInfo(type).loadsAs.has_value();
}

}  // namespace engine
