// What this machine can do at best, measured: the figures that benchmarks are shares of.
#pragma once

#include <cstdint>

#include "kernels/cpu/thread_pool.h"

namespace bench {

/// Bytes a second that all threads of the pool read from memory, over `bytes` of fresh data.
double readBandwidth(kernels::cpu::ThreadPool& pool, uint64_t bytes);

/// Operations a second (a multiplication and an addition are two) of one core.
struct PeakRates {
  double int8 = 0;     ///< byte dot products
  double float32 = 0;  ///< fused multiply-adds
  double bfloat = 0;   ///< BF16 pair products; 0 where the machine has none
};
PeakRates peakRates();

}  // namespace bench
