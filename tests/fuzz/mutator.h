// Damaged inputs from good ones: the same round of the same seed gives the same bytes everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

/// SplitMix64: small, quick to start, the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : m_state(seed) {}
  uint64_t next();
  /// A number below `n`, which is not 0.
  size_t below(size_t n) { return static_cast<size_t>(next() % n); }

 private:
  uint64_t m_state;
};

/// A good input. Most damage goes to its first `header` bytes (0: anywhere), where the structure is.
struct Seed {
  std::string bytes;
  size_t header = 0;
};

/// Damages one of the seeds in one to some places: bits, bytes, numbers, words of the format put in, parts taken out,
/// doubled, repeated or exchanged with another seed's. `seeds` is not empty.
std::string mutate(const std::vector<Seed>& seeds, const std::vector<std::string_view>& words, Random& random);

}  // namespace fuzz
