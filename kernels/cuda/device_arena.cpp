#include "kernels/cuda/device_arena.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <exception>
#include <thread>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kAlign = 256;
/// Memory is taken from the driver in pieces of at most this size: each costs a call's time whatever its size, and less
/// than all of it may be free in one piece.
constexpr uint64_t kPieceBytes = uint64_t{1} << 30;
constexpr uint64_t kLargePage = uint64_t{2} << 20;

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

Status DeviceArena::ensureTaken() {
  const std::lock_guard lock(m_mutex);
  const uint64_t end = std::min(roundUp(m_used, m_granularity), m_reserved);
  while (m_mapped < end) KERNELS_RETURN_IF_ERROR(mapLocked(std::min(end - m_mapped, kPieceBytes), end - m_mapped));
  return {};
}

/// `missing`: what is needed in all, for the message.
Status DeviceArena::mapLocked(uint64_t bytes, uint64_t missing) {
  const CUmemAllocationProp properties = propertiesOf(m_device);
  CUmemGenericAllocationHandle handle{};
  CUresult result = driver().create(&handle, bytes, &properties, 0);
  if (result != CUDA_SUCCESS) return failed("taking memory for weights", result, missing);
  result = driver().map(m_base + m_mapped, bytes, 0, handle, 0);
  if (result != CUDA_SUCCESS) {
    driver().release(handle);
    return failed("mapping memory for weights", result, missing);
  }
  m_pieces.push_back({handle, m_mapped, bytes});
  CUmemAccessDesc access{};
  access.location = properties.location;
  access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
  result = driver().setAccess(m_base + m_mapped, bytes, &access, 1);
  if (result != CUDA_SUCCESS) return failed("opening memory for weights", result, missing);
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

namespace {

/// Has the system make (and clear) every page, by several threads: locking pages that are not there would make them one
/// after the other.
void touchPages(std::byte* data, uint64_t size) {
  constexpr uint64_t kMostThreads = 8, kPage = 4096;
  const auto touch = [](std::byte* begin, uint64_t bytes) {
    for (uint64_t at = 0; at < bytes; at += kPage) *static_cast<volatile std::byte*>(begin + at) = std::byte{0};
  };
  const uint64_t share = roundUp(std::max(size / kMostThreads, uint64_t{4} << 20), kLargePage);
  std::vector<std::thread> threads;
  uint64_t begun = std::min(share, size);  // the first share is our own
  try {
    for (; begun < size; begun += std::min(share, size - begun)) {
      threads.emplace_back(touch, data + begun, std::min(share, size - begun));
    }
  } catch (const std::exception&) {
    touch(data + begun, size - begun);
  }
  touch(data, std::min(share, size));
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

bool PinnedBuffer::mapLarge(uint64_t bytes) {
  const uint64_t size = roundUp(bytes, kLargePage);
  // Large pages need their alignment: take one more and give the ends back.
  void* const taken =
      ::mmap(nullptr, size + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (taken == MAP_FAILED) return false;
  auto* const begin = static_cast<std::byte*>(taken);
  const uint64_t before = roundUp(reinterpret_cast<uintptr_t>(begin), kLargePage) - reinterpret_cast<uintptr_t>(begin);
  std::byte* const data = begin + before;
  if (before > 0) ::munmap(begin, before);
  if (before < kLargePage) ::munmap(data + size, kLargePage - before);
  static_cast<void>(::madvise(data, size, MADV_HUGEPAGE));
  touchPages(data, size);
  if (cudaHostRegister(data, size, cudaHostRegisterDefault) != cudaSuccess) {
    static_cast<void>(cudaGetLastError());
    ::munmap(data, size);
    return false;
  }
  m_data = data;
  m_mapped = size;
  return true;
}

Status PinnedBuffer::allocate(uint64_t bytes, const char* what) {
  release();
  if (bytes == 0) return {};
  if (bytes >= kLargePage && mapLarge(bytes)) {
    m_size = bytes;
    return {};
  }
  if (const cudaError_t error = cudaHostAlloc(&m_data, bytes, cudaHostAllocDefault); error != cudaSuccess) {
    m_data = nullptr;
    if (error != cudaErrorMemoryAllocation) return toStatus(error, what);
    static_cast<void>(cudaGetLastError());
    return {StatusCode::OutOfMemory, fmt::format("{}: the system has no {} bytes to page-lock", what, bytes)};
  }
  m_size = bytes;
  return {};
}

void PinnedBuffer::release() {
  if (m_mapped > 0) {
    static_cast<void>(cudaHostUnregister(m_data));
    ::munmap(m_data, m_mapped);
  } else if (m_data != nullptr) {
    static_cast<void>(cudaFreeHost(m_data));
  }
  m_data = nullptr;
  m_size = m_mapped = 0;
}

}  // namespace kernels::cuda
