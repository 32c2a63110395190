// POST /v1/completions
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/server/answer.h"
#include "app/server/endpoints/endpoints.h"
#include "app/server/generation_fields.h"

namespace app {

namespace {

using json = nlohmann::ordered_json;

constexpr size_t kMaxPrompts = 16;

/// A prompt as ids, and as text when it is echoed.
struct Prompt {
  std::vector<engine::TokenId> ids;
  std::string text;
};

class PromptReader {
 public:
  PromptReader(FieldReader& reader, const engine::Engine& engine) : m_reader(reader), m_engine(engine) {
    m_options.addSpecial = reader.boolean("add_special_tokens").value_or(true);
    m_options.parseSpecial = reader.boolean("parse_special").value_or(false);
  }

  std::vector<Prompt> read() {
    std::vector<Prompt> prompts;
    const json* field = m_reader.value("prompt");
    if (field == nullptr) {
      m_reader.problem("prompt", "prompt is missing");
    } else if (field->is_string() || isIds(*field)) {
      addPrompt(*field, prompts);
    } else if (!field->is_array() || field->empty() || field->size() > kMaxPrompts) {
      m_reader.problem("prompt", fmt::format("prompt must be a string, an array of token ids, or an array of at most "
                                             "{} of these",
                                             kMaxPrompts));
    } else {
      for (const json& item : *field) addPrompt(item, prompts);
    }
    return prompts;
  }

 private:
  static bool isIds(const json& value) { return value.is_array() && !value.empty() && value.front().is_number(); }

  void addPrompt(const json& value, std::vector<Prompt>& prompts) {
    Prompt prompt;
    if (value.is_string()) {
      prompt.text = value.get<std::string>();
      auto ids = m_engine.tokenizer().encode(prompt.text, m_options);
      if (!ids.ok()) {
        m_reader.problem("prompt", "prompt cannot be tokenized: " + ids.error().message);
        return;
      }
      prompt.ids = std::move(ids).value();
    } else if (isIds(value)) {
      const size_t nVocab = m_engine.tokenizer().vocabSize();
      for (const json& item : value) {
        const auto id = asInteger(item);
        if (!id || *id < 0 || static_cast<uint64_t>(*id) >= nVocab) {
          m_reader.problem("prompt", fmt::format("prompt must hold token ids below {}, got {}", nVocab, item.dump()));
          return;
        }
        prompt.ids.push_back(static_cast<engine::TokenId>(*id));
      }
      prompt.text = m_engine.tokenizer().decode(prompt.ids, /*special=*/true);
    } else {
      m_reader.problem("prompt",
                       fmt::format("a prompt must be a string or an array of token ids, got {}", kindName(value)));
      return;
    }
    if (prompt.ids.empty()) {
      m_reader.problem("prompt", "prompt is empty and the model has no token to begin with");
      return;
    }
    prompts.push_back(std::move(prompt));
  }

  FieldReader& m_reader;
  const engine::Engine& m_engine;
  engine::EncodeOptions m_options;
};

/// echo with max_tokens 0: the prompts themselves, without the engine.
Reply echoOnly(Exchange& exchange, const AnswerPlan& plan) {
  engine::Usage usage;
  std::vector<WholeAnswer> answers;
  for (const engine::GenerationRequest& request : plan.requests) {
    usage.promptTokens += static_cast<int64_t>(request.prompt.size());
    for (int i = 0; i < plan.n; ++i) {
      answers.push_back(
          {.text = plan.echoed[&request - plan.requests.data()], .logprobs = {}, .finishReason = "length"});
    }
  }
  exchange.entry->phase = RequestPhase::Done;
  Reply reply;
  if (!plan.stream) {
    reply.body = wholeReply(plan.shape, answers, usage);
    return reply;
  }
  reply.contentType = "text/event-stream; charset=utf-8";
  reply.stream = [shape = plan.shape, answers, usage](BodyWriter& out) {
    std::string text;
    for (size_t i = 0; i < answers.size(); ++i) {
      text += "data: " + textChunk(shape, static_cast<int>(i), answers[i].text, {}) + "\n\n";
      text += "data: " + finishChunk(shape, static_cast<int>(i), "length") + "\n\n";
    }
    if (shape.includeUsage) text += "data: " + usageChunk(shape, usage) + "\n\n";
    return out.write(text + "data: [DONE]\n\n");
  };
  return reply;
}

}  // namespace

Reply completions(Exchange& exchange) {
  auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  auto engine = std::move(std::get<std::shared_ptr<engine::Engine>>(ready));
  auto parsed = parseBody(exchange.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return errorReply(*error);
  const json& body = std::get<json>(parsed);

  FieldProblems problems;
  FieldReader reader(body, problems);
  if (const auto unknown = checkModel(reader, exchange, *engine)) return errorReply(*unknown);
  GenerationFields fields = readGenerationFields(reader, problems, *engine);
  const auto logprobs = reader.integer("logprobs", 0, 20);
  if (logprobs) fields.request.sampling.topLogprobs = static_cast<int>(*logprobs);
  const bool echo = reader.boolean("echo").value_or(false);
  checkSampling(fields.request.sampling, *engine, problems);
  if (fields.request.maxTokens == 0 && !echo) {
    reader.problem("max_tokens", "max_tokens must be at least 1, got 0 (0 needs echo to be true)");
  }
  if (echo && logprobs) reader.problem("logprobs", "logprobs together with echo are not supported yet");
  if (const auto suffix = reader.text("suffix"); suffix && !suffix->empty()) {
    reader.refuse("suffix", "is not supported");
  }
  std::vector<Prompt> prompts = PromptReader(reader, *engine).read();
  if (!problems.none()) return errorReply(problems.error());

  AnswerPlan plan;
  plan.shape = newShape(exchange, *engine, /*chat=*/false);
  plan.shape.logprobs = fields.request.sampling.topLogprobs >= 0;
  plan.shape.includeUsage = fields.includeUsage;
  plan.n = fields.request.n;
  plan.stream = fields.stream;
  plan.promptField = "prompt";
  for (Prompt& prompt : prompts) {
    plan.requests.push_back(fields.request);
    plan.requests.back().prompt = std::move(prompt.ids);
    if (echo) plan.echoed.push_back(std::move(prompt.text));
  }
  if (fields.request.maxTokens == 0) return echoOnly(exchange, plan);
  return answer(exchange, std::move(engine), std::move(plan));
}

}  // namespace app
