// Hashing for tables whose keys come from files: seeded once a process, so that no file can be built to collide.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace engine {

/// Differs from process to process.
uint64_t hashSeed();

inline uint64_t mixHash(uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93ull;
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93ull;
  value ^= value >> 32;
  return value;
}

inline uint64_t hashBytes(std::string_view bytes, uint64_t seed) {
  uint64_t hash = seed ^ (bytes.size() * 0x9E3779B97F4A7C15ull);
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * 0x9FB21C651E98DF25ull;
    hash ^= hash >> 35;
  }
  if (left != 0) {
    uint64_t word = 0;
    std::memcpy(&word, at, left);
    hash = (hash ^ word) * 0x9FB21C651E98DF25ull;
  }
  return mixHash(hash);
}

}  // namespace engine
