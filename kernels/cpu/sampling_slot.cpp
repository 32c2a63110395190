#include "kernels/cpu/sampling_slot.h"

#include <bit>

namespace kernels::cpu {
namespace {

size_t homeOf(int32_t token, size_t size) {
  return static_cast<size_t>((static_cast<uint32_t>(token) * uint64_t{0x9E3779B97F4A7C15u}) >> 20) & (size - 1);
}

}  // namespace

void TokenCounts::clear(size_t nExpected) {
  m_entries.assign(std::bit_ceil(2 * nExpected + 16), Entry{});
  m_used = 0;
}

void TokenCounts::add(int32_t token, bool inAnswer) {
  if (token < 0 || m_entries.empty()) return;
  size_t at = homeOf(token, m_entries.size());
  while (m_entries[at].token >= 0 && m_entries[at].token != token) at = (at + 1) & (m_entries.size() - 1);
  if (m_entries[at].token < 0) {
    m_entries[at].token = token;
    ++m_used;
  }
  if (inAnswer) ++m_entries[at].inAnswer;
}

void TokenCounts::makeRoom() {
  if (2 * m_used < m_entries.size()) return;
  const std::vector<Entry> old = std::move(m_entries);
  m_entries.assign(2 * old.size(), Entry{});
  for (const Entry& entry : old) {
    if (entry.token < 0) continue;
    size_t at = homeOf(entry.token, m_entries.size());
    while (m_entries[at].token >= 0) at = (at + 1) & (m_entries.size() - 1);
    m_entries[at] = entry;
  }
}

void SamplingSlot::write(const SlotSampling& state) {
  m_params = state;
  m_hasPenalties = state.repetitionPenalty != 1.0f || state.presencePenalty != 0.0f || state.frequencyPenalty != 0.0f;
  m_counts.clear(m_hasPenalties ? state.promptHistory.size() + state.answerHistory.size() : 0);
  if (m_hasPenalties) {
    for (const int32_t token : state.promptHistory) m_counts.add(token, false);
    for (const int32_t token : state.answerHistory) m_counts.add(token, true);
  }
  m_params.promptHistory = {};
  m_params.answerHistory = {};
}

bool SamplingSlot::isPlainGreedy() const {
  return !(m_params.temperature > 0.0f) && !m_hasPenalties && m_params.logitBias.empty() &&
         m_params.bannedTokens.empty() && m_params.topLogprobs < 0;
}

void SamplingSlot::remember(int32_t token) {
  m_lastToken = token;
  ++m_params.drawIndex;
  if (m_hasPenalties) m_counts.add(token, true);
}

void SamplingSlot::settle() {
  if (m_hasPenalties) m_counts.makeRoom();
}

}  // namespace kernels::cpu
