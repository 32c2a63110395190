#include "engine/loaders/model_extras.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "engine/loaders/json_file.h"
#include "engine/text.h"

namespace engine {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uint64_t kMaxTemplateBytes = 1u << 20;
constexpr uint64_t kMaxSmallFile = 16u << 20;
constexpr uint64_t kMaxReadme = 1u << 20;
constexpr size_t kMaxNameBytes = 256;

/// A JSON object beside the model, or null. A broken file is a problem, an absent one is none.
json smallJson(const ModelSource& source, std::string_view name, std::vector<std::string>& problems) {
  const Result<fs::path> path = modelFile(source.directory(), name);
  if (!path.ok()) {
    if (path.error().code != ErrorCode::NotFound) problems.push_back(path.error().message);
    return nullptr;
  }
  JsonLimits limits;
  limits.maxBytes = kMaxSmallFile;
  limits.maxValues = 1u << 20;
  Result<json> value = readJsonFile(path.value(), limits);
  if (!value.ok()) {
    problems.push_back(value.error().message);
    return nullptr;
  }
  if (!value.value().is_object()) {
    problems.push_back(fmt::format("{} holds no JSON object", name));
    return nullptr;
  }
  return std::move(value).value();
}

/// The string under `key`, or nothing.
std::string stringAt(const json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string templateFromConfig(const json& config) {
  if (!config.is_object()) return {};
  const auto found = config.find("chat_template");
  if (found == config.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  if (!found->is_array()) return {};
  std::string first;
  for (const json& entry : *found) {
    const std::string text = stringAt(entry, "template");
    if (stringAt(entry, "name") == "default") return text;
    if (first.empty()) first = text;
  }
  return first;
}

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\"'");
  if (begin == text.npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\"'") - begin + 1));
}

}  // namespace

ProductConfig readProductConfig(const ModelSource& source, std::vector<std::string>& problems) {
  ProductConfig out;
  const json config = smallJson(source, "ti_model_config.json", problems);
  if (!config.is_object()) return out;
  for (const auto& [key, target] :
       {std::pair("model_id", &out.modelId), std::pair("conv_template_name", &out.templateName)}) {
    const auto found = config.find(key);
    if (found == config.end() || found->is_null()) continue;
    if (!found->is_string() || found->get_ref<const std::string&>().size() > kMaxNameBytes) {
      problems.push_back(fmt::format("ti_model_config.json: {} is no name", key));
    } else {
      *target = found->get<std::string>();
    }
  }
  return out;
}

std::string readChatTemplate(const ModelSource& source, std::vector<std::string>& problems) {
  std::string text;
  if (const GgufFile* gguf = source.gguf()) {
    text = std::string(gguf->getString("tokenizer.chat_template").value_or(""));
  } else if (const Result<fs::path> path = modelFile(source.directory(), "chat_template.jinja"); path.ok()) {
    Result<std::string> file = readTextFile(path.value(), kMaxTemplateBytes);
    if (!file.ok()) {
      problems.push_back(file.error().message);
      return {};
    }
    text = std::move(file).value();
  } else {
    text = templateFromConfig(smallJson(source, "tokenizer_config.json", problems));
  }
  if (text.size() > kMaxTemplateBytes) {
    problems.push_back(fmt::format("the chat template is {} long; at most {} are read", formatBytes(text.size()),
                                   formatBytes(kMaxTemplateBytes)));
    return {};
  }
  return text;
}

std::map<std::string, double> readSamplingPreset(const ModelSource& source) {
  constexpr std::array kNames{"temperature",       "top_p", "top_k", "min_p", "presence_penalty", "frequency_penalty",
                              "repetition_penalty"};
  std::map<std::string, double> out;
  const json& config = source.generationConfig();
  if (!config.is_object()) return out;
  for (const char* name : kNames) {
    const auto found = config.find(name);
    if (found != config.end() && found->is_number()) out[name] = found->get<double>();
  }
  return out;
}

std::string readLicence(const ModelSource& source) {
  if (const GgufFile* gguf = source.gguf()) return printable(gguf->getString("general.license").value_or(""));
  const Result<fs::path> path = modelFile(source.directory(), "README.md");
  if (!path.ok()) return {};
  const Result<std::string> file = readTextFile(path.value(), kMaxReadme);
  if (!file.ok()) return {};
  std::string_view text = file.value();
  if (!text.starts_with("---")) return {};
  std::string licence, name;
  for (bool firstLine = true; !text.empty(); firstLine = false) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!firstLine && line.starts_with("---")) break;
    if (line.starts_with("license:")) licence = trimmed(line.substr(8));
    if (line.starts_with("license_name:")) name = trimmed(line.substr(13));
  }
  // "other" has its name in a field of its own.
  return printable(licence == "other" && !name.empty() ? name : licence);
}

std::string tokenizerLine(const ModelSource& source) {
  if (const GgufFile* gguf = source.gguf()) {
    const uint64_t tokens = gguf->arraySize("tokenizer.ggml.tokens");
    if (tokens == 0) return {};
    const std::string_view model = gguf->getString("tokenizer.ggml.model").value_or("?");
    const std::string_view pre = gguf->getString("tokenizer.ggml.pre").value_or("");
    const std::string kind = model == "gpt2"    ? "byte-level BPE"
                             : model == "llama" ? "SentencePiece BPE"
                                                : printable(model);
    return fmt::format("{}, {} tokens{}", kind, tokens, pre.empty() ? "" : fmt::format(" ({})", printable(pre)));
  }
  const auto has = [&source](std::string_view name) { return modelFile(source.directory(), name).ok(); };
  if (has("tokenizer.json")) return "tokenizer.json";
  if (has("tokenizer.model")) return "tokenizer.model (SentencePiece)";
  if (has("vocab.json") && has("merges.txt")) return "vocab.json and merges.txt (byte-level BPE)";
  if (const std::vector<std::string> ggufs = filesEndingWith(source.directory(), ".gguf"); ggufs.size() == 1) {
    return "of " + printable(ggufs.front());
  }
  return {};
}

std::string missingTokenizer(const ModelSource& source) {
  if (source.gguf() != nullptr) return "the file holds no tokenizer: it has no tokenizer.ggml.tokens";
  const auto has = [&source](std::string_view name) { return modelFile(source.directory(), name).ok(); };
  if (has("vocab.json")) return "its tokenizer is incomplete: merges.txt is missing beside vocab.json";
  if (has("merges.txt")) return "its tokenizer is incomplete: vocab.json is missing beside merges.txt";
  return "there are no tokenizer files in it: neither tokenizer.json, tokenizer.model nor vocab.json with merges.txt";
}

}  // namespace engine
