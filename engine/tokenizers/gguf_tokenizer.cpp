#include "engine/tokenizers/gguf_tokenizer.h"

#include <fmt/format.h>

#include "engine/tokenizers/bpe_files.h"
#include "engine/tokenizers/byte_level_tokenizer.h"
#include "engine/tokenizers/pre_kinds.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"

namespace engine {
namespace {

constexpr const char* kTokens = "tokenizer.ggml.tokens";
constexpr const char* kTypes = "tokenizer.ggml.token_type";
constexpr const char* kMerges = "tokenizer.ggml.merges";
constexpr const char* kScores = "tokenizer.ggml.scores";

Error damaged(std::string message, std::string key) {
  return {ErrorCode::Damaged, std::move(message), std::move(key)};
}

/// The id under `key`, or `fallback`; an id outside of the vocabulary is no id.
TokenId specialId(const GgufFile& file, std::string_view key, TokenId fallback, size_t vocabSize) {
  const auto id = file.getUnsigned(key);
  if (!id) return static_cast<size_t>(fallback) < vocabSize ? fallback : -1;
  return *id < vocabSize ? static_cast<TokenId>(*id) : -1;
}

Result<std::vector<TokenKind>> readKinds(const GgufFile& file, size_t count) {
  std::vector<TokenKind> kinds(count, TokenKind::Normal);
  const auto types = file.getIntegers(kTypes);
  if (!types) {
    if (file.has(kTypes)) return damaged("the token types are no integers", kTypes);
    return kinds;
  }
  if (types->size() != count) {
    return damaged(fmt::format("{} token types for {} tokens", types->size(), count), kTypes);
  }
  for (size_t i = 0; i < count; ++i) {
    const int64_t type = (*types)[i];
    if (type < 0 || type > 6) return damaged(fmt::format("token {} has type {}; 1 to 6 exist", i, type), kTypes);
    // 0 is "undefined": files of old converters.
    if (type != 0) kinds[i] = static_cast<TokenKind>(type);
  }
  return kinds;
}

Result<TokenizerBasics> readBasics(const GgufFile& file, const std::vector<std::string_view>& tokens) {
  TokenizerBasics basics;
  ENGINE_ASSIGN_OR_RETURN(const auto kinds, readKinds(file, tokens.size()));
  for (size_t i = 0; i < tokens.size(); ++i) {
    ENGINE_RETURN_IF_ERROR(basics.vocabulary.set(static_cast<TokenId>(i), tokens[i], kinds[i]));
  }
  return basics;
}

void addFront(TokenizerBasics& basics) {
  if (basics.bos >= 0) basics.front.push_back(basics.bos);
}

AddedToken addedToken(const Vocabulary& vocabulary, TokenId id) {
  AddedToken token;
  token.id = id;
  token.text = std::string(vocabulary.spelling(id));
  token.special = vocabulary.kind(id) != TokenKind::UserDefined;
  return token;
}

Result<std::shared_ptr<const Tokenizer>> byteLevel(const GgufFile& file, TokenizerBasics basics) {
  const std::string pre(file.getString("tokenizer.ggml.pre").value_or("default"));
  ENGINE_ASSIGN_OR_RETURN(PreKind kind, preKind(pre));
  basics.source = "GGUF, " + pre;
  const size_t count = basics.vocabulary.size();
  basics.bos = specialId(file, "tokenizer.ggml.bos_token_id", 11, count);
  basics.eos = specialId(file, "tokenizer.ggml.eos_token_id", 11, count);
  if (file.getBool("tokenizer.ggml.add_bos_token").value_or(kind.addBos)) addFront(basics);
  for (size_t i = 0; i < count; ++i) {
    const TokenKind tokenKind = basics.vocabulary.kind(static_cast<TokenId>(i));
    if (tokenKind == TokenKind::Control || tokenKind == TokenKind::UserDefined || tokenKind == TokenKind::Unknown) {
      basics.added.push_back(addedToken(basics.vocabulary, static_cast<TokenId>(i)));
    }
  }

  ByteLevelSpec spec;
  const auto merges = file.getStrings(kMerges);
  if (!merges) return damaged("a byte-level vocabulary without merges", kMerges);
  for (size_t rank = 0; rank < merges->size(); ++rank) {
    const std::string_view merge = (*merges)[rank];
    const size_t space = merge.find(' ', 1);
    if (space == std::string_view::npos) return damaged(fmt::format("merge {} has no space in it", rank), kMerges);
    ENGINE_RETURN_IF_ERROR(
        addMerge(merge.substr(0, space), merge.substr(space + 1), rank, basics.vocabulary, spec.merges));
  }
  spec.basics = std::move(basics);
  spec.form = kind.form;
  spec.preTokenizer = std::move(kind.preTokenizer);
  spec.ignoreMerges = kind.ignoreMerges;
  spec.prefixSpace = file.getBool("tokenizer.ggml.add_space_prefix").value_or(false);
  return std::shared_ptr<const Tokenizer>(std::make_shared<ByteLevelTokenizer>(std::move(spec)));
}

Result<std::shared_ptr<const Tokenizer>> sentencePiece(const GgufFile& file, TokenizerBasics basics) {
  const size_t count = basics.vocabulary.size();
  const auto scores = file.getFloats(kScores);
  if (!scores) return damaged("a SentencePiece vocabulary without scores", kScores);
  if (scores->size() != count) {
    return damaged(fmt::format("{} scores for {} tokens", scores->size(), count), kScores);
  }
  basics.source = "GGUF";
  basics.bos = specialId(file, "tokenizer.ggml.bos_token_id", 1, count);
  basics.eos = specialId(file, "tokenizer.ggml.eos_token_id", 2, count);
  if (file.getBool("tokenizer.ggml.add_bos_token").value_or(true)) addFront(basics);
  // Converters give tokens that were added to a model's vocabulary this score; they bound the text around them, where
  // SentencePiece's own user-defined pieces do not.
  constexpr float kAddedScore = -1000;
  for (size_t i = 0; i < count; ++i) {
    const auto id = static_cast<TokenId>(i);
    const TokenKind kind = basics.vocabulary.kind(id);
    if (kind == TokenKind::Control || kind == TokenKind::Unknown ||
        (kind == TokenKind::UserDefined && (*scores)[i] <= kAddedScore)) {
      basics.added.push_back(addedToken(basics.vocabulary, id));
    }
  }
  SentencePieceSpec spec;
  spec.unknown = specialId(file, "tokenizer.ggml.unknown_token_id", 0, count);
  ENGINE_ASSIGN_OR_RETURN(spec.merges, PieceMerges::fromScores(basics.vocabulary, *scores));
  spec.prefix =
      file.getBool("tokenizer.ggml.add_space_prefix").value_or(true) ? DummyPrefix::EveryStretch : DummyPrefix::None;
  spec.dropsLeadingSpace = spec.prefix != DummyPrefix::None;
  spec.basics = std::move(basics);
  return std::shared_ptr<const Tokenizer>(std::make_shared<SentencePieceTokenizer>(std::move(spec)));
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(const GgufFile& file) {
  const auto model = file.getString("tokenizer.ggml.model");
  const auto tokens = file.getStrings(kTokens);
  if (!model || !tokens) {
    return Error{ErrorCode::NotFound, fmt::format("{} holds no vocabulary (tokenizer.ggml.tokens)", file.file().name()),
                 kTokens};
  }
  if (tokens->empty() || tokens->size() > kMaxVocabulary) {
    return damaged(fmt::format("a vocabulary of {} tokens; 1 to {} are possible", tokens->size(), kMaxVocabulary),
                   kTokens);
  }
  if (*model != "gpt2" && *model != "llama") {
    return Error{ErrorCode::Unsupported,
                 fmt::format("the file's tokenizer is of kind '{}'; byte-level BPE ('gpt2') and SentencePiece BPE "
                             "('llama') are supported",
                             *model),
                 "tokenizer.ggml.model"};
  }
  ENGINE_ASSIGN_OR_RETURN(TokenizerBasics basics, readBasics(file, *tokens));
  return *model == "gpt2" ? byteLevel(file, std::move(basics)) : sentencePiece(file, std::move(basics));
}

}  // namespace engine
