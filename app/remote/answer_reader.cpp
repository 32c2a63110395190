#include "app/remote/answer_reader.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/json.h"
#include "engine/text.h"

namespace app::remote {

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr size_t kMostLine = 1u << 20, kMostBody = 16u << 20, kMostText = 64u << 20;
constexpr engine::JsonLimits kLimits{.maxBytes = kMostBody, .maxDepth = 32, .maxValues = 1u << 20};
constexpr size_t kShownProblem = 300;

/// A member that is an object's text; empty when it is not there or something else.
std::string textOf(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double seconds(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

AnswerReader::AnswerReader(std::shared_ptr<engine::GenerationSink> sink)
    : m_sink(std::move(sink)), m_begun(Clock::now()) {}

bool AnswerReader::fail(std::string problem) {
  m_problem = std::move(problem);
  return false;
}

bool AnswerReader::take(std::string_view contentType, std::string_view bytes) {
  if (!m_started) {
    m_started = true;
    // Some servers answer as a whole whatever was asked.
    m_stream = !contentType.starts_with("application/json");
    if (contentType.starts_with("text/html")) {
      return fail("sent a web page instead of an answer. Is the address right? It usually ends in /v1");
    }
    m_sink->onEvent(engine::StartedEvent{-1, 0});
  }
  if (!m_stream) {
    if (m_pending.size() + bytes.size() > kMostBody) return fail("sent more than 16 MB in one piece");
    m_pending.append(bytes);
    return true;
  }
  while (!bytes.empty() && !m_done && m_problem.empty()) {
    const size_t end = bytes.find('\n');
    if (m_pending.size() + std::min(end, bytes.size()) > kMostLine) return fail("sent a line of more than 1 MB");
    m_pending.append(bytes.substr(0, end));
    if (end == bytes.npos) return true;
    bytes.remove_prefix(end + 1);
    const std::string line = std::exchange(m_pending, {});
    takeLine(line);
  }
  return m_problem.empty() && !m_done;
}

void AnswerReader::takeLine(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  constexpr std::string_view kData = "data:";
  if (!line.starts_with(kData)) return;  // comments, event names, empty lines
  line.remove_prefix(kData.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (line == "[DONE]") {
    m_done = true;
    return;
  }
  const auto event = engine::parseJson(line, kLimits);
  if (!event.ok() || !event->is_object()) {
    fail(fmt::format("sent something that is no JSON: {}", engine::printable(line)));
    return;
  }
  takeEvent(*event, "delta");
}

void AnswerReader::takeEvent(const Json& event, const char* where) {
  if (const auto error = event.find("error"); error != event.end() && !error->is_null()) {
    std::string words = error->is_object()   ? textOf(*error, "message")
                        : error->is_string() ? error->get<std::string>()
                                             : "";
    if (words.empty()) words = error->dump(-1, ' ', false, Json::error_handler_t::replace);
    fail(fmt::format("ended the answer: {}", engine::printable(words, kShownProblem)));
    return;
  }
  takeUsage(event);
  const auto choices = event.find("choices");
  if (choices == event.end() || !choices->is_array() || choices->empty() || !choices->front().is_object()) return;
  const Json& choice = choices->front();
  if (const auto part = choice.find(where); part != choice.end() && part->is_object()) {
    std::string reasoning = textOf(*part, "reasoning_content");
    if (reasoning.empty()) reasoning = textOf(*part, "reasoning");
    std::string text = textOf(*part, "content");
    if (text.empty()) text = textOf(*part, "refusal");
    addText(reasoning, text);
  }
  const std::string reason = textOf(choice, "finish_reason");
  if (!reason.empty()) m_reason = reason == "length" ? engine::FinishReason::Length : engine::FinishReason::Stop;
}

void AnswerReader::takeUsage(const Json& event) {
  const auto usage = event.find("usage");
  if (usage == event.end() || !usage->is_object()) return;
  const auto count = [&usage](const char* name) -> int64_t {
    const auto found = usage->find(name);
    return found != usage->end() && found->is_number_unsigned() && found->get<uint64_t>() < (uint64_t{1} << 40)
               ? found->get<int64_t>()
               : -1;
  };
  m_usage.promptTokens = count("prompt_tokens");
  m_usage.completionTokens = count("completion_tokens");
}

void AnswerReader::addText(const std::string& reasoning, const std::string& text) {
  std::string piece;
  if (!reasoning.empty()) {
    if (!m_thinking && m_pieces == 0) piece += "<think>\n", m_thinking = true;
    piece += reasoning;
  }
  if (!text.empty()) {
    if (std::exchange(m_thinking, false)) piece += "\n</think>\n\n";
    piece += text;
  }
  if (piece.empty()) return;
  m_textBytes += piece.size();
  if (m_textBytes > kMostText) {
    fail("sent more than 64 MB of text");
    return;
  }
  m_last = Clock::now();
  if (m_pieces++ == 0) m_first = m_last;
  engine::TokensEvent event;
  event.text = std::move(piece);
  event.tokens = {0};
  m_sink->onEvent(event);
}

void AnswerReader::close() {
  if (!m_problem.empty()) return;
  if (m_stream) {
    if (!m_pending.empty()) takeLine(std::exchange(m_pending, {}));
    return;
  }
  const auto whole = engine::parseJson(m_pending, kLimits);
  if (!whole.ok() || !whole->is_object()) {
    fail(fmt::format("sent something that is no JSON: {}", engine::printable(m_pending)));
    return;
  }
  takeEvent(*whole, "message");
  m_done = m_problem.empty() && (m_pieces > 0 || m_reason.has_value());
  if (!m_done && m_problem.empty()) fail("sent JSON that is no answer");
}

void AnswerReader::finish(engine::FinishReason reason) {
  engine::FinishedEvent event;
  event.reason = m_reason && reason != engine::FinishReason::Cancelled ? *m_reason : reason;
  event.usage = m_usage;
  if (m_pieces > 0) {
    event.timings.prefillSeconds = seconds(m_begun, m_first);
    event.timings.decodeSeconds = seconds(m_first, m_last);
  }
  m_sink->onEvent(event);
}

}  // namespace app::remote
