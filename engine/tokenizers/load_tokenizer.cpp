#include "engine/load_tokenizer.h"

#include <fmt/format.h>

#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "engine/loaders/input_file.h"
#include "engine/loaders/json_file.h"
#include "engine/loaders/model_directory.h"
#include "engine/text.h"
#include "engine/tokenizers/gguf_tokenizer.h"
#include "engine/tokenizers/sentencepiece_model.h"
#include "engine/tokenizers/tokenizer_json.h"
#include "engine/tokenizers/vocab_merges.h"

namespace engine {
namespace {

namespace fs = std::filesystem;
using TokenizerResult = Result<std::shared_ptr<const Tokenizer>>;

constexpr uint64_t kMaxModelFile = 64u << 20;

TokenizerResult fromGguf(const fs::path& path) {
  ENGINE_ASSIGN_OR_RETURN(const GgufFile file, GgufFile::open(path, true));
  return tokenizerFromGguf(file);
}

TokenizerResult fromJson(const fs::path& directory) {
  ENGINE_ASSIGN_OR_RETURN(const fs::path path, modelFile(directory, "tokenizer.json"));
  ENGINE_ASSIGN_OR_RETURN(const nlohmann::json root, readJsonFile(path));
  ENGINE_ASSIGN_OR_RETURN(const TokenizerConfig config, readTokenizerConfig(directory));
  return tokenizerFromJson(root, config);
}

TokenizerResult fromSentencePiece(const fs::path& directory) {
  ENGINE_ASSIGN_OR_RETURN(const fs::path path, modelFile(directory, "tokenizer.model"));
  ENGINE_ASSIGN_OR_RETURN(const std::string file, readTextFile(path, kMaxModelFile));
  ENGINE_ASSIGN_OR_RETURN(const TokenizerConfig config, readTokenizerConfig(directory));
  return tokenizerFromSentencePiece(file, config);
}

TokenizerResult load(const fs::path& path) {
  ENGINE_ASSIGN_OR_RETURN(const ModelLocation location, locateModel(path));
  if (!location.file.empty()) return fromGguf(location.file);
  // An unusable file gives way to the next kind, but its reason is the one told when none is left.
  std::optional<Error> reason;
  for (const auto reader : {fromJson, fromSentencePiece, tokenizerFromVocabMerges}) {
    TokenizerResult result = reader(location.directory);
    if (result.ok() || result.error().code == ErrorCode::OutOfMemory) return result;
    if (!reason && result.error().code != ErrorCode::NotFound) reason = result.error();
  }
  if (reason) return *reason;
  if (const std::vector<std::string> ggufs = filesEndingWith(location.directory, ".gguf"); ggufs.size() == 1) {
    ENGINE_ASSIGN_OR_RETURN(const fs::path file, modelFile(location.directory, ggufs.front()));
    return fromGguf(file);
  }
  return Error{ErrorCode::NotFound,
               fmt::format("{} holds no tokenizer: neither tokenizer.json, tokenizer.model nor vocab.json with "
                           "merges.txt",
                           printable(location.directory.string(), 300)),
               "tokenizer.json"};
}

}  // namespace

TokenizerResult loadTokenizer(const fs::path& modelPath) {
  const auto noMemory = [&] {
    return Error{ErrorCode::OutOfMemory,
                 fmt::format("no memory for the tokenizer of {}", printable(modelPath.string(), 300))};
  };
  try {
    return load(modelPath);
  } catch (const std::bad_alloc&) {
    return noMemory();
  } catch (const std::length_error&) {
    return noMemory();
  }
}

}  // namespace engine
