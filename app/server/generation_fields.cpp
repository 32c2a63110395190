#include "app/server/generation_fields.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace app {

namespace {

using json = nlohmann::ordered_json;

constexpr size_t kMaxStops = 16;
constexpr size_t kMaxStopBytes = 1024;
constexpr int64_t kMaxAnswers = 16;
constexpr size_t kMaxBiases = 4096;

void readStop(FieldReader& reader, engine::GenerationRequest& request) {
  const json* stop = reader.value("stop");
  if (stop == nullptr) return;
  const auto add = [&](const json& item) {
    if (!item.is_string()) {
      reader.problem("stop", fmt::format("stop must be a string or an array of strings, got {} in it", kindName(item)));
    } else if (const auto& text = item.get_ref<const std::string&>(); text.size() > kMaxStopBytes) {
      reader.problem("stop",
                     fmt::format("a stop string has {} bytes; at most {} are accepted", text.size(), kMaxStopBytes));
    } else if (!text.empty()) {
      request.stop.push_back(text);
    }
  };
  if (stop->is_array()) {
    if (stop->size() > kMaxStops) {
      reader.problem("stop", fmt::format("stop holds {} strings; at most {} are accepted", stop->size(), kMaxStops));
      return;
    }
    for (const json& item : *stop) add(item);
  } else if (stop->is_string()) {
    add(*stop);
  } else {
    reader.problem("stop", fmt::format("stop must be a string or an array of strings, got {}", kindName(*stop)));
  }
}

void readStopTokens(FieldReader& reader, engine::GenerationRequest& request, size_t nVocab) {
  const json* ids = reader.value("stop_token_ids");
  if (ids == nullptr) return;
  if (!ids->is_array() || ids->size() > kMaxBiases) {
    reader.problem("stop_token_ids", fmt::format("stop_token_ids must be an array of at most {} integers", kMaxBiases));
    return;
  }
  for (const json& item : *ids) {
    const auto id = asInteger(item);
    if (!id || *id < 0 || static_cast<uint64_t>(*id) >= nVocab) {
      reader.problem("stop_token_ids", fmt::format("stop_token_ids must hold token ids below {}", nVocab));
      return;
    }
    request.stopTokens.push_back(static_cast<engine::TokenId>(*id));
  }
}

void readLogitBias(FieldReader& reader, engine::SamplingParams& sampling) {
  const json* biases = reader.value("logit_bias");
  if (biases == nullptr) return;
  if (!biases->is_object() || biases->size() > kMaxBiases) {
    reader.problem("logit_bias",
                   fmt::format("logit_bias must be an object of at most {} token ids and numbers", kMaxBiases));
    return;
  }
  for (const auto& [key, value] : biases->items()) {
    engine::TokenId token = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), token);
    if (key.empty() || error != std::errc() || end != key.data() + key.size()) {
      reader.problem("logit_bias",
                     fmt::format("logit_bias names the token '{}', which is no id", engine::printable(key, 40)));
    } else if (!value.is_number()) {
      reader.problem("logit_bias",
                     fmt::format("logit_bias of token {} must be a number, got {}", token, kindName(value)));
    } else {
      sampling.logitBias[token] = value.get<double>();
    }
  }
}

void readTokenLimit(FieldReader& reader, engine::GenerationRequest& request, int64_t contextLength) {
  const auto read = [&](std::string_view name) {
    auto value = reader.integer(name, 0);
    if (value && *value > contextLength) {
      reader.problem(name,
                     fmt::format("{} is {}, more than the context length of {} tokens", name, *value, contextLength));
      value.reset();
    }
    return value;
  };
  const auto maxTokens = read("max_tokens");
  const auto maxCompletionTokens = read("max_completion_tokens");
  if (maxTokens && maxCompletionTokens && *maxTokens != *maxCompletionTokens) {
    reader.problem("max_tokens",
                   fmt::format("max_tokens ({}) and max_completion_tokens ({}) mean the same and differ: give one",
                               *maxTokens, *maxCompletionTokens),
                   "invalid_parameter_combination");
  }
  request.maxTokens = maxCompletionTokens ? maxCompletionTokens : maxTokens;
}

