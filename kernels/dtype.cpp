#include "kernels/dtype.h"

#include <array>

namespace kernels {

size_t dtypeBytes(DType type) {
  switch (type) {
    case DType::F32:
    case DType::I32:
      return 4;
    case DType::F16:
    case DType::BF16:
      return 2;
    case DType::I8:
      return 1;
  }
  return 0;
}

std::string_view dtypeName(DType type) {
  switch (type) {
    case DType::F32:
      return "float32";
    case DType::F16:
      return "float16";
    case DType::BF16:
      return "bfloat16";
    case DType::I32:
      return "int32";
    case DType::I8:
      return "int8";
  }
  return "";
}

namespace {
// In the order of WeightFormat.
constexpr std::array<WeightFormatInfo, kWeightFormatCount> kFormats{{
    {"F32", 1, 4},
    {"F16", 1, 2},
    {"BF16", 1, 2},
    {"Q4_0", 32, 18},
    {"Q4_1", 32, 20},
    {"Q5_0", 32, 22},
    {"Q5_1", 32, 24},
    {"Q8_0", 32, 34},
    {"Q4_K", 256, 144},
    {"Q5_K", 256, 176},
    {"Q6_K", 256, 210},
}};
}  // namespace

const WeightFormatInfo& weightFormatInfo(WeightFormat format) {
  return kFormats[static_cast<size_t>(format)];
}

size_t weightRowBytes(WeightFormat format, size_t cols) {
  const WeightFormatInfo& info = weightFormatInfo(format);
  return cols / info.blockElements * info.blockBytes;
}

}  // namespace kernels
