// Runs a kernel's source on the CPU, thread by thread, so that its indices, barriers and order of work can be tested
// where there is no GPU. Threads are contexts that a scheduler switches between in an order drawn from a seed; warps
// meet at their collectives, blocks at their barriers; copies of the copy engine, and stores to words that other blocks
// wait for, land whenever the scheduler likes, in any order. All other memory is sequential: what a real device may
// reorder there is not tested here.
//
// Include it before the kernel, with HEARTH_EMULATED_GPU defined.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <ucontext.h>
#include <vector_functions.h>
#include <vector_types.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <numbers>
#include <random>
#include <stdexcept>
#include <vector>

#if !defined(HEARTH_EMULATED_GPU)
#error "HEARTH_EMULATED_GPU is not defined"
#endif

namespace kernels::cuda::emulated {

struct Index {
  uint32_t x = 0;
};

struct Warp {
  uint32_t words[32][8] = {}, ready[32][8] = {};
  uint32_t arrived = 0, generation = 0;
};
struct NamedBarrier {
  uint32_t arrived = 0, generation = 0;
};
struct RingBarrier {
  uint32_t expected = 0, pending = 0, phase = 0;
  int64_t bytes = 0;
  void check() {
    if (pending == 0 && bytes == 0) {
      pending = expected;
      ++phase;
    }
  }
};
struct Copy {
  uint32_t to = 0, bytes = 0, barrier = 0;
  const void* from = nullptr;
};
struct Block {
  std::vector<unsigned char> storage;
  unsigned char* shared = nullptr;
  std::vector<Warp> warps;
  std::map<uint32_t, NamedBarrier> barriers;
  std::map<uint32_t, RingBarrier> rings;
  std::vector<Copy> copies;
};

/// One launch. Not reentrant: kernels find it through current().
class Launch {
 public:
  Launch(uint32_t nBlocks, uint32_t nThreads, uint32_t sharedBytes, uint32_t seed);
  /// Runs `kernel` to its end. Throws std::runtime_error when nothing moves any more.
  void run(const std::function<void()>& kernel);

  static Launch& current() { return *s_current; }
  void yield();
  /// All lanes of a warp put down 8 words each; returns those of the warp.
  const uint32_t (*exchange(const uint32_t (&mine)[8]))[8];
  void barrier(uint32_t id, uint32_t nThreads);
  Block& block() { return *m_blocks[m_now / m_nThreads]; }
  uint32_t lane() const { return m_now % m_nThreads % 32; }
  void progressed() { m_idle = 0; }
  void storeLater(void* to, const void* from, uint32_t bytes);

 private:
  struct Store {
    void* to = nullptr;
    uint32_t bytes = 0;
    unsigned char data[16] = {};
  };
  struct Thread {
    ucontext_t context{};
    std::unique_ptr<char[]> stack;
    bool done = false;
  };
  static void enter();
  void resume(uint32_t thread);
  void landCopies(Block& block, bool all);
  void landStores(bool all);

