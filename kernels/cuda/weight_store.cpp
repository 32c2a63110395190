#include "kernels/cuda/weight_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kernels/cuda/cuda_error.h"
#include "kernels/cuda/ops/load.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kMaxElements = uint64_t{1} << 40;
constexpr uint64_t kVectorBytes = uint64_t{1} << 30;

DType elementType(const WeightDesc& desc, DType compute) {
  return desc.use == WeightUse::Vector ? DType::F32 : compute;
}

/// Whether the stored bytes are the device's already.
bool sameBytes(WeightFormat format, DType type) {
  return (format == WeightFormat::F32 && type == DType::F32) || (format == WeightFormat::F16 && type == DType::F16) ||
         (format == WeightFormat::BF16 && type == DType::BF16);
}

}  // namespace

Status WeightStore::open(int device, uint64_t deviceBytes, DType compute) {
  m_device = device;
  m_compute = compute;
  KERNELS_RETURN_IF_ERROR(m_matrices.reserve(device, deviceBytes));
  return m_vectors.reserve(device, kVectorBytes);
}

uint64_t WeightStore::bytesOf(const WeightDesc& desc, DType compute) {
  return desc.rows * desc.cols * dtypeBytes(elementType(desc, compute));
}

Status WeightStore::create(const WeightDesc& desc, WeightId* id) {
  const WeightFormatInfo& info = weightFormatInfo(desc.format);
  if (desc.rows == 0 || desc.cols == 0 || desc.rows > kMaxElements / desc.cols ||
      (desc.use == WeightUse::Vector && desc.rows != 1)) {
    return {StatusCode::InvalidArgument,
            fmt::format("{}: {} x {} is no shape of a weight (a vector has 1 row)", desc.name, desc.rows, desc.cols)};
  }
  if (desc.cols % info.blockElements != 0) {
    return {StatusCode::InvalidArgument, fmt::format("{}: {} columns are not a multiple of the {} in a block of {}",
                                                     desc.name, desc.cols, info.blockElements, info.name)};
  }
  auto weight = std::make_unique<DeviceWeight>();
  weight->desc = desc;
  if (Status status = arenaOf(desc).take(bytesOf(desc, m_compute), &weight->offset); !status.ok()) {
    return {status.code(), fmt::format("{}: {}", desc.name, status.message())};
  }
  m_weights.push_back(std::move(weight));
  *id = static_cast<WeightId>(m_weights.size() - 1);
  return {};
}

Status WeightStore::checkRows(WeightId id, uint64_t firstRow, uint64_t bytes) const {
  if (id >= m_weights.size()) return {StatusCode::InvalidArgument, fmt::format("there is no weight {}", id)};
  const WeightDesc& desc = m_weights[id]->desc;
  const uint64_t storedBytes = weightRowBytes(desc.format, desc.cols);
  const uint64_t nRows = bytes / storedBytes;
  if (bytes % storedBytes != 0 || firstRow > desc.rows || nRows > desc.rows - firstRow) {
    return {StatusCode::InvalidArgument,
            fmt::format("{}: {} bytes from row {} on are not whole rows of its {} x {} bytes", desc.name, bytes,
                        firstRow, desc.rows, storedBytes)};
  }
  return {};
}

Status WeightStore::fillRows(WeightId id, uint64_t firstRow, uint64_t bytes, const RowFill& fill) {
  KERNELS_RETURN_IF_ERROR(checkRows(id, firstRow, bytes));
  if (bytes == 0) return {};
  DeviceWeight& weight = *m_weights[id];
  const WeightDesc& desc = weight.desc;
  CUDA_RETURN_IF_ERROR(cudaSetDevice(m_device), "loading");
  DeviceArena& arena = arenaOf(desc);
  KERNELS_RETURN_IF_ERROR(arena.ensureTaken());
  const DType type = elementType(desc, m_compute);
  std::byte* target = arena.at(weight.offset + firstRow * desc.cols * dtypeBytes(type));
  const uint64_t nRows = bytes / weightRowBytes(desc.format, desc.cols);
  if (sameBytes(desc.format, type)) {
    KERNELS_RETURN_IF_ERROR(m_ring.send(bytes, fill, target));
  } else {
    KERNELS_RETURN_IF_ERROR(m_ring.send(bytes, fill, target, [&](const std::byte* stored, cudaStream_t stream) {
      return convertStored(desc.format, stored, nRows * desc.cols, type, target, stream);
    }));
  }
  weight.rowsWritten += nRows;
  return {};
}

Status WeightStore::writeRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) {
  KERNELS_RETURN_IF_ERROR(checkRows(id, firstRow, data.size()));
  const WeightDesc& desc = m_weights[id]->desc;
  const uint64_t storedBytes = weightRowBytes(desc.format, desc.cols);
  if (storedBytes > UploadRing::kPieceBytes) {
    return {StatusCode::Unsupported, fmt::format("{}: a row of {} bytes is longer than the {} that are loaded at once",
                                                 desc.name, storedBytes, UploadRing::kPieceBytes)};
  }
  const uint64_t atOnce = UploadRing::kPieceBytes / storedBytes * storedBytes;
  while (!data.empty()) {
    const std::span<const std::byte> part = data.first(std::min<uint64_t>(atOnce, data.size()));
    KERNELS_RETURN_IF_ERROR(fillRows(id, firstRow, part.size(), [part](std::span<std::byte> room, uint64_t* begin) {
      *begin = 0;
      std::memcpy(room.data(), part.data(), part.size());
      return Status();
    }));
    firstRow += part.size() / storedBytes;
    data = data.subspan(part.size());
  }
  return {};
}

Status WeightStore::makeUp(WeightId id, uint64_t seed, cudaStream_t stream) {
  if (id >= m_weights.size()) return {StatusCode::InvalidArgument, fmt::format("there is no weight {}", id)};
  DeviceWeight& weight = *m_weights[id];
  const WeightDesc& desc = weight.desc;
  if (desc.use == WeightUse::Vector || !sameBytes(desc.format, m_compute)) {
    return {StatusCode::Unsupported,
            fmt::format("{}: {} is not made up on the GPU", desc.name, weightFormatInfo(desc.format).name)};
  }
  KERNELS_RETURN_IF_ERROR(m_matrices.ensureTaken());
  CUDA_RETURN_IF_ERROR(makeUpRows(m_matrices.at(weight.offset), desc.rows, weightRowBytes(desc.format, desc.cols),
                                  madeUpPattern(desc.format, desc.cols), seed, stream),
                       "making up weights");
  weight.rowsWritten = desc.rows;
  return {};
}

Status WeightStore::flush() {
  return m_ring.close();
}

const void* WeightStore::data(WeightId id) const {
  const DeviceWeight& weight = *m_weights[id];
  const DeviceArena& arena = weight.desc.use == WeightUse::Vector ? m_vectors : m_matrices;
  return arena.at(weight.offset);
}

}  // namespace kernels::cuda
