#include "tests/kernels/cuda/sampling_reference.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/cpu/philox.h"
#include "kernels/cpu/row_sampler.h"

namespace kernels::cuda::test {
namespace {

using cpu::RowSampler;
using cpu::SamplingSlot;

std::vector<double> distributionOf(RowSampler& sampler, const std::vector<float>& logits, const SlotSampling& state) {
  SamplingSlot slot;
  slot.write(state);
  return sampler.distribution(logits, slot);
}

// Mass that rounding may move in or out at the cut of top-p: the tokens within kBoundary of it.
double doubtfulMass(const std::vector<double>& before, double topP) {
  std::vector<double> sorted;
  for (const double p : before)
    if (p > 0.0) sorted.push_back(p);
  std::sort(sorted.rbegin(), sorted.rend());
  double sum = 0.0, doubtful = 0.0;
  for (const double p : sorted) {
    // In doubt when whether the cut falls before or after this token depends on less than kBoundary.
    if (std::abs(sum - topP) < kBoundary || std::abs(sum + p - topP) < kBoundary) doubtful += p;
    sum += p;
    if (sum > topP + kBoundary) break;
  }
  return doubtful;
}

bool isClose(float a, float b) {
  return std::abs(a - b) <= 1e-5f + 2e-6f * std::abs(b);
}

}  // namespace

Comparison compareWithCpu(const std::vector<float>& logits, const SlotSampling& state, const SampledRow& got) {
  const auto n = static_cast<uint32_t>(logits.size());
  RowSampler sampler(n);
  SamplingSlot slot;
  slot.write(state);
  SampledRow want;
  sampler.sample(logits, &slot, &want);

  Comparison out;
  out.same = got.token == want.token;
  out.text = fmt::format("token {}, the CPU's is {}", got.token, want.token);
  const bool tops = std::equal(
      got.top.begin(), got.top.end(), want.top.begin(), want.top.end(),
      [](const TokenLogprob& a, const TokenLogprob& b) { return a.token == b.token && isClose(a.logprob, b.logprob); });
  if (!tops) {
    out.text += "; other alternatives";
    return out;
  }
  if (out.same) {
    out.accepted = isClose(got.logprob, want.logprob);
    out.text += fmt::format("; logprob {}, the CPU's is {}", got.logprob, want.logprob);
    return out;
  }
  if (got.token < 0 || static_cast<uint32_t>(got.token) >= n || !(state.temperature > 0.0f)) return out;

  double slack = kBoundary;
  const std::vector<double> p = distributionOf(sampler, logits, state);
  const auto token = static_cast<size_t>(got.token);
  if (state.topP < 1.0f) {
    SlotSampling uncut = state;
    uncut.topP = 1.0f;
    uncut.minP = 0.0f;
    const double doubtful = doubtfulMass(distributionOf(sampler, logits, uncut), double{state.topP});
    slack += 2.0 * doubtful / std::max(double{state.topP}, 1e-9);
  }
  const double begin = std::accumulate(p.begin(), p.begin() + got.token, 0.0), end = begin + p[token];
  const double u = cpu::uniformDraw(state.seed, state.drawIndex);
  out.text += fmt::format("; u {} is in [{}, {}], slack {}", u, begin, end, slack);
  out.accepted = (p[token] > 0.0 || slack > kBoundary) && u > begin - slack && u < end + slack;
  return out;
}

}  // namespace kernels::cuda::test
