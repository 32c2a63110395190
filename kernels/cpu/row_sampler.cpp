#include "kernels/cpu/row_sampler.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "kernels/cpu/philox.h"
#include "kernels/cpu/sampling_scan.h"

namespace kernels::cpu {
namespace {

constexpr float kBan = -100.0f;
constexpr float kLeastLogprob = -9999.0f;

float finiteOrLowest(float x) {
  return std::isnan(x) ? -HUGE_VALF : std::min(x, FLT_MAX);
}

float clampedLogprob(double x) {
  return std::isnan(x) ? kLeastLogprob : static_cast<float>(std::clamp(x, double{kLeastLogprob}, 0.0));
}

}  // namespace

RowSampler::RowSampler(uint32_t nVocab)
    : m_logits(nVocab), m_blocks(nVocab / kScanBlock + 1), m_indices(nVocab), m_candidates(nVocab) {}

uint64_t RowSampler::bytes(uint32_t nVocab) {
  return uint64_t{nVocab} * (sizeof(float) + sizeof(int32_t) + sizeof(Candidate)) +
         (nVocab / kScanBlock + 1) * sizeof(float);
}

void RowSampler::sample(std::span<const float> logits, SamplingSlot* slot, SampledRow* row) {
  const size_t n = std::min(logits.size(), m_logits.size());
  const SlotSampling& params = slot->params();
  row->top.clear();
  row->logprob = 0.0f;
  if (slot->isPlainGreedy()) {
    row->token = static_cast<int32_t>(argMax(logits.data(), n));
  } else {
    const float maximum = copyFinite(logits.data(), n, m_logits.data());
    if (params.topLogprobs >= 0) takeRawProbabilities(params, n, maximum, row);
    if (!adjust(*slot, n)) {
      row->token = static_cast<int32_t>(argMax(logits.data(), n));
    } else if (!(params.temperature > 0.0f)) {
      row->token = static_cast<int32_t>(argMax(m_logits.data(), n));
    } else {
      select(params, n);
      row->token = draw(uniformDraw(params.seed, params.drawIndex), n);
    }
    if (params.topLogprobs >= 0)
      row->logprob = clampedLogprob(double{finiteOrLowest(logits[static_cast<size_t>(row->token)])} - m_logSum);
  }
  slot->remember(row->token);
}

std::vector<double> RowSampler::distribution(std::span<const float> logits, const SamplingSlot& slot) {
  const size_t n = std::min(logits.size(), m_logits.size());
  std::vector<double> probabilities(n, 0.0);
  copyFinite(logits.data(), n, m_logits.data());
  if (!adjust(slot, n)) {
    probabilities[argMax(logits.data(), n)] = 1.0;
  } else if (!(slot.params().temperature > 0.0f)) {
    probabilities[argMax(m_logits.data(), n)] = 1.0;
  } else {
    select(slot.params(), n);
    if (m_all) {
      std::vector<float> weights(n);
      expWeights(m_logits.data(), n, m_maximum, m_factor, weights.data());
      for (size_t i = 0; i < n; ++i) probabilities[i] = weights[i] / m_total;
    }
    for (size_t i = 0; i < m_count; ++i)
      probabilities[static_cast<size_t>(m_candidates[i].token)] = m_candidates[i].weight / m_total;
  }
  return probabilities;
}

// Log sum of the raw logits and the most probable tokens.
void RowSampler::takeRawProbabilities(const SlotSampling& params, size_t n, float maximum, SampledRow* row) {
  const float top = std::max(maximum, -FLT_MAX);
  m_logSum = double{top} + std::log(blockSums(m_logits.data(), n, top, 1.0f, m_blocks.data()));
  const auto wanted = std::min(n, static_cast<size_t>(params.topLogprobs));
  const size_t count = wanted == 0 ? 0 : collectLargest(n, wanted);
  std::sort(m_candidates.begin(), m_candidates.begin() + static_cast<ptrdiff_t>(count), before);
  for (size_t i = 0; i < count; ++i)
    row->top.push_back({m_candidates[i].token, clampedLogprob(double{m_candidates[i].logit} - m_logSum)});
}

// Penalties, bias and bans on m_logits. False when nothing is left to choose from.
bool RowSampler::adjust(const SamplingSlot& slot, size_t n) {
  const SlotSampling& params = slot.params();
  const auto inside = [n](int32_t token) { return token >= 0 && static_cast<size_t>(token) < n; };
  if (slot.hasPenalties()) {
    for (const TokenCounts::Entry& entry : slot.counts().entries()) {
      if (!inside(entry.token)) continue;
      float& x = m_logits[static_cast<size_t>(entry.token)];
      x = x > 0.0f ? x / params.repetitionPenalty : x * params.repetitionPenalty;
      if (entry.inAnswer > 0)
        x -= params.frequencyPenalty * static_cast<float>(entry.inAnswer) + params.presencePenalty;
      x = finiteOrLowest(x);
    }
  }
  for (const auto& [token, bias] : params.logitBias) {
    if (!inside(token)) continue;
    float& x = m_logits[static_cast<size_t>(token)];
    x = bias <= kBan ? -HUGE_VALF : finiteOrLowest(x + bias);
  }
  for (const int32_t token : params.bannedTokens)
    if (inside(token)) m_logits[static_cast<size_t>(token)] = -HUGE_VALF;
  m_maximum = maxOf(m_logits.data(), n);
  return m_maximum > -HUGE_VALF;
}

size_t RowSampler::collect(size_t n, float threshold) {
  const size_t count = collectAtLeast(m_logits.data(), n, threshold, m_indices.data());
  for (size_t i = 0; i < count; ++i)
    m_candidates[i] = {m_logits[static_cast<size_t>(m_indices[i])], m_indices[i], 0.0f};
  return count;
}

// The k largest as candidates, in no order. k <= n.
size_t RowSampler::collectLargest(size_t n, size_t k) {
  // The k-th largest of the blocks' maxima is a lower bound: k values reach it.
  const size_t nBlocks = (n + kScanBlock - 1) / kScanBlock;
  float bound = -HUGE_VALF;
  if (k <= nBlocks) {
    blockMaxima(m_logits.data(), n, m_blocks.data());
    const auto kth = m_blocks.begin() + static_cast<ptrdiff_t>(k - 1);
    std::nth_element(m_blocks.begin(), kth, m_blocks.begin() + static_cast<ptrdiff_t>(nBlocks), std::greater<>());
    bound = *kth;
  }
  const size_t count = collect(n, bound);
  if (count <= k) return count;
  const auto begin = m_candidates.begin();
  std::nth_element(begin, begin + static_cast<ptrdiff_t>(k - 1), begin + static_cast<ptrdiff_t>(count), before);
  return k;
}

// Reorders the first `count` candidates so that the most probable ones whose weights just reach `mass` come first;
// returns their number, at least 1. Narrows the range by partitioning instead of sorting all of it.
size_t RowSampler::keepMass(size_t count, double mass) {
  size_t low = 0, high = count;
  double sum = 0.0;
  const auto at = [this](size_t i) { return m_candidates.begin() + static_cast<ptrdiff_t>(i); };
  // The order is total, so the median of three leaves something on both sides; the cap bounds an unlucky input.
  for (int round = 0; round < 48 && high - low > 32; ++round) {
    const Candidate a = m_candidates[low], b = m_candidates[low + (high - low) / 2], c = m_candidates[high - 1];
    const Candidate pivot = std::max(std::min(a, b, before), std::min(std::max(a, b, before), c, before), before);
    const auto middle = std::partition(at(low), at(high), [&pivot](const Candidate& x) { return !before(pivot, x); });
    double left = 0.0;
    for (auto i = at(low); i != middle; ++i) left += i->weight;
    const auto split = static_cast<size_t>(middle - m_candidates.begin());
    if (sum + left >= mass) {
      high = split;
    } else {
      sum += left;
      low = split;
    }
  }
  std::sort(at(low), at(high), before);
  while (low < high) {
    sum += m_candidates[low++].weight;
    if (sum >= mass) break;
  }
  return std::max<size_t>(1, low);
}

// Weights of the candidates; returns their sum.
double RowSampler::weigh() {
  double sum = 0.0;
  float x[kScanBlock];
  for (size_t begin = 0; begin < m_count; begin += kScanBlock) {
    const size_t count = std::min(kScanBlock, m_count - begin);
    for (size_t i = 0; i < count; ++i) x[i] = m_candidates[begin + i].logit;
    expWeights(x, count, m_maximum, m_factor, x);
    for (size_t i = 0; i < count; ++i) {
      m_candidates[begin + i].weight = x[i];
      sum += x[i];
    }
  }
  return sum;
}

// Temperature, top-k, top-p and min-p: leaves either m_all or the first m_count candidates with their weights.
void RowSampler::select(const SlotSampling& params, size_t n) {
  m_factor = std::min(1.0f / params.temperature, FLT_MAX);
  m_all = false;
  const bool topK = params.topK > 0 && static_cast<size_t>(params.topK) < n;
  const bool topP = params.topP<1.0f, minP = params.minP> 0.0f;
  if (topK) {
    m_count = collectLargest(n, static_cast<size_t>(params.topK));
    m_total = weigh();
  } else if (topP) {
    m_total = blockSums(m_logits.data(), n, m_maximum, m_factor, m_blocks.data());
    // Most of the mass lies near the maximum: look there first.
    for (float depth = 4.0f;; depth *= 2.0f) {
      const bool everything = depth > 100.0f;
      m_count = collect(n, everything ? -FLT_MAX : m_maximum - depth * params.temperature);
      if (weigh() >= params.topP * m_total || everything) break;
    }
  } else if (minP) {
    // A little lower than asked: the exact limit is applied to the weights below.
    m_count = collect(n, m_maximum + (std::log(params.minP) - 0.01f) * params.temperature);
    m_total = weigh();
  } else {
    m_count = 0;
    m_all = true;
    m_total = blockSums(m_logits.data(), n, m_maximum, m_factor, m_blocks.data());
    return;
  }
  const auto begin = m_candidates.begin();
  if (topP) m_count = keepMass(m_count, params.topP * m_total);
  if (minP) {
    const auto end = std::partition(begin, begin + static_cast<ptrdiff_t>(m_count),
                                    [&params](const Candidate& c) { return c.weight >= params.minP; });
    m_count = static_cast<size_t>(end - begin);
  }
  // The draw goes by token, so that it does not depend on how the candidates were found.
  std::sort(begin, begin + static_cast<ptrdiff_t>(m_count),
            [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
  m_total = 0.0;
  for (size_t i = 0; i < m_count; ++i) m_total += m_candidates[i].weight;
}

int32_t RowSampler::draw(double u, size_t n) const {
  double left = u * m_total;
  if (!m_all) {
    for (size_t i = 0; i + 1 < m_count; ++i) {
      left -= m_candidates[i].weight;
      if (left < 0.0) return m_candidates[i].token;
    }
    return m_candidates[m_count - 1].token;
  }
  // The block first, then the token in it. Where rounding leaves something over, the last block with any weight serves.
  size_t block = 0;
  for (size_t b = 0; b * kScanBlock < n; ++b) {
    if (m_blocks[b] <= 0.0f) continue;
    block = b;
    if (left < m_blocks[b]) break;
    left -= m_blocks[b];
  }
  float weights[kScanBlock];
  const size_t begin = block * kScanBlock, count = std::min(kScanBlock, n - begin);
  expWeights(m_logits.data() + begin, count, m_maximum, m_factor, weights);
  size_t token = begin;
  for (size_t i = 0; i < count; ++i) {
    if (weights[i] <= 0.0f) continue;
    token = begin + i;
    left -= weights[i];
    if (left < 0.0) break;
  }
  return static_cast<int32_t>(token);
}

}  // namespace kernels::cpu
