// From an answer's tokens to the text that may be shown, with the tokens that belong to it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generation.h"
#include "engine/scheduler/stop_strings.h"
#include "engine/tokenizer.h"
#include "kernels/sampling.h"

namespace engine {

/// Puts code points together, holds back what can still become a stop string, and gives tokens (with their
/// log-probabilities) out together with their text: what a stop string cuts off is in neither.
class AnswerText {
 public:
  /// `topLogprobs` as in SamplingParams.
  AnswerText(const Tokenizer& tokenizer, const std::vector<std::string>& stops, int topLogprobs);

  /// Takes a sampled token; what can be shown now is added to `out`.
  void push(const kernels::SampledRow& row, TokensEvent* out);
  /// At the end of the answer: what was held back is added to `out`, unless a stop string turns out to have matched.
  void finish(TokensEvent* out);

  bool matched() const { return m_stops.matched(); }
  /// The stop string that matched, or empty.
  std::string stopString() const { return m_stops.matched() ? m_stops.match() : std::string(); }

 private:
  /// A token whose text is [start, end) of the decoded text; an unfinished code point counts as one byte.
  struct Held {
    TokenId token = 0;
    uint64_t start = 0, end = 0;
    TokenLogprobs logprobs;
  };
  TokenLogprobs describe(const kernels::SampledRow& row);
  void release(bool all, TokensEvent* out);

  const Tokenizer& m_tokenizer;
  StreamDecoder m_decoder;
  StopStrings m_stops;
  bool m_wantLogprobs;
  bool m_atStart = true;
  uint64_t m_decoded = 0;  ///< bytes of text that the decoder gave
  std::deque<Held> m_held;
};

}  // namespace engine
