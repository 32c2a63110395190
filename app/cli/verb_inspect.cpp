// inspect: what a model directory or .gguf file is.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "engine/prompt_tools.h"
#include "engine/text.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

Json shardsJson(const engine::ModelInfo& model) {
  Json shards = Json::array();
  for (const engine::ShardInfo& shard : model.shards) {
    shards.push_back({{"file", shard.file},
                      {"bytes", shard.bytes},
                      {"expected_bytes", shard.expectedBytes},
                      {"present", shard.present}});
  }
  return shards;
}

void printPeople(const engine::ModelInfo& model, const std::string& templateName, const std::string& reason) {
  const auto line = [](std::string_view label, const std::string& value) {
    if (!value.empty()) fmt::print("{:<15}{}\n", label, value);
  };
  line("model", engine::printable(model.modelId));
  line("path", model.path.string());
  line("format", model.format);
  line("architecture", engine::printable(model.architecture) +
                           (model.family.empty() ? " (not supported)" : fmt::format(" (family {})", model.family)));
  line("parameters", engine::formatCount(model.parameters));
  line("weights", fmt::format("{}, {}", model.weightType, engine::formatBytes(model.weightBytes)));
  line("shape", fmt::format("{} layers, hidden {}, {} heads, {} kv heads, head size {}, vocabulary {}{}", model.nLayers,
                            model.hiddenSize, model.nHeads, model.nKvHeads, model.headDim, model.vocabSize,
                            model.tiedHead ? ", head tied to the embedding" : ""));
  line("context", fmt::format("{} tokens", model.trainedContext));
  line("tokenizer", engine::printable(model.tokenizer, 200));
  line("template", templateName.empty() ? "none" : fmt::format("{} ({})", templateName, reason));
  line("licence", engine::printable(model.licence));
  for (const engine::ShardInfo& shard : model.shards) {
    line("file", fmt::format("{}, {}", engine::printable(shard.file),
                             shard.present ? engine::formatBytes(shard.bytes) : "missing"));
  }
  for (const std::string& note : model.notes) line("note", note);
  for (const std::string& problem : model.problems) line("problem", problem);
}

}  // namespace

int runInspect(std::span<const std::string> arguments) {
  CommandLine line("inspect", "What a model directory or .gguf file is: read from headers, nothing is loaded.",
                   {"model"});
  line.addModelPositional();
  if (const auto code = line.parse(arguments)) return *code;
  const std::string path = line.settings.text("model-path");
  if (path.empty()) return usage("inspect needs a path: hearth-cli inspect PATH");

  engine::EngineOptions options;
  options.modelPath = path;
  options.modelId = line.settings.text("model-id");
  options.templateName = line.settings.text("conv-template");
  options.templateFile = line.settings.text("chat-template");
  options.userTemplateDirectory = line.settings.text("template-directory");
  auto info = engine::inspectModel(path);
  if (!info.ok()) return fail(info.error());
  engine::ModelInfo& model = info.value();
  if (!options.modelId.empty()) model.modelId = options.modelId;

  std::string templateName, reason;
  if (const auto tools = engine::openPromptTools(options); tools.ok()) {
    templateName = tools->choice.chatTemplate->name();
    reason = tools->choice.reason;
    if (model.tokenizer.empty()) model.tokenizer = tools->tokenizer->description();
  } else {
    model.notes.push_back(tools.error().message);
  }
  if (!line.json) {
    printPeople(model, templateName, reason);
    return kOk;
  }
  printJson({{"path", model.path.string()},
             {"model_id", model.modelId},
             {"format", model.format},
             {"architecture", model.architecture},
             {"family", model.family},
             {"loadable", model.loadable()},
             {"parameters", model.parameters},
             {"weight_type", model.weightType},
             {"weight_bytes", model.weightBytes},
             {"layers", model.nLayers},
             {"hidden_size", model.hiddenSize},
             {"heads", model.nHeads},
             {"kv_heads", model.nKvHeads},
             {"head_dim", model.headDim},
             {"vocab_size", model.vocabSize},
             {"tied_head", model.tiedHead},
             {"trained_context", model.trainedContext},
             {"tokenizer", model.tokenizer},
             {"template", {{"name", templateName}, {"reason", reason}}},
             {"licence", model.licence},
             {"sampling_preset", model.samplingPreset},
             {"shards", shardsJson(model)},
             {"notes", model.notes},
             {"problems", model.problems}});
  return kOk;
}

}  // namespace app::cli
