#include "engine/models/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/loaders/model_source.h"
#include "engine/models/families.h"
#include "engine/text.h"

namespace engine {

namespace {

using nlohmann::json;

/// Llama 3's end of turn, which early files leave out of their lists.
constexpr uint32_t kLlama3Vocab = 128256;
constexpr int32_t kLlama3EndOfTurn = 128009;

std::string supportedNames() {
  std::string out;
  for (const Architecture* architecture : architectures()) {
    for (const std::string_view name : architecture->classes) out += fmt::format("{}{}", out.empty() ? "" : ", ", name);
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : "; ") + part;
  return out;
}

void finish(DecoderConfig& config, const Architecture& architecture) {
  config.family = std::string(architecture.family);
  if (config.attentionScale == 0.0f) config.attentionScale = 1.0f / std::sqrt(static_cast<float>(config.headDim));
  if (config.family == "llama" && config.vocabSize == kLlama3Vocab) config.eosIds.push_back(kLlama3EndOfTurn);
  std::sort(config.eosIds.begin(), config.eosIds.end());
  config.eosIds.erase(std::unique(config.eosIds.begin(), config.eosIds.end()), config.eosIds.end());
}

}  // namespace

std::span<const Architecture* const> architectures() {
  static const std::array<const Architecture*, 3> kArchitectures{&llamaArchitecture(), &mistralArchitecture(),
                                                                 &qwen2Architecture()};
  return kArchitectures;
}

std::string architectureName(const ModelSource& source) {
  if (const GgufFile* gguf = source.gguf()) {
    return printable(gguf->getString("general.architecture").value_or(""));
  }
  const json& config = source.config();
  if (!config.is_object()) return {};
  const auto names = config.find("architectures");
  if (names != config.end() && names->is_array() && !names->empty() && names->front().is_string()) {
    return printable(names->front().get<std::string>());
  }
  return {};
}

Result<ModelDescription> describeModel(const ModelSource& source) {
  const std::string name = architectureName(source);
  const bool gguf = source.gguf() != nullptr;
  if (name.empty()) {
    return Error{ErrorCode::Unsupported,
                 gguf ? "general.architecture is missing: it does not say what kind of model it is"
                      : "config.json has no \"architectures\": it does not say what kind of model it is",
                 "architectures"};
  }
  ModelDescription out;
  for (const Architecture* architecture : architectures()) {
    const auto& classes = architecture->classes;
    if (gguf ? architecture->gguf == name : std::find(classes.begin(), classes.end(), name) != classes.end()) {
      out.architecture = architecture;
    }
  }
  if (out.architecture == nullptr) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("the architecture {} is not supported by this build; {} are", name, supportedNames()),
                 "architectures"};
  }
  std::vector<std::string> problems;
  if (gguf) {
    GgufFields fields(*source.gguf(), name);
    out.config = out.architecture->fromGguf(fields);
    out.names = &out.architecture->ggufNames;
    problems = fields.problems();
  } else {
    ConfigFields fields(source.config());
    out.config = out.architecture->fromConfig(fields);
    out.names = &out.architecture->names;
    ConfigFields generation(source.generationConfig(), "generation_config.json: ");
    const std::vector<int32_t> more = generation.ids("eos_token_id");
    out.config.eosIds.insert(out.config.eosIds.end(), more.begin(), more.end());
    problems = fields.problems();
    problems.insert(problems.end(), generation.problems().begin(), generation.problems().end());
  }
  if (!problems.empty()) {
    return Error{ErrorCode::InvalidArgument, joined(problems), gguf ? "metadata" : "config.json"};
  }
  finish(out.config, *out.architecture);
  return out;
}

}  // namespace engine
