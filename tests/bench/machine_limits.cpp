#include "tests/bench/machine_limits.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>

namespace bench {

namespace {

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class Work>
double bestOf(int n, const Work& work) {
  double best = 1e9;
  for (int i = 0; i < n; ++i) {
    const double start = seconds();
    work();
    best = std::min(best, seconds() - start);
  }
  return best;
}

// Eight lines at a time, as the products read.
uint64_t readAll(const uint64_t* data, size_t nWords) {
  using Line = uint64_t __attribute__((vector_size(64)));
  Line sum{};
  for (size_t i = 0; i + 64 <= nWords; i += 64) {
    for (size_t j = 0; j < 64; j += 8) {
      Line line;
      std::memcpy(&line, data + i + j, sizeof line);
      sum |= line;
    }
  }
  return sum[0] | sum[1] | sum[2] | sum[3] | sum[4] | sum[5] | sum[6] | sum[7];
}

}  // namespace

double readBandwidth(kernels::cpu::ThreadPool& pool, uint64_t bytes) {
  const size_t nWords = bytes / sizeof(uint64_t);
  const std::unique_ptr<uint64_t[]> data(new uint64_t[nWords]);
  std::fill_n(data.get(), nWords, 1);
  std::atomic<uint64_t> sink{0};
  const double best = bestOf(7, [&] {
    pool.run([&](kernels::cpu::Team team) {
      const auto range = team.split(nWords, 512);
      sink += readAll(data.get() + range.begin, range.end - range.begin);
    });
  });
  return static_cast<double>(bytes) / best;
}

#if defined(__x86_64__)

// Twelve independent chains of one instruction. The assembler takes any instruction set; we ask before we run.
#define HEARTH_RATE(instruction, reg, opsEach)                                                                         \
  (12.0 * kTurns * (opsEach) / bestOf(5, [] {                                                                          \
     for (int i = 0; i < kTurns; ++i) {                                                                                \
       asm volatile(".irp r,0,1,2,3,4,5,6,7,8,9,10,11\n" instruction " %%" reg "15,%%" reg "14,%%" reg "\\r\n.endr" :: \
                        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",     \
                          "xmm11");                                                                                    \
     }                                                                                                                 \
   }))

PeakRates peakRates() {
  constexpr int kTurns = 1'000'000;
  PeakRates rates;
  if (__builtin_cpu_supports("avx512vnni")) {
    rates.int8 = HEARTH_RATE("vpdpbusd", "zmm", 128);
  } else if (__builtin_cpu_supports("avx2")) {
    rates.int8 = HEARTH_RATE("vpmaddubsw", "ymm", 64) / 2;  // and an addition for each
  }
  if (__builtin_cpu_supports("avx512f")) {
    rates.float32 = HEARTH_RATE("vfmadd231ps", "zmm", 32);
  } else if (__builtin_cpu_supports("fma")) {
    rates.float32 = HEARTH_RATE("vfmadd231ps", "ymm", 16);
  }
  if (__builtin_cpu_supports("avx512bf16")) rates.bfloat = HEARTH_RATE("vdpbf16ps", "zmm", 64);
  return rates;
}

#else

PeakRates peakRates() {
  return {};
}

#endif

}  // namespace bench
