// POST /v1/chat/completions
#include <nlohmann/json.hpp>

#include "app/server/answer.h"
#include "app/server/chat_messages.h"
#include "app/server/endpoints/endpoints.h"
#include "app/server/generation_fields.h"

namespace app {

namespace {

void readLogprobs(FieldReader& reader, engine::SamplingParams& sampling) {
  constexpr int64_t kMost = 20;
  const bool wanted = reader.boolean("logprobs").value_or(false);
  const auto top = reader.integer("top_logprobs", 0, kMost);
  if (top && !wanted) reader.problem("top_logprobs", "top_logprobs needs logprobs to be true");
  if (wanted) sampling.topLogprobs = static_cast<int>(top.value_or(0));
}

}  // namespace

Reply chatCompletions(Exchange& exchange) {
  auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  auto engine = std::move(std::get<std::shared_ptr<engine::Engine>>(ready));
  auto parsed = parseBody(exchange.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return errorReply(*error);
  const nlohmann::ordered_json& body = std::get<nlohmann::ordered_json>(parsed);

  FieldProblems problems;
  FieldReader reader(body, problems);
  if (const auto unknown = checkModel(reader, exchange, *engine)) return errorReply(*unknown);
  engine::ChatPrompt prompt;
  prompt.messages = readMessages(reader, problems);
  readTemplateFields(reader, problems, prompt);
  GenerationFields fields = readGenerationFields(reader, problems, *engine);
  readLogprobs(reader, fields.request.sampling);
  checkSampling(fields.request.sampling, *engine, problems);
  if (fields.request.maxTokens == 0) {
    reader.problem(reader.value("max_tokens") != nullptr ? "max_tokens" : "max_completion_tokens",
                   "max_tokens must be at least 1, got 0");
  }
  if (!problems.none()) return errorReply(problems.error());

  auto rendered = engine->renderPrompt(prompt);
  if (!rendered.ok()) return errorReply(apiError(rendered.error(), "messages"));
  fields.request.prompt = std::move(rendered).value();

  AnswerPlan plan;
  plan.shape = newShape(exchange, *engine, /*chat=*/true);
  plan.shape.logprobs = fields.request.sampling.topLogprobs >= 0;
  plan.shape.includeUsage = fields.includeUsage;
  plan.n = fields.request.n;
  plan.stream = fields.stream;
  plan.requests.push_back(std::move(fields.request));
  return answer(exchange, std::move(engine), std::move(plan));
}

}  // namespace app