  static inline Launch* s_current = nullptr;
  uint32_t m_nBlocks, m_nThreads, m_now = 0;
  uint64_t m_idle = 0;
  std::mt19937 m_random;
  std::vector<std::unique_ptr<Block>> m_blocks;
  std::vector<Thread> m_threads;
  std::vector<Store> m_stores;
  ucontext_t m_scheduler{};
  const std::function<void()>* m_kernel = nullptr;
};

inline uint32_t sharedAddress(const void* p) {
  return static_cast<uint32_t>(static_cast<const unsigned char*>(p) - Launch::current().block().shared);
}
inline unsigned char* sharedMemory() {
  return Launch::current().block().shared;
}
inline uint4 loadShared(uint32_t address) {
  if (address % 16 != 0) throw std::runtime_error("unaligned load from shared memory");
  uint4 v;
  std::memcpy(&v, sharedMemory() + address, sizeof v);
  return v;
}
inline RingBarrier& ringAt(uint32_t barrier) {
  const auto found = Launch::current().block().rings.find(barrier);
  if (found == Launch::current().block().rings.end()) throw std::runtime_error("a barrier that was not made");
  return found->second;
}
inline void ringInit(uint32_t barrier, uint32_t arrivals) {
  Launch::current().block().rings[barrier] = {arrivals, arrivals, 0, 0};
}
inline void ringInitDone() {}
inline void ringArrive(uint32_t barrier) {
  RingBarrier& at = ringAt(barrier);
  if (at.pending == 0) throw std::runtime_error("more arrivals than a barrier has room for");
  --at.pending;
  at.check();
  Launch::current().progressed();
}
inline void ringExpect(uint32_t barrier, uint32_t bytes) {
  ringAt(barrier).bytes += bytes;
  ringArrive(barrier);
}
inline void ringWait(uint32_t barrier, uint32_t parity) {
  while ((ringAt(barrier).phase & 1) == parity) Launch::current().yield();
}
inline void copyOnce(uint32_t to, const void* from, uint32_t bytes, uint32_t barrier, uint64_t) {
  if (to % 16 != 0 || bytes % 16 != 0 || reinterpret_cast<uintptr_t>(from) % 16 != 0)
    throw std::runtime_error("unaligned bulk copy");
  Launch::current().block().copies.push_back({to, bytes, barrier, from});
}
inline uint64_t evictFirst() {
  return 0;
}
inline uint64_t gridClock() {
  return 0;
}
/// Words between blocks. A store lands whenever the scheduler likes, whatever its thread does next.
template <class T>
void loadAcross(T& v, const void* from) {
  if (reinterpret_cast<uintptr_t>(from) % sizeof v != 0) throw std::runtime_error("unaligned load");
  std::memcpy(&v, from, sizeof v);
}
template <class T>
void storeAcross(void* to, T v) {
  if (reinterpret_cast<uintptr_t>(to) % sizeof v != 0) throw std::runtime_error("unaligned store");
  Launch::current().storeLater(to, &v, sizeof v);
}
inline void barrier(uint32_t id, uint32_t nThreads) {
  Launch::current().barrier(id, nThreads);
}

inline void askForLine(const void*) {}
inline void loadOnce(uint32_t& a, const void* at) {
  std::memcpy(&a, at, 4);
}
inline void loadOnce(uint32_t& a, uint32_t& b, const void* at) {
  loadOnce(a, at);
  loadOnce(b, static_cast<const char*>(at) + 4);
}
inline void loadOnce(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d, const void* at) {
  loadOnce(a, b, at);
  loadOnce(c, d, static_cast<const char*>(at) + 8);
}
inline float powerOfTwo(float x) {
  return std::exp2(x);
}

template <class T>
float half(uint32_t pair, uint32_t which) {
  T v;
  const auto bits = static_cast<uint16_t>(pair >> (16 * which));
  std::memcpy(static_cast<void*>(&v), &bits, 2);
  return static_cast<float>(v);
}
template <class T>
void mma16816(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0, uint32_t b1) {
  const uint32_t(*all)[8] = Launch::current().exchange({a0, a1, a2, a3, b0, b1, 0, 0});
  const uint32_t lane = Launch::current().lane(), g = lane / 4, t = lane % 4;
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t row = g + i / 2 * 8, column = 2 * t + i % 2;
    for (uint32_t k = 0; k < 16; ++k) {
      const uint32_t part = k % 8 / 2;  // lane in the group of four
      const float a = half<T>(all[row % 8 * 4 + part][row / 8 + k / 8 * 2], k % 2);
      const float b = half<T>(all[column * 4 + part][4 + k / 8], k % 2);
      c[i] += a * b;
    }
  }
}
/// An 8 x 8 matrix of 16-bit elements, transposed: a lane holds two of row lane / 4.
inline uint32_t transposed(uint32_t pair) {
  const uint32_t(*all)[8] = Launch::current().exchange({pair, 0, 0, 0, 0, 0, 0, 0});
  const uint32_t lane = Launch::current().lane(), row = lane / 4, column = lane % 4 * 2;
  const auto element = [&](uint32_t r, uint32_t c) { return all[r * 4 + c / 2][0] >> (16 * (c % 2)) & 0xffffu; };
  return element(column, row) | element(column + 1, row) << 16;
}

