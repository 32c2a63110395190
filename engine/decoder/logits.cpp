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
/// Caps a question: the answers hold vocabulary-sized rows.
constexpr size_t kMostIds = 16384, kMostPrompts = 4096;
constexpr uint64_t kMostLogits = 1ull << 28;

Error invalid(std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message), "ids"};
}

/// Positions whose logits are wanted: so many of the last.
size_t wantedRows(std::span<const int32_t> ids, const LogitsQuestion& question) {
  if (question.allPositions) return ids.size();
  return std::min<size_t>(ids.size(), std::max(question.lastPositions, 1u));
}

Result<LogitsAnswer> answer(StepSession& session, std::span<const int32_t> ids, const LogitsQuestion& question,
                            uint32_t stepTokens) {
  LogitsAnswer out;
  out.vocab = session.vocab();
  const size_t firstWanted = ids.size() - wantedRows(ids, question);
  std::vector<float> last;
  session.reset();
  for (size_t at = 0; at < ids.size(); at += stepTokens) {
    const std::span<const int32_t> piece = ids.subspan(at, std::min<size_t>(stepTokens, ids.size() - at));
    const size_t end = at + piece.size();
    const auto rows = static_cast<uint32_t>(end > firstWanted ? std::min(piece.size(), end - firstWanted) : 0);
    ENGINE_ASSIGN_OR_RETURN(std::vector<float> logits, session.step(piece, rows));
    if (end == ids.size()) last.assign(logits.end() - out.vocab, logits.end());
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
    ENGINE_ASSIGN_OR_RETURN(last, session.step(std::span(&id, 1), 1));
  }
  return out;
}

Result<std::vector<LogitsAnswer>> answers(const EngineOptions& options, std::span<const std::vector<int32_t>> prompts,
                                          const LogitsQuestion& question) {
  size_t longest = 0, mostRows = 0, allRows = 0;
  if (prompts.empty() || prompts.size() > kMostPrompts) {
    return invalid(fmt::format("{} prompts, from 1 to {} are taken", prompts.size(), kMostPrompts));
  }
  for (const std::vector<int32_t>& ids : prompts) {
    if (ids.empty()) return invalid("at least one id is needed");
    if (ids.size() + question.greedy > kMostIds) {
      return invalid(
          fmt::format("{} ids and {} to decode are more than the {} that fit", ids.size(), question.greedy, kMostIds));
    }
    longest = std::max(longest, ids.size());
    mostRows = std::max(mostRows, wantedRows(ids, question));
    allRows += wantedRows(ids, question);
  }
  const auto positions = static_cast<uint32_t>(longest + question.greedy);
  const uint32_t stepTokens = question.stepTokens > 0 ? question.stepTokens : kStepTokens;
  ENGINE_ASSIGN_OR_RETURN(
      const std::unique_ptr<StepSession> session,
      StepSession::open(options.modelPath, options, stepTokens, positions, static_cast<uint32_t>(mostRows)));
  const uint32_t vocab = session->vocab();
  for (const std::vector<int32_t>& ids : prompts) {
    for (const int32_t id : ids) {
      if (id >= 0 && static_cast<uint32_t>(id) < vocab) continue;
      return invalid(fmt::format("id {} is outside the vocabulary of {}", id, vocab));
    }
  }
  if (allRows * uint64_t{vocab} > kMostLogits) {
    return invalid(fmt::format("logits of {} positions of {} ids are too many at once", allRows, vocab));
  }
  std::vector<LogitsAnswer> out;
  for (const std::vector<int32_t>& ids : prompts) {
    ENGINE_ASSIGN_OR_RETURN(LogitsAnswer each, answer(*session, ids, question, stepTokens));
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace

Result<std::vector<LogitsAnswer>> computeLogits(const EngineOptions& options,
                                                std::span<const std::vector<int32_t>> prompts,
                                                const LogitsQuestion& question) {
  try {
    return answers(options, prompts, question);
  } catch (const std::exception& error) {
    return Error{ErrorCode::OutOfMemory, fmt::format("There is not enough memory for these logits: {}.", error.what())};
  }
}

}  // namespace engine
