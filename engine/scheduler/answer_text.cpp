#include "engine/scheduler/answer_text.h"

#include <algorithm>

namespace engine {

AnswerText::AnswerText(const Tokenizer& tokenizer, const std::vector<std::string>& stops, int topLogprobs)
    : m_tokenizer(tokenizer), m_decoder(tokenizer), m_stops(stops), m_wantLogprobs(topLogprobs >= 0) {}

TokenLogprobs AnswerText::describe(const kernels::SampledRow& row) {
  TokenLogprobs out;
  out.chosen = {row.token, m_tokenizer.tokenBytes(row.token, /*special=*/false), row.logprob};
  // The decoder drops this space too, so that the bytes join up to the text.
  std::string& bytes = out.chosen.bytes;
  if (m_atStart && m_tokenizer.dropsLeadingSpace() && bytes.starts_with(' ')) bytes.erase(0, 1);
  m_atStart = m_atStart && m_tokenizer.tokenBytes(row.token, false).empty();
  out.top.reserve(row.top.size());
  for (const kernels::TokenLogprob& other : row.top) {
    out.top.push_back({other.token, m_tokenizer.tokenBytes(other.token, /*special=*/true), other.logprob});
  }
  return out;
}

void AnswerText::release(bool all, TokensEvent* out) {
  const uint64_t shown = m_stops.shownBytes();
  while (!m_held.empty() && (all || m_stops.matched() || m_held.front().end <= shown)) {
    Held& held = m_held.front();
    // A stop string takes away tokens that begin behind its start, and the rest of the one it starts in.
    const bool cut = m_stops.matched() && held.start >= shown && held.end > shown;
    if (!cut) {
      if (m_wantLogprobs) {
        std::string& bytes = held.logprobs.chosen.bytes;
        if (m_stops.matched() && held.end > shown) bytes.resize(std::min<size_t>(bytes.size(), shown - held.start));
        out->logprobs.push_back(std::move(held.logprobs));
      }
      out->tokens.push_back(held.token);
    }
    m_held.pop_front();
  }
}

void AnswerText::push(const kernels::SampledRow& row, TokensEvent* out) {
  Held held;
  held.token = row.token;
  if (m_wantLogprobs) held.logprobs = describe(row);
  held.start = m_decoded;
  const std::string text = m_decoder.push(row.token);
  m_decoded += text.size();
  held.end = m_decoded + (m_decoder.pending() ? 1 : 0);
  m_held.push_back(std::move(held));
  out->text += m_stops.push(text);
  release(/*all=*/false, out);
}

void AnswerText::finish(TokensEvent* out) {
  if (!m_stops.matched()) {
    out->text += m_stops.push(m_decoder.finish());
    out->text += m_stops.finish();
  }
  release(/*all=*/true, out);
}

}  // namespace engine