inline Index g_threadIdx, g_blockIdx, g_gridDim, g_blockDim;

}  // namespace kernels::cuda::emulated

// What the compiler of device code knows by itself.
#define __launch_bounds__(...)
#define threadIdx ::kernels::cuda::emulated::g_threadIdx
#define blockIdx ::kernels::cuda::emulated::g_blockIdx
#define gridDim ::kernels::cuda::emulated::g_gridDim
#define blockDim ::kernels::cuda::emulated::g_blockDim

namespace kernels::cuda {

template <class T>
uint32_t emulatedBits(T v) {
  static_assert(sizeof(T) == 4);
  return std::bit_cast<uint32_t>(v);
}
template <class T, class Pick>
T emulatedShuffle(T v, Pick pick) {
  emulated::Launch& launch = emulated::Launch::current();
  const uint32_t(*all)[8] = launch.exchange({emulatedBits(v), 0, 0, 0, 0, 0, 0, 0});
  return std::bit_cast<T>(all[pick(launch.lane())][0]);
}
template <class T>
T __shfl_sync(uint32_t, T v, int from) {
  return emulatedShuffle(v, [&](uint32_t) { return static_cast<uint32_t>(from) % 32; });
}
template <class T>
T __shfl_xor_sync(uint32_t, T v, int mask) {
  return emulatedShuffle(v, [&](uint32_t lane) { return lane ^ static_cast<uint32_t>(mask); });
}
template <class T>
T __shfl_up_sync(uint32_t, T v, uint32_t by) {
  return emulatedShuffle(v, [&](uint32_t lane) { return lane >= by ? lane - by : lane; });
}
inline uint32_t __ballot_sync(uint32_t, bool v) {
  const uint32_t(*all)[8] = emulated::Launch::current().exchange({v ? 1u : 0u, 0, 0, 0, 0, 0, 0, 0});
  uint32_t out = 0;
  for (uint32_t i = 0; i < 32; ++i) out |= all[i][0] << i;
  return out;
}
inline bool __any_sync(uint32_t, bool v) {
  return __ballot_sync(0xffffffffu, v) != 0;
}
inline void __syncwarp() {
  emulated::Launch::current().exchange({});
}
inline void __syncthreads() {
  emulated::barrier(0, blockDim.x);
}
inline void __threadfence() {}
inline float __uint_as_float(uint32_t bits) {
  return std::bit_cast<float>(bits);
}
inline uint32_t __float_as_uint(float v) {
  return std::bit_cast<uint32_t>(v);
}
inline uint32_t atomicAdd(uint32_t* at, uint32_t v) {
  const uint32_t before = *at;
  *at += v;
  emulated::Launch::current().progressed();
  return before;
}
template <class T>
T __ldcg(const T* at) {
  return *at;
}
template <class T>
T __ldg(const T* at) {
  return *at;
}
template <class T>
void __stcg(T* at, T v) {
  *at = v;
}
inline int __popc(uint32_t v) {
  return std::popcount(v);
}
inline int __clz(int v) {
  return std::countl_zero(static_cast<uint32_t>(v));
}
inline uint32_t __byte_perm(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t both = uint64_t{b} << 32 | a;
  uint32_t out = 0;
  for (uint32_t i = 0; i < 4; ++i)
    out |= static_cast<uint32_t>(both >> (8 * (selector >> (4 * i) & 7)) & 0xff) << (8 * i);
  return out;
}
inline float __fdividef(float a, float b) {
  return a / b;
}
inline void sincospif(float x, float* sine, float* cosine) {
  *sine = static_cast<float>(std::sin(std::numbers::pi * static_cast<double>(x)));
  *cosine = static_cast<float>(std::cos(std::numbers::pi * static_cast<double>(x)));
}
template <class T>
constexpr T min(T a, T b) {
  return a < b ? a : b;
}

}  // namespace kernels::cuda
