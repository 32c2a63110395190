#include "engine/tokenizers/vocab_merges.h"

#include <nlohmann/json.hpp>

#include "engine/loaders/input_file.h"
#include "engine/loaders/json_file.h"
#include "engine/loaders/model_directory.h"
#include "engine/tokenizers/bpe_files.h"
#include "engine/tokenizers/byte_level_tokenizer.h"
#include "engine/tokenizers/tokenizer_config.h"

namespace engine {
namespace {

constexpr uint64_t kMaxMergesFile = 64u << 20;

Error inFile(Error error, const char* name) {
  error.message = std::string(name) + ": " + error.message;
  error.context = name;
  return error;
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromVocabMerges(const std::filesystem::path& directory) {
  ENGINE_ASSIGN_OR_RETURN(const auto vocabPath, modelFile(directory, "vocab.json"));
  ENGINE_ASSIGN_OR_RETURN(const auto mergesPath, modelFile(directory, "merges.txt"));
  ENGINE_ASSIGN_OR_RETURN(const nlohmann::json vocab, readJsonFile(vocabPath));
  ENGINE_ASSIGN_OR_RETURN(const std::string merges, readTextFile(mergesPath, kMaxMergesFile));
  ENGINE_ASSIGN_OR_RETURN(TokenizerConfig config, readTokenizerConfig(directory));

  ByteLevelSpec spec;
  TokenizerBasics basics;
  basics.source = "vocab.json, merges.txt";
  if (const auto read = readVocabulary(vocab, basics.vocabulary); !read.ok()) return inFile(read.error(), "vocab.json");
  if (const auto read = readMergeLines(merges, basics.vocabulary, spec.merges); !read.ok()) {
    return inFile(read.error(), "merges.txt");
  }
  // GPT-2's only special stands in the vocabulary itself.
  if (config.tokenizerClass.empty()) {
    config.special.emplace_back("<|endoftext|>");
    if (config.eos.empty()) config.eos = "<|endoftext|>";
  }
  ENGINE_RETURN_IF_ERROR(applyConfig(config, basics));
  if (config.addBos.value_or(false) && basics.bos >= 0) basics.front.push_back(basics.bos);

  const bool qwen = config.tokenizerClass.starts_with("Qwen") || config.modelType.starts_with("qwen");
  spec.form = qwen ? NormalForm::Nfc : NormalForm::None;
  ENGINE_RETURN_IF_ERROR(
      spec.preTokenizer.addPattern(std::string(patternText(qwen ? ScanPattern::Qwen2 : ScanPattern::Gpt2))));
  spec.basics = std::move(basics);
  return std::shared_ptr<const Tokenizer>(std::make_shared<ByteLevelTokenizer>(std::move(spec)));
}

}  // namespace engine
