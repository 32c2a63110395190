// POST /tokenize: {"prompt"} or {"messages"} to token ids.
#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

#include "app/server/chat_messages.h"
#include "app/server/endpoints/endpoints.h"
#include "app/server/generation_fields.h"

namespace app {

namespace {

engine::Result<std::vector<engine::TokenId>> tokenizeMessages(const engine::Engine& engine,
                                                              const engine::ChatPrompt& prompt, bool addSpecial) {
  ENGINE_ASSIGN_OR_RETURN(std::vector<engine::TokenId> ids, engine.renderPrompt(prompt));
  const engine::TokenId bos = engine.tokenizer().bosId();
  if (!addSpecial && bos >= 0 && !ids.empty() && ids.front() == bos) ids.erase(ids.begin());
  return ids;
}

}  // namespace

Reply tokenize(Exchange& exchange) {
  auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  const engine::Engine& engine = *std::get<std::shared_ptr<engine::Engine>>(ready);
  auto parsed = parseBody(exchange.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return errorReply(*error);

  FieldProblems problems;
  FieldReader reader(std::get<nlohmann::ordered_json>(parsed), problems);
  if (const auto unknown = checkModel(reader, exchange, engine)) return errorReply(*unknown);
  const bool fromMessages = reader.value("messages") != nullptr;
  const bool addSpecial = reader.boolean("add_special_tokens").value_or(fromMessages);
  const bool parseSpecial = reader.boolean("parse_special").value_or(false);
  const auto text = reader.text("prompt");
  engine::ChatPrompt prompt;
  if (fromMessages) {
    prompt.messages = readMessages(reader, problems);
    readTemplateFields(reader, problems, prompt);
    if (text) reader.problem("prompt", "prompt and messages exclude each other");
  } else if (!text) {
    reader.problem("prompt", "prompt must be a string, or messages an array");
  }
  if (!problems.none()) return errorReply(problems.error());

  const auto ids = fromMessages ? tokenizeMessages(engine, prompt, addSpecial)
                                : engine.tokenizer().encode(*text, {addSpecial, parseSpecial});
  if (!ids.ok()) return errorReply(apiError(ids.error(), fromMessages ? "messages" : "prompt"));
  Reply reply;
  fmt::format_to(std::back_inserter(reply.body), R"({{"tokens":[{}],"count":{},"max_model_len":{}}})",
                 fmt::join(*ids, ","), ids->size(), engine.facts().contextLength);
  return reply;
}

}  // namespace app
