#include "kernels/cuda/weight_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "kernels/cuda/cuda_error.h"
#include "kernels/dequantize.h"
#include "kernels/half.h"

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

/// One stored row at a time through float32.
void convertRows(WeightFormat format, const std::byte* stored, uint64_t nRows, uint64_t cols, DType type,
                 std::byte* out) {
  const uint64_t storedBytes = weightRowBytes(format, cols);
  if (sameBytes(format, type)) {
    std::memcpy(out, stored, nRows * storedBytes);
    return;
  }
  std::vector<float> row(cols);
  for (uint64_t r = 0; r < nRows; ++r, stored += storedBytes) {
    dequantize(format, stored, cols, row.data());
    if (type == DType::F32) {
      std::memcpy(out, row.data(), cols * sizeof(float));
      out += cols * sizeof(float);
      continue;
    }
    for (uint64_t c = 0; c < cols; ++c, out += sizeof(uint16_t)) {
      const uint16_t bits = type == DType::F16 ? floatToHalf(row[c]) : floatToBfloat(row[c]);
      std::memcpy(out, &bits, sizeof bits);
    }
  }
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

Status WeightStore::writeRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) {
  if (id >= m_weights.size()) return {StatusCode::InvalidArgument, fmt::format("there is no weight {}", id)};
  DeviceWeight& weight = *m_weights[id];
  const WeightDesc& desc = weight.desc;
  const uint64_t storedBytes = weightRowBytes(desc.format, desc.cols);
  const uint64_t nRows = data.size() / storedBytes;
  if (data.size() % storedBytes != 0 || firstRow > desc.rows || nRows > desc.rows - firstRow) {
    return {StatusCode::InvalidArgument,
            fmt::format("{}: {} bytes from row {} on are not whole rows of its {} x {} bytes", desc.name, data.size(),
                        firstRow, desc.rows, storedBytes)};
  }
  CUDA_RETURN_IF_ERROR(cudaSetDevice(m_device), "loading");
  DeviceArena& arena = arenaOf(desc);
  const DType type = elementType(desc, m_compute);
  const uint64_t rowBytes = desc.cols * dtypeBytes(type);
  KERNELS_RETURN_IF_ERROR(arena.ensure(weight.offset + bytesOf(desc, m_compute)));
  if (rowBytes > UploadRing::kPieceBytes) {
    return {StatusCode::Unsupported, fmt::format("{}: a row of {} bytes is longer than the {} that are loaded at once",
                                                 desc.name, rowBytes, UploadRing::kPieceBytes)};
  }
  const uint64_t rowsAtOnce = UploadRing::kPieceBytes / rowBytes;
  for (uint64_t done = 0; done < nRows;) {
    const uint64_t count = std::min(rowsAtOnce, nRows - done);
    std::byte* target = arena.at(weight.offset + (firstRow + done) * rowBytes);
    const std::byte* source = data.data() + done * storedBytes;
    KERNELS_RETURN_IF_ERROR(m_ring.send(target, count * rowBytes, [&](std::byte* pinned) {
      convertRows(desc.format, source, count, desc.cols, type, pinned);
    }));
    done += count;
  }
  weight.rowsWritten += nRows;
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
