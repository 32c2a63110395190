#include "kernels/cpu/packed_matrix.h"

#include <string>
#include <utility>

#include "kernels/cpu/packed_common.h"
#include "kernels/cpu/packed_float.h"
#include "kernels/cpu/packed_layout.h"
#include "kernels/cpu/packed_quant.h"

namespace kernels::cpu {

namespace {

std::string shapeText(WeightFormat format, uint64_t rows, uint64_t cols) {
  return std::string(weightFormatInfo(format).name) + " [" + std::to_string(rows) + ", " + std::to_string(cols) + "]";
}

}  // namespace

Status checkShape(WeightFormat format, uint64_t rows, uint64_t cols) {
  constexpr uint64_t kMaxSide = uint64_t{1} << 31, kMaxElements = uint64_t{1} << 44;
  const WeightFormatInfo& info = weightFormatInfo(format);
  const auto fail = [&](const std::string& why) {
    return Status(StatusCode::InvalidArgument, "matrix " + shapeText(format, rows, cols) + ": " + why);
  };
  if (rows == 0 || cols == 0) return fail("both sides must be at least 1");
  if (rows > kMaxSide || cols > kMaxSide) return fail("a side is longer than " + std::to_string(kMaxSide));
  if (rows * cols > kMaxElements) return fail("more than " + std::to_string(kMaxElements) + " elements");
  if (cols % info.blockElements != 0) {
    return fail("columns must be a multiple of the block of " + std::to_string(info.blockElements) + ", " +
                std::to_string(cols % info.blockElements) + " are left over");
  }
  return {};
}

Status checkRows(const PackedMatrix& matrix, uint64_t firstRow, uint64_t bytes) {
  const uint64_t rowBytes = weightRowBytes(matrix.format(), matrix.cols());
  const auto fail = [&](const std::string& why) {
    return Status(StatusCode::InvalidArgument,
                  "writing to matrix " + shapeText(matrix.format(), matrix.rows(), matrix.cols()) + ": " + why);
  };
  if (bytes % rowBytes != 0) {
    return fail(std::to_string(bytes) + " bytes are not whole rows of " + std::to_string(rowBytes));
  }
  if (firstRow > matrix.rows() || bytes / rowBytes > matrix.rows() - firstRow) {
    return fail(std::to_string(bytes / rowBytes) + " rows from row " + std::to_string(firstRow) + " on do not fit");
  }
  return {};
}

uint64_t packedBytes(WeightFormat format, uint64_t rows, uint64_t cols) {
  const uint64_t group = isQuantized(format) ? kQuantGroup : kFloatGroup;
  return (rows + group - 1) / group * groupBytes(format, cols);
}

Status PackedMatrix::create(WeightFormat format, uint64_t rows, uint64_t cols, std::unique_ptr<PackedMatrix>* out,
                            PackedArena* arena) {
  KERNELS_RETURN_IF_ERROR(checkShape(format, rows, cols));
  const auto make = [&](auto matrix) {
    if (!matrix->allocate(arena)) return false;
    *out = std::move(matrix);
    return true;
  };
  const bool made = isQuantized(format) ? make(std::make_unique<QuantMatrix>(format, rows, cols))
                                        : make(std::make_unique<FloatMatrix>(format, rows, cols));
  if (made) return {};
  return {StatusCode::OutOfMemory, "matrix " + shapeText(format, rows, cols) + ": " +
                                       std::to_string(packedBytes(format, rows, cols)) +
                                       " bytes could not be allocated"};
}

}  // namespace kernels::cpu
