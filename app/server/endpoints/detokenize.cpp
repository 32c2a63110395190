// POST /detokenize: {"tokens"} to text; control tokens keep their spelling.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/server/endpoints/endpoints.h"
#include "app/server/generation_fields.h"
#include "app/server/json_text.h"

namespace app {

Reply detokenize(Exchange& exchange) {
  auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  const engine::Engine& engine = *std::get<std::shared_ptr<engine::Engine>>(ready);
  auto parsed = parseBody(exchange.body);
  if (const auto* error = std::get_if<ApiError>(&parsed)) return errorReply(*error);

  FieldProblems problems;
  FieldReader reader(std::get<nlohmann::ordered_json>(parsed), problems);
  if (const auto unknown = checkModel(reader, exchange, engine)) return errorReply(*unknown);
  const nlohmann::ordered_json* tokens = reader.value("tokens");
  std::vector<engine::TokenId> ids;
  const size_t nVocab = engine.tokenizer().vocabSize();
  if (tokens == nullptr || !tokens->is_array()) {
    reader.problem("tokens", "tokens must be an array of token ids");
  } else {
    for (const nlohmann::ordered_json& item : *tokens) {
      const auto id = asInteger(item);
      if (!id || *id < 0 || static_cast<uint64_t>(*id) >= nVocab) {
        reader.problem("tokens", fmt::format("tokens must hold ids below {}, got {}", nVocab,
                                             item.is_number() ? item.dump() : std::string(kindName(item))));
        break;
      }
      ids.push_back(static_cast<engine::TokenId>(*id));
    }
  }
  if (!problems.none()) return errorReply(problems.error());
  Reply reply;
  reply.body = R"({"prompt":)";
  appendJsonString(reply.body, engine.tokenizer().decode(ids, /*special=*/true));
  reply.body += '}';
  return reply;
}

}  // namespace app
