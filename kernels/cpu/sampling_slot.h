// Sampling state of one slot: parameters, and how often each token has occurred.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/sampling.h"

namespace kernels::cpu {

/// How often tokens occurred. Open addressing; add() never allocates as long as makeRoom() ran since the last one.
class TokenCounts {
 public:
  struct Entry {
    int32_t token = -1;     ///< -1: free
    uint32_t inAnswer = 0;  ///< occurrences in the answer; 0: in the prompt only
  };
  void clear(size_t nExpected);
  void add(int32_t token, bool inAnswer);
  /// Doubles the table when it is half full.
  void makeRoom();
  const std::vector<Entry>& entries() const { return m_entries; }

 private:
  std::vector<Entry> m_entries;  ///< a power of two
  size_t m_used = 0;
};

class SamplingSlot {
 public:
  /// New parameters and history. The last sampled token stays.
  void write(const SlotSampling& state);
  const SlotSampling& params() const { return m_params; }
  const TokenCounts& counts() const { return m_counts; }
  bool hasPenalties() const { return m_hasPenalties; }
  /// Whether the largest raw logit is the answer and nothing else is asked.
  bool isPlainGreedy() const;

  int32_t lastToken() const { return m_lastToken; }
  /// Remembers a draw. Allocates nothing.
  void remember(int32_t token);
  /// After a step: makes room for the next token.
  void settle();

 private:
  SlotSampling m_params;  ///< histories emptied: they are in m_counts
  TokenCounts m_counts;
  bool m_hasPenalties = false;
  int32_t m_lastToken = 0;
};

}  // namespace kernels::cpu
