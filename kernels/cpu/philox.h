// Philox 4x32-10: a counter-based generator. A draw is a pure function of (seed, index), so neighbours, restarts and
// the order of work cannot change it.
#pragma once

#include <array>
#include <cstdint>

namespace kernels::cpu {

/// The generator's block function (Salmon and others, "Parallel random numbers: as easy as 1, 2, 3").
inline std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t a = uint64_t{0xD2511F53u} * counter[0];
    const uint64_t b = uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(b),
               static_cast<uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// Uniform in [0, 1), 53 bits.
inline double uniformDraw(uint64_t seed, uint64_t drawIndex) {
  const auto r = philox({static_cast<uint32_t>(drawIndex), static_cast<uint32_t>(drawIndex >> 32), 0, 0},
                        {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
  const uint64_t bits = (uint64_t{r[0]} << 32 | r[1]) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

}  // namespace kernels::cpu
