#include "kernels/cpu/weight_store.h"

#include <fmt/format.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "kernels/dequantize.h"

namespace kernels::cpu {
namespace {

// Longest vector taken: far above any model, far below what could overflow.
constexpr uint64_t kMaxVector = uint64_t{1} << 31;

Status checkVector(const WeightDesc& desc) {
  if (desc.rows != 1 || desc.cols == 0 || desc.cols > kMaxVector) {
    return {StatusCode::InvalidArgument, fmt::format("{}: a vector has 1 row and 1 to {} columns, not {} x {}",
                                                     desc.name, kMaxVector, desc.rows, desc.cols)};
  }
  const uint32_t block = weightFormatInfo(desc.format).blockElements;
  if (desc.cols % block != 0) {
    return {StatusCode::InvalidArgument, fmt::format("{}: {} values are not a multiple of the {} in a block of {}",
                                                     desc.name, desc.cols, block, weightFormatInfo(desc.format).name)};
  }
  return {};
}

}  // namespace

uint64_t WeightStore::bytesOf(const WeightDesc& desc) {
  if (desc.use == WeightUse::Vector) return desc.cols * sizeof(float);
  return packedBytes(desc.format, desc.rows, desc.cols);
}

Status WeightStore::create(const WeightDesc& desc, WeightId* id) {
  try {
    auto weight = std::make_unique<Weight>();
    weight->desc = desc;
    if (desc.use == WeightUse::Vector) {
      KERNELS_RETURN_IF_ERROR(checkVector(desc));
      weight->vector.resize(desc.cols);
    } else if (Status status = PackedMatrix::create(desc.format, desc.rows, desc.cols, &weight->matrix, &m_arena);
               !status.ok()) {
      return {status.code(), fmt::format("{}: {}", desc.name, status.message())};
    }
    m_weights.push_back(std::move(weight));
  } catch (const std::bad_alloc&) {
    return {StatusCode::OutOfMemory, fmt::format("{} needs {} bytes", desc.name, bytesOf(desc))};
  } catch (const std::length_error&) {
    return {StatusCode::OutOfMemory, fmt::format("{} is too large: {} x {}", desc.name, desc.rows, desc.cols)};
  }
  m_bytes += bytesOf(desc);
  *id = static_cast<WeightId>(m_weights.size() - 1);
  return {};
}

Status WeightStore::writeRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) {
  if (id >= m_weights.size()) return {StatusCode::InvalidArgument, fmt::format("there is no weight {}", id)};
  Weight& weight = *m_weights[id];
  const WeightDesc& desc = weight.desc;
  const uint64_t rowBytes = weightRowBytes(desc.format, desc.cols);
  if (data.size() % rowBytes != 0) {
    return {StatusCode::InvalidArgument,
            fmt::format("{}: {} bytes are not whole rows of {}", desc.name, data.size(), rowBytes)};
  }
  const uint64_t nRows = data.size() / rowBytes;
  if (firstRow > desc.rows || nRows > desc.rows - firstRow) {
    return {StatusCode::InvalidArgument,
            fmt::format("{}: rows {} to {} of {}", desc.name, firstRow, firstRow + nRows, desc.rows)};
  }
  if (weight.matrix == nullptr) {
    if (nRows == 1) dequantize(desc.format, data.data(), desc.cols, weight.vector.data());
  } else if (Status status = weight.matrix->writeRows(firstRow, data); !status.ok()) {
    return {status.code(), fmt::format("{}: {}", desc.name, status.message())};
  }
  weight.rowsWritten += nRows;
  return {};
}

}  // namespace kernels::cpu
