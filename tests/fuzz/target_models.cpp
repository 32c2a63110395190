// Weight files and configurations: whatever is accepted must describe, plan, load and run within its file.
#include <array>

#include "engine/decoder/step_session.h"
#include "engine/decoder/weight_plan.h"
#include "engine/load_tokenizer.h"
#include "engine/loaders/model_source.h"
#include "engine/model_info.h"
#include "tests/engine/loaders/gguf_builder.h"
#include "tests/fuzz/targets.h"
#include "tests/support/model_builder.h"

namespace fuzz {

namespace {

using engine::testing::GgufBuilder;
using engine::testing::ModelBuilder;

/// Models beyond that are planned but not loaded: loading is slow, not dangerous.
constexpr uint64_t kMostWeights = 4u << 20;

const std::vector<std::string_view> kJsonWords = {
    "{",     "}",    "[",       "]",       ",",     ":",       "\"",     "\\",      "null",    "true",
    "false", "[[[[", "{\"a\":", "\\u",     "0",     "[]",      "\"\"",   "{}",      "-",       "e",
    "\xff",  " ",    "/*",      "\\ud800", "[1,2]", "\"F32\"", "\"U8\"", "\"F64\"", "\"BF16\""};

/// Everything that is done with a model's files, up to one step of the decoder.
Outcome examine(const std::filesystem::path& path) {
  static_cast<void>(engine::inspectModel(path));
  const auto source = engine::ModelSource::open(path);
  if (!source.ok()) return {};
  auto description = engine::describeModel(*source.value());
  if (!description.ok()) return {};
  const auto plan = engine::planWeights(*source.value(), description.value());
  if (!plan.ok() || !source.value()->weightProblems().empty()) return {};
  uint64_t bytes = 0;
  for (const engine::PlannedWeight& weight : plan->weights) {
    if (!weight.tensor) continue;
    const engine::StoredTensor& tensor = source.value()->tensors()[*weight.tensor];
    bytes += tensor.bytes;
    if (tensor.offset + tensor.bytes > source.value()->file(tensor.file).size()) {
      return {.fault = "a planned tensor ends beyond its file"};
    }
    const uint64_t most = weight.desc.use == kernels::WeightUse::Vector ? tensor.cols() : tensor.rows();
    for (const engine::RowRange& range : weight.rows) {
      if (range.first + range.count > most) return {.fault = "planned rows lie outside their tensor"};
    }
  }
  if (bytes > kMostWeights) return {.accepted = true};
  engine::EngineOptions options;
  options.modelPath = path;
  options.nThreads = 1;
  const auto session = engine::StepSession::open(path, options, 4, 16);
  if (!session.ok()) return {};
  constexpr std::array<int32_t, 3> kIds = {0, 1, 2};
  const auto logits = session.value()->step(kIds, 1);
  if (logits.ok() && logits->size() != session.value()->vocab()) return {.fault = "logits of another size"};
  return {.accepted = logits.ok()};
}

std::string smallGguf() {
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .scalar<uint32_t>("llama.block_count", engine::GgufType::U32, 2)
      .scalar<float>("eps", engine::GgufType::F32, 0.5f)
      .strings("tokenizer.ggml.tokens", {"a", "", "\xff\xfe"})
      .tensor("a", {32, 2}, 8, 0)
      .tensor("b", {3}, 0, 96);
  file.data.assign(96 + 12, 'x');
  return file.build();
}

}  // namespace

Target safetensorsTarget(const std::filesystem::path& folder) {
  const ModelBuilder model;
  writeFile(folder / "config.json", model.config.dump());
  Target target;
  const std::string bytes = ModelBuilder::safetensors(model.tensors);
  target.seeds = {{bytes, 2500}};
  target.words = kJsonWords;
  target.run = [folder](const std::string& input) {
    writeFile(folder / "model.safetensors", input);
    return examine(folder);
  };
  return target;
}

Target configTarget(const std::filesystem::path& folder) {
  const ModelBuilder model;
  writeFile(folder / "model.safetensors", ModelBuilder::safetensors(model.tensors));
  Target target;
  ModelBuilder scaled;
  scaled.config["rope_scaling"] = {{"rope_type", "llama3"},
                                   {"factor", 8.0},
                                   {"low_freq_factor", 1.0},
                                   {"high_freq_factor", 4.0},
                                   {"original_max_position_embeddings", 32}};
  scaled.config["eos_token_id"] = {2, 3};
  scaled.config["rope_theta"] = 500000.0;
  scaled.config["num_key_value_heads"] = 2;
  scaled.config["tie_word_embeddings"] = true;
  scaled.config["torch_dtype"] = "float32";
  target.seeds = {{model.config.dump()}, {scaled.config.dump()}};
  for (const char* name : {"llama2-gqa", "llama3.1", "qwen2-tied", "llama-linear-rope"}) {
    target.seeds.push_back({readData("goldens/" + std::string(name) + "/config.json")});
  }
  target.words = kJsonWords;
  target.run = [folder](const std::string& input) {
    writeFile(folder / "config.json", input);
    return examine(folder);
  };
  return target;
}

Target ggufTarget(const std::filesystem::path& folder) {
  Target target;
  // The tables of these files end about there.
  target.seeds = {{readData("goldens/gguf/llama-q8_0.gguf"), 9000},
                  {readData("tokenizers/llama3/vocab.gguf"), 4000},
                  {readData("tokenizers/spm/vocab.gguf"), 4000},
                  {smallGguf()}};
  target.words = {"GGUF", "general.architecture", "llama", "tokenizer.ggml.model", "gpt2", "general.alignment"};
  target.run = [path = folder / "model.gguf"](const std::string& input) {
    writeFile(path, input);
    const auto tokenizer = engine::loadTokenizer(path);
    if (tokenizer.ok()) static_cast<void>((*tokenizer)->encode("Hello <s> w\xc3\xb6rld 123\n", {true, true}));
    const Outcome outcome = examine(path);
    return Outcome{.accepted = outcome.accepted || tokenizer.ok(), .fault = outcome.fault};
  };
  return target;
}

}  // namespace fuzz
