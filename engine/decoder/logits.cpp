#include "engine/logits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>

#include "engine/decoder/step_session.h"

namespace engine {

namespace {

/// Tokens of one step: a longer prompt goes in pieces.
constexpr uint32_t kStepTokens = 256;
/// Caps a question: the answer holds vocabulary-sized rows.
constexpr size_t kMostIds = 16384;
constexpr uint64_t kMostLogits = 1ull << 28;

Result<LogitsAnswer> answer(const EngineOptions& options, std::span<const int32_t> ids,
                            const LogitsQuestion& question) {
  if (ids.empty()) return Error{ErrorCode::InvalidArgument, "at least one id is needed", "ids"};
  if (ids.size() + question.greedy > kMostIds) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("{} ids and {} to decode are more than the {} that fit", ids.size(), question.greedy, kMostIds),
        "ids"};
  }
  const auto positions = static_cast<uint32_t>(ids.size() + question.greedy);
  ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<StepSession> session,
                          StepSession::open(options.modelPath, options, kStepTokens, positions));
  LogitsAnswer out;
  out.vocab = session->vocab();
  for (const int32_t id : ids) {
    if (id >= 0 && static_cast<uint32_t>(id) < out.vocab) continue;
    return Error{ErrorCode::InvalidArgument, fmt::format("id {} is outside the vocabulary of {}", id, out.vocab),
                 "ids"};
  }
  if (question.allPositions && ids.size() * uint64_t{out.vocab} > kMostLogits) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("logits of {} positions of {} ids are too many at once", ids.size(), out.vocab), "ids"};
  }

  std::vector<float> last;
  for (size_t at = 0; at < ids.size(); at += kStepTokens) {
    const std::span<const int32_t> piece = ids.subspan(at, std::min<size_t>(kStepTokens, ids.size() - at));
    const bool end = at + piece.size() == ids.size();
    const auto rows = question.allPositions ? static_cast<uint32_t>(piece.size()) : (end ? 1u : 0u);
    ENGINE_ASSIGN_OR_RETURN(std::vector<float> logits, session->step(piece, rows));
    if (end) last.assign(logits.end() - out.vocab, logits.end());
    out.logits.insert(out.logits.end(), logits.begin(), logits.end());
  }
  for (uint32_t i = 0; i < question.greedy; ++i) {
    const auto best = std::max_element(last.begin(), last.end());
    const auto id = static_cast<int32_t>(best - last.begin());
    const float top = *best;
    *best = -INFINITY;
    out.greedy.push_back(id);
    out.margins.push_back(top - *std::max_element(last.begin(), last.end()));
    if (i + 1 == question.greedy) break;
    ENGINE_ASSIGN_OR_RETURN(last, session->step(std::span(&id, 1), 1));
  }
  return out;
}

}  // namespace

Result<LogitsAnswer> computeLogits(const EngineOptions& options, std::span<const int32_t> ids,
                                   const LogitsQuestion& question) {
  try {
    return answer(options, ids, question);
  } catch (const std::exception& error) {
    return Error{ErrorCode::OutOfMemory, fmt::format("There is not enough memory for these logits: {}.", error.what())};
  }
}

}  // namespace engine
