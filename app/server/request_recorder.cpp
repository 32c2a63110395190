#include "app/server/request_recorder.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace app {

namespace {

/// The bytes of `text` up to `most` that end with a whole code point.
size_t wholeBytes(std::string_view text, size_t most) {
  if (text.size() <= most) return text.size();
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0) == 0x80) --most;
  return most;
}

std::string describeParameters(const engine::GenerationRequest& request, bool stream) {
  const engine::SamplingParams& sampling = request.sampling;
  nlohmann::ordered_json out;
  out["temperature"] = sampling.temperature;
  out["top_p"] = sampling.topP;
  out["top_k"] = sampling.topK;
  out["min_p"] = sampling.minP;
  out["presence_penalty"] = sampling.presencePenalty;
  out["frequency_penalty"] = sampling.frequencyPenalty;
  out["repetition_penalty"] = sampling.repetitionPenalty;
  if (sampling.seed) out["seed"] = *sampling.seed;
  if (request.maxTokens) out["max_tokens"] = *request.maxTokens;
  if (!request.stop.empty()) out["stop"] = request.stop;
  if (!request.stopTokens.empty()) out["stop_token_ids"] = request.stopTokens;
  if (request.ignoreEos) out["ignore_eos"] = true;
  if (!sampling.logitBias.empty()) {
    nlohmann::ordered_json bias = nlohmann::ordered_json::object();
    for (const auto& [token, value] : sampling.logitBias) bias[std::to_string(token)] = value;
    out["logit_bias"] = std::move(bias);
  }
  if (sampling.topLogprobs >= 0) out["top_logprobs"] = sampling.topLogprobs;
  if (request.n != 1) out["n"] = request.n;
  out["stream"] = stream;
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

void RequestRecorder::append(Slot& slot, std::string& text, std::string_view more) {
  const size_t left = kMostTextBytes - std::min(kMostTextBytes, text.size());
  const size_t taken = wholeBytes(more, left);
  if (taken < more.size()) slot.record.cut = true;
  text.append(more.substr(0, taken));
  slot.bytes += taken;
  m_bytes += taken;
}

void RequestRecorder::makeRoom() {
  while (!m_slots.empty() && (m_slots.size() > kMostRecords || m_bytes > kMostBytes)) {
    m_bytes -= m_slots.front().bytes;
    m_slots.pop_front();
  }
}

void RequestRecorder::begin(uint64_t id, const engine::Tokenizer& tokenizer,
                            std::span<const engine::GenerationRequest> requests, bool stream) {
  if (requests.empty()) return;
  std::vector<std::string> prompts;
  for (const engine::GenerationRequest& request : requests) {
    prompts.push_back(tokenizer.decode(request.prompt, /*special=*/true));
  }
  const std::string parameters = describeParameters(requests.front(), stream);

  const std::lock_guard lock(m_mutex);
  Slot& slot = m_slots.emplace_back();
  slot.record.id = id;
  slot.answersEach = static_cast<size_t>(std::max(1, requests.front().n));
  slot.record.answers.resize(requests.size() * slot.answersEach);
  append(slot, slot.record.parameters, parameters);
  for (const std::string& prompt : prompts) append(slot, slot.record.prompts.emplace_back(), prompt);
  makeRoom();
}

void RequestRecorder::event(uint64_t id, size_t request, const engine::GenerationEvent& event) {
  if (!m_on) return;
  const std::lock_guard lock(m_mutex);
  const auto slot =
      std::find_if(m_slots.rbegin(), m_slots.rend(), [id](const Slot& one) { return one.record.id == id; });
  if (slot == m_slots.rend()) return;
  RequestRecord& record = slot->record;
  const auto answerOf = [&](int index) -> RequestRecord::Answer* {
    const size_t at = request * slot->answersEach + static_cast<size_t>(index);
    return at < record.answers.size() ? &record.answers[at] : nullptr;
  };
  if (const auto* started = std::get_if<engine::StartedEvent>(&event)) {
    record.promptTokens += started->promptTokens;
    record.cachedTokens += started->cachedTokens;
  } else if (const auto* tokens = std::get_if<engine::TokensEvent>(&event)) {
    record.completionTokens += static_cast<int64_t>(tokens->tokens.size());
    if (RequestRecord::Answer* answer = answerOf(tokens->index)) append(*slot, answer->text, tokens->text);
    makeRoom();
  } else if (const auto* finished = std::get_if<engine::FinishedEvent>(&event)) {
    if (RequestRecord::Answer* answer = answerOf(finished->index)) {
      answer->finishReason = engine::finishReasonName(finished->reason);
      answer->stopString = finished->stopString;
    }
    // Of several prompts the slowest counts.
    record.timed = true;
    record.queueSeconds = std::max(record.queueSeconds, finished->timings.queueSeconds);
    record.prefillSeconds = std::max(record.prefillSeconds, finished->timings.prefillSeconds);
    record.decodeSeconds = std::max(record.decodeSeconds, finished->timings.decodeSeconds);
  } else if (const auto* failed = std::get_if<engine::FailedEvent>(&event)) {
    record.error = failed->error.message;
  }
}

std::optional<RequestRecord> RequestRecorder::find(uint64_t id) const {
  const std::lock_guard lock(m_mutex);
  for (const Slot& slot : m_slots) {
    if (slot.record.id == id) return slot.record;
  }
  return std::nullopt;
}

RecordingFacts RequestRecorder::facts() const {
  const std::lock_guard lock(m_mutex);
  return {m_on, m_slots.size(), m_bytes, kMostRecords, kMostBytes, kMostTextBytes};
}

void RequestRecorder::clear() {
  const std::lock_guard lock(m_mutex);
  m_slots.clear();
  m_bytes = 0;
}

}  // namespace app
