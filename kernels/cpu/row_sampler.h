// Samples a token from one row of logits; order of the steps as in kernels/sampling.h.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cpu/sampling_slot.h"
#include "kernels/sampling.h"

namespace kernels::cpu {

/// Scratch for rows of up to nVocab logits, and the work on it. One for each thread; after construction it allocates
/// nothing but the list of alternatives in a SampledRow that has no room for it yet.
class RowSampler {
 public:
  explicit RowSampler(uint32_t nVocab);
  static uint64_t bytes(uint32_t nVocab);

  /// Draws from logits [0, nVocab), fills `row`, and brings the slot along.
  void sample(std::span<const float> logits, SamplingSlot* slot, SampledRow* row);
  /// The probabilities that sample() draws with, one a token: for tests.
  std::vector<double> distribution(std::span<const float> logits, const SamplingSlot& slot);

 private:
  struct Candidate {
    float logit;
    int32_t token;
    float weight;
  };
  static bool before(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.token < b.token;
  }

  bool adjust(const SamplingSlot& slot, size_t n);
  void takeRawProbabilities(const SlotSampling& params, size_t n, float maximum, SampledRow* row);
  void select(const SlotSampling& params, size_t n);
  size_t collect(size_t n, float threshold);
  size_t collectLargest(size_t n, size_t k);
  size_t keepMass(size_t count, double mass);
  double weigh();
  int32_t draw(double u, size_t n) const;

  std::vector<float> m_logits;  ///< [nVocab] adjusted
  std::vector<float> m_blocks;  ///< maxima or sums of blocks
  std::vector<int32_t> m_indices;
  std::vector<Candidate> m_candidates;  ///< what is left, when m_all is false
  size_t m_count = 0;
  bool m_all = false;  ///< no token was cut: m_blocks holds the sums
  float m_maximum = 0.0f, m_factor = 1.0f;
  double m_total = 0.0;   ///< weight of what is left
  double m_logSum = 0.0;  ///< of the raw logits: log sum exp
};

}  // namespace kernels::cpu
