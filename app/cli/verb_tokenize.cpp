// tokenize and detokenize: text to ids and back, with the tokenizer of a model directory (weights are not needed).
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli/verb.h"
#include "engine/json.h"
#include "engine/load_tokenizer.h"

namespace app::cli {

namespace {

engine::Result<std::shared_ptr<const engine::Tokenizer>> openTokenizer(const CommandLine& line) {
  const std::string& path = line.settings.text("model-path");
  if (path.empty()) {
    return engine::Error{engine::ErrorCode::InvalidArgument, "--model-path is needed: a directory or .gguf file",
                         "model-path"};
  }
  return engine::loadTokenizer(path);
}

void printIds(const std::vector<engine::TokenId>& ids) {
  fmt::print("{}\n", nlohmann::json(ids).dump());
}

}  // namespace

int runTokenize(std::span<const std::string> arguments) {
  CommandLine line("tokenize", "Text on stdin to {\"ids\": [...]} on stdout.", {});
  line.addModelPositional();
  engine::EncodeOptions options;
  bool lines = false;
  line.options.add_flag("--parse-special", options.parseSpecial, "Text that spells a special token becomes that token");
  line.options.add_flag("--add-special", options.addSpecial, "Put BOS in front where the model's tokenizer does");
  line.options.add_flag("--lines", lines, "Every line of the input by itself, one JSON array a line");
  if (const auto code = line.parse(arguments)) return *code;
  const auto tokenizer = openTokenizer(line);
  if (!tokenizer.ok()) return fail(tokenizer.error());
  const auto text = readInput();
  if (!text.ok()) return fail(text.error());

  if (!lines) {
    const auto ids = tokenizer.value()->encode(text.value(), options);
    if (!ids.ok()) return fail(ids.error());
    fmt::print("{}\n", nlohmann::json{{"ids", ids.value()}}.dump());
    return kOk;
  }
  std::istringstream in(text.value());
  for (std::string each; std::getline(in, each);) {
    const auto ids = tokenizer.value()->encode(each, options);
    if (!ids.ok()) return fail(ids.error());
    printIds(ids.value());
  }
  return kOk;
}

int runDetokenize(std::span<const std::string> arguments) {
  CommandLine line("detokenize", "Ids on stdin, as [1, 2] or {\"ids\": [1, 2]}, to text on stdout.", {});
  line.addModelPositional();
  bool special = false;
  line.options.add_flag("--special", special, "Keep the spelling of special tokens");
  if (const auto code = line.parse(arguments)) return *code;
  const auto tokenizer = openTokenizer(line);
  if (!tokenizer.ok()) return fail(tokenizer.error());
  const auto text = readInput();
  if (!text.ok()) return fail(text.error());
  const auto value = engine::parseJson(text.value());
  if (!value.ok()) return fail(value.error());

  const nlohmann::json& list = value->is_object() && value->contains("ids") ? (*value)["ids"] : *value;
  if (!list.is_array()) return usage("stdin must hold an array of ids, or an object with \"ids\"");
  std::vector<engine::TokenId> ids;
  for (const nlohmann::json& id : list) {
    const int64_t number = id.is_number_integer() ? id.get<int64_t>() : -1;
    if (number < 0 || number >= static_cast<int64_t>(tokenizer.value()->vocabSize())) {
      return fail({engine::ErrorCode::InvalidArgument,
                   fmt::format("id {} is outside the vocabulary of {}", id.dump(), tokenizer.value()->vocabSize())});
    }
    ids.push_back(static_cast<engine::TokenId>(number));
  }
  const std::string decoded = tokenizer.value()->decode(ids, special);
  if (line.json) {
    printJson({{"text", decoded}});
  } else {
    std::fwrite(decoded.data(), 1, decoded.size(), stdout);
  }
  return kOk;
}

}  // namespace app::cli