void readStreamOptions(FieldReader& reader, FieldProblems& problems, GenerationFields& fields) {
  const json* options = reader.value("stream_options");
  if (options == nullptr) return;
  if (!options->is_object()) {
    reader.problem("stream_options", fmt::format("stream_options must be an object, got {}", kindName(*options)));
  } else if (!fields.stream) {
    reader.problem("stream_options", "stream_options needs stream to be true");
  } else {
    FieldReader inner(*options, problems, "stream_options.");
    fields.includeUsage = inner.boolean("include_usage").value_or(false);
  }
}

/// The part behind the last '/', in lower case: how model ids are compared.
std::string comparable(std::string_view id) {
  const size_t slash = id.rfind('/');
  std::string result(slash == std::string_view::npos ? id : id.substr(slash + 1));
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

GenerationFields readGenerationFields(FieldReader& reader, FieldProblems& problems, const engine::Engine& engine) {
  GenerationFields fields;
  engine::GenerationRequest& request = fields.request;
  engine::SamplingParams& sampling = request.sampling;
  sampling.temperature = reader.number("temperature").value_or(sampling.temperature);
  sampling.topP = reader.number("top_p").value_or(sampling.topP);
  sampling.topK = reader.integer("top_k").value_or(sampling.topK);
  sampling.minP = reader.number("min_p").value_or(sampling.minP);
  sampling.presencePenalty = reader.number("presence_penalty").value_or(0);
  sampling.frequencyPenalty = reader.number("frequency_penalty").value_or(0);
  sampling.repetitionPenalty = reader.number("repetition_penalty").value_or(1);
  sampling.seed = reader.integer("seed");
  readLogitBias(reader, sampling);
  readStop(reader, request);
  readStopTokens(reader, request, engine.tokenizer().vocabSize());
  request.ignoreEos = reader.boolean("ignore_eos").value_or(false);
  request.n = static_cast<int>(reader.integer("n", 1, kMaxAnswers).value_or(1));
  readTokenLimit(reader, request, engine.facts().contextLength);
  fields.stream = reader.boolean("stream").value_or(false);
  readStreamOptions(reader, problems, fields);

  constexpr std::string_view kLater = "is not supported yet";
  for (const char* name : {"response_format", "guided_json", "guided_regex", "guided_choice", "guided_grammar",
                           "grammar", "json_schema", "structured_outputs"}) {
    const json* value = reader.value(name);
    if (value == nullptr) continue;
    const bool plainText = std::string_view(name) == "response_format" && value->is_object() &&
                           value->contains("type") && value->at("type") == "text";
    if (!plainText) reader.refuse(name, kLater);
  }
  if (const auto beams = reader.boolean("use_beam_search"); beams && *beams) reader.refuse("use_beam_search", kLater);
  if (const json* best = reader.value("best_of"); best != nullptr && asInteger(*best) != 1) {
    reader.refuse("best_of", "is not supported; use n");
  }
  return fields;
}

void checkSampling(const engine::SamplingParams& sampling, const engine::Engine& engine, FieldProblems& problems) {
  for (const engine::Error& error : engine::validate(sampling, engine.tokenizer().vocabSize())) {
    problems.add(error.context, error.message);
  }
}

bool namesModel(std::string_view name, const Exchange& exchange, const engine::Engine& engine) {
  return name == "model" || name == ServerContext::servedName(exchange.config, engine) ||
         comparable(name) == comparable(engine.facts().model.modelId);
}

std::optional<ApiError> checkModel(FieldReader& reader, const Exchange& exchange, const engine::Engine& engine) {
  const std::optional<std::string> name = reader.text("model");
  if (!name || namesModel(*name, exchange, engine)) return std::nullopt;
  return ApiError{.status = 404,
                  .message = fmt::format("The model '{}' does not exist here; the loaded one is '{}'.",
                                         engine::printable(*name), ServerContext::servedName(exchange.config, engine)),
                  .param = "model",
                  .code = "model_not_found"};
}

}  // namespace app
