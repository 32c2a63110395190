#include "app/server/answer_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "app/server/json_text.h"

namespace app {

namespace {

/// Clients read -9999 as "impossible"; JSON has no infinity.
constexpr float kLeastLogprob = -9999.0f;

float finite(float logprob) {
  if (std::isnan(logprob)) return kLeastLogprob;
  return std::clamp(logprob, kLeastLogprob, 0.0f);
}

void appendChatEntry(std::string& out, const engine::LogprobEntry& entry) {
  out += R"({"token":)";
  appendJsonString(out, tokenString(entry.bytes));
  fmt::format_to(std::back_inserter(out), R"(,"logprob":{},"bytes":[)", finite(entry.logprob));
  for (size_t i = 0; i < entry.bytes.size(); ++i) {
    if (i > 0) out += ',';
    fmt::format_to(std::back_inserter(out), "{}", static_cast<unsigned char>(entry.bytes[i]));
  }
  out += ']';
}

void appendHead(std::string& out, const AnswerShape& shape, bool chunk) {
  out += R"({"id":)";
  appendJsonString(out, shape.id);
  out += R"(,"object":")";
  out += shape.chat ? (chunk ? "chat.completion.chunk" : "chat.completion") : "text_completion";
  fmt::format_to(std::back_inserter(out), R"(","created":{},"model":)", shape.created);
  appendJsonString(out, shape.model);
  out += R"(,"system_fingerprint":)";
  appendJsonString(out, shape.fingerprint);
}

void appendUsage(std::string& out, const engine::Usage& usage) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},)"
                 R"("prompt_tokens_details":{{"cached_tokens":{}}}}})",
                 usage.promptTokens, usage.completionTokens, usage.promptTokens + usage.completionTokens,
                 usage.cachedTokens);
}

void appendReason(std::string& out, std::string_view reason) {
  out += R"("finish_reason":)";
  if (reason.empty()) {
    out += "null";
  } else {
    appendJsonString(out, reason);
  }
}

/// A chunk with one choice; `content` is its delta (chat) or text (completions), already JSON.
std::string choiceChunk(const AnswerShape& shape, int index, std::string_view content, std::string_view logprobs,
                        std::string_view reason) {
  std::string out;
  appendHead(out, shape, /*chunk=*/true);
  fmt::format_to(std::back_inserter(out), R"(,"choices":[{{"index":{},"{}":{},"logprobs":{},)", index,
                 shape.chat ? "delta" : "text", content, logprobs);
  appendReason(out, reason);
  out += shape.includeUsage ? R"(}],"usage":null})" : "}]}";
  return out;
}

}  // namespace

void LogprobsJson::add(const std::vector<engine::TokenLogprobs>& tokens, bool chat, int64_t textOffset) {
  for (const engine::TokenLogprobs& token : tokens) {
    if (!m_tokens.empty()) m_tokens += ',';
    if (chat) {
      appendChatEntry(m_tokens, token.chosen);
      m_tokens += R"(,"top_logprobs":[)";
      for (size_t i = 0; i < token.top.size(); ++i) {
        if (i > 0) m_tokens += ',';
        appendChatEntry(m_tokens, token.top[i]);
        m_tokens += '}';
      }
      m_tokens += "]}";
      continue;
    }
    const char* separator = m_logprobs.empty() ? "" : ",";
    appendJsonString(m_tokens, tokenString(token.chosen.bytes));
    m_logprobs += fmt::format("{}{}", separator, finite(token.chosen.logprob));
    m_textOffset += fmt::format("{}{}", separator, textOffset);
    m_top += separator;
    m_top += '{';
    for (size_t i = 0; i < token.top.size(); ++i) {
      if (i > 0) m_top += ',';
      appendJsonString(m_top, tokenString(token.top[i].bytes));
      m_top += fmt::format(":{}", finite(token.top[i].logprob));
    }
    m_top += '}';
    textOffset += countCodePoints(token.chosen.bytes);
  }
}

std::string LogprobsJson::json(bool chat) const {
  if (chat) return fmt::format(R"({{"content":[{}],"refusal":null}})", m_tokens);
  return fmt::format(R"({{"tokens":[{}],"token_logprobs":[{}],"top_logprobs":[{}],"text_offset":[{}]}})", m_tokens,
                     m_logprobs, m_top, m_textOffset);
}

std::string roleChunk(const AnswerShape& shape, int index) {
  return choiceChunk(shape, index, R"({"role":"assistant","content":""})", "null", {});
}

std::string textChunk(const AnswerShape& shape, int index, std::string_view text, const LogprobsJson& logprobs) {
  std::string content;
  if (shape.chat) content += R"({"content":)";
  appendJsonString(content, text);
  if (shape.chat) content += '}';
  return choiceChunk(shape, index, content, logprobs.empty() ? "null" : logprobs.json(shape.chat), {});
}

std::string finishChunk(const AnswerShape& shape, int index, std::string_view reason) {
  return choiceChunk(shape, index, shape.chat ? "{}" : R"("")", "null", reason);
}

std::string usageChunk(const AnswerShape& shape, const engine::Usage& usage) {
  std::string out;
  appendHead(out, shape, /*chunk=*/true);
  out += R"(,"choices":[],"usage":)";
  appendUsage(out, usage);
  out += '}';
  return out;
}

std::string wholeReply(const AnswerShape& shape, const std::vector<WholeAnswer>& answers, const engine::Usage& usage) {
  std::string out;
  appendHead(out, shape, /*chunk=*/false);
  out += R"(,"choices":[)";
  for (size_t i = 0; i < answers.size(); ++i) {
    const WholeAnswer& answer = answers[i];
    if (i > 0) out += ',';
    fmt::format_to(std::back_inserter(out), R"({{"index":{},)", i);
    out += shape.chat ? R"("message":{"role":"assistant","content":)" : R"("text":)";
    appendJsonString(out, answer.text);
    out += shape.chat ? R"(,"refusal":null},"logprobs":)" : R"(,"logprobs":)";
    out += shape.logprobs ? answer.logprobs.json(shape.chat) : "null";
    out += ',';
    appendReason(out, answer.finishReason);
    out += '}';
  }
  out += R"(],"usage":)";
  appendUsage(out, usage);
  out += '}';
  return out;
}

int64_t countCodePoints(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

}  // namespace app
