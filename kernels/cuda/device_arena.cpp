#include "kernels/cuda/device_arena.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include <algorithm>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kAlign = 256;
/// Memory is taken from the driver in pieces of at least this size, unless less is left of what was asked for.
constexpr uint64_t kPieceBytes = uint64_t{2} << 20;

/// The driver's functions for virtual memory, found through the runtime so that nothing links the driver itself.
struct Driver {
  decltype(&cuMemAddressReserve) addressReserve = nullptr;
  decltype(&cuMemAddressFree) addressFree = nullptr;
  decltype(&cuMemCreate) create = nullptr;
  decltype(&cuMemRelease) release = nullptr;
  decltype(&cuMemMap) map = nullptr;
  decltype(&cuMemUnmap) unmap = nullptr;
  decltype(&cuMemSetAccess) setAccess = nullptr;
  decltype(&cuMemGetAllocationGranularity) granularity = nullptr;
  bool complete = false;
};

const Driver& driver() {
  static const Driver found = [] {
    Driver out;
    const auto find = [](const char* name, auto* function) {
      void* address = nullptr;
      cudaDriverEntryPointQueryResult result{};
      const cudaError_t error = cudaGetDriverEntryPointByVersion(name, &address, 12000, cudaEnableDefault, &result);
      *function = reinterpret_cast<std::remove_pointer_t<decltype(function)>>(address);
      return error == cudaSuccess && result == cudaDriverEntryPointSuccess && address != nullptr;
    };
    out.complete = find("cuMemAddressReserve", &out.addressReserve) && find("cuMemAddressFree", &out.addressFree) &&
                   find("cuMemCreate", &out.create) && find("cuMemRelease", &out.release) &&
                   find("cuMemMap", &out.map) && find("cuMemUnmap", &out.unmap) &&
                   find("cuMemSetAccess", &out.setAccess) && find("cuMemGetAllocationGranularity", &out.granularity);
    return out;
  }();
  return found;
}

CUmemAllocationProp propertiesOf(int device) {
  CUmemAllocationProp out{};
  out.type = CU_MEM_ALLOCATION_TYPE_PINNED;
  out.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
  out.location.id = device;
  return out;
}

uint64_t roundUp(uint64_t value, uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

Status failed(const char* what, CUresult result, uint64_t bytes) {
  if (result == CUDA_ERROR_OUT_OF_MEMORY) {
    size_t free = 0, total = 0;
    if (cudaMemGetInfo(&free, &total) != cudaSuccess) free = 0;
    return {StatusCode::OutOfMemory,
            fmt::format("{}: {} bytes more are needed on the GPU, {} of {} are free", what, bytes, free, total)};
  }
  return {StatusCode::Internal, fmt::format("{}: driver error {}", what, static_cast<int>(result))};
}

}  // namespace

Status DeviceArena::reserve(int device, uint64_t bytes) {
  release();
  if (!driver().complete) return {StatusCode::Unsupported, "The NVIDIA driver has no virtual memory management."};
  m_device = device;
  const CUmemAllocationProp properties = propertiesOf(device);
  size_t granularity = 0;
  CUresult result = driver().granularity(&granularity, &properties, CU_MEM_ALLOC_GRANULARITY_MINIMUM);
  if (result != CUDA_SUCCESS) return failed("asking for the granularity of memory", result, 0);
  m_granularity = granularity;
  m_reserved = roundUp(bytes, m_granularity);
  result = driver().addressReserve(&m_base, m_reserved, 0, 0, 0);
  if (result != CUDA_SUCCESS) {
    m_reserved = 0;
    return failed("reserving addresses for weights", result, bytes);
  }
  return {};
}

Status DeviceArena::take(uint64_t bytes, uint64_t* offset) {
  const std::lock_guard lock(m_mutex);
  const uint64_t begin = roundUp(m_used, kAlign);
  if (bytes > m_reserved || begin > m_reserved - bytes) {
    return {StatusCode::OutOfMemory,
            fmt::format("the weights need {} bytes and more, the GPU has {}", begin + bytes, m_reserved)};
  }
  *offset = begin;
  m_used = begin + bytes;
  return {};
}

Status DeviceArena::ensure(uint64_t end) {
  const std::lock_guard lock(m_mutex);
  if (end <= m_mapped) return {};
  const uint64_t bytes = std::min(roundUp(std::max(end - m_mapped, kPieceBytes), m_granularity), m_reserved - m_mapped);
  const CUmemAllocationProp properties = propertiesOf(m_device);
  CUmemGenericAllocationHandle handle{};
  CUresult result = driver().create(&handle, bytes, &properties, 0);
  if (result != CUDA_SUCCESS) return failed("taking memory for weights", result, bytes);
  result = driver().map(m_base + m_mapped, bytes, 0, handle, 0);
  if (result != CUDA_SUCCESS) {
    driver().release(handle);
    return failed("mapping memory for weights", result, bytes);
  }
  m_pieces.push_back({handle, m_mapped, bytes});
  CUmemAccessDesc access{};
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  result = driver().setAccess(m_base + m_mapped, bytes, &access, 1);
  if (result != CUDA_SUCCESS) return failed("opening memory for weights", result, bytes);
  m_mapped += bytes;
  return {};
}

void DeviceArena::release() {
  for (const Piece& piece : m_pieces) {
    driver().unmap(m_base + piece.offset, piece.bytes);
    driver().release(piece.handle);
  }
  m_pieces.clear();
  if (m_reserved != 0) driver().addressFree(m_base, m_reserved);
  m_base = 0;
  m_reserved = m_used = m_mapped = 0;
}

Status DeviceBuffer::allocate(uint64_t bytes, const char* what) {
  release();
  if (bytes == 0) return {};
  if (const cudaError_t error = cudaMalloc(&m_data, bytes); error != cudaSuccess) {
    m_data = nullptr;
    Status status = toStatus(error, what);
    return {status.code(), fmt::format("{} bytes for {}", bytes, status.message())};
  }
  m_size = bytes;
  return {};
}

void DeviceBuffer::release() {
  if (m_data != nullptr) static_cast<void>(cudaFree(m_data));
  m_data = nullptr;
  m_size = 0;
}

Status PinnedBuffer::allocate(uint64_t bytes, const char* what) {
  release();
  if (bytes == 0) return {};
  if (const cudaError_t error = cudaHostAlloc(&m_data, bytes, cudaHostAllocDefault); error != cudaSuccess) {
    m_data = nullptr;
    return toStatus(error, what);
  }
  m_size = bytes;
  return {};
}

void PinnedBuffer::release() {
  if (m_data != nullptr) static_cast<void>(cudaFreeHost(m_data));
  m_data = nullptr;
  m_size = 0;
}

}  // namespace kernels::cuda
