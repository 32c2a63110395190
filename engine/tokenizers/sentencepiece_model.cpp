#include "engine/tokenizers/sentencepiece_model.h"

#include <fmt/format.h>

#include <bit>

#include "engine/text.h"
#include "engine/tokenizers/protobuf_reader.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"

namespace engine {
namespace {

struct Piece {
  std::string_view text;
  float score = 0;
  uint64_t kind = 1;
};

/// The fields of the file that matter, with the format's defaults.
struct ModelFile {
  std::vector<Piece> pieces;
  uint64_t modelType = 1;
  bool whitespaceAsSuffix = false;
  std::string_view normalizer, charMap;
  bool dummyPrefix = true, removeExtraSpaces = true, escapeSpaces = true;
};

Error damaged(std::string message) {
  return {ErrorCode::Damaged, "tokenizer.model: " + message, "tokenizer.model"};
}
Error unsupported(std::string message) {
  return {ErrorCode::Unsupported, "tokenizer.model: " + message, "tokenizer.model"};
}

bool readPiece(std::string_view message, Piece& piece) {
  ProtobufReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->wire == 2) piece.text = field->bytes;
    if (field->number == 2 && field->wire == 5)
      piece.score = std::bit_cast<float>(static_cast<uint32_t>(field->integer));
    if (field->number == 3 && field->wire == 0) piece.kind = field->integer;
  }
  return !reader.damaged();
}

bool readTrainer(std::string_view message, ModelFile& model) {
  ProtobufReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 3 && field->wire == 0) model.modelType = field->integer;
    if (field->number == 24 && field->wire == 0) model.whitespaceAsSuffix = field->integer != 0;
  }
  return !reader.damaged();
}

bool readNormalizer(std::string_view message, ModelFile& model) {
  ProtobufReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1 && field->wire == 2) model.normalizer = field->bytes;
    if (field->number == 2 && field->wire == 2) model.charMap = field->bytes;
    if (field->number == 3 && field->wire == 0) model.dummyPrefix = field->integer != 0;
    if (field->number == 4 && field->wire == 0) model.removeExtraSpaces = field->integer != 0;
    if (field->number == 5 && field->wire == 0) model.escapeSpaces = field->integer != 0;
  }
  return !reader.damaged();
}

/// The other format of that name: lines of a base64 text, a space and a number from 0 on.
bool looksLikeRanks(std::string_view file) {
  const std::string_view line = file.substr(0, file.substr(0, 64).find('\n'));
  return line.size() < 64 && line.ends_with(" 0");
}

Result<ModelFile> readModel(std::string_view file) {
  if (looksLikeRanks(file)) return unsupported("a tiktoken vocabulary; a tokenizer.json beside it would be used");
  ModelFile model;
  ProtobufReader reader(file);
  while (const auto field = reader.next()) {
    if (field->wire != 2) continue;
    bool whole = true;
    if (field->number == 1) {
      if (model.pieces.size() >= kMaxVocabulary) {
        return unsupported(fmt::format("more than {} pieces", kMaxVocabulary));
      }
      whole = readPiece(field->bytes, model.pieces.emplace_back());
    } else if (field->number == 2) {
      whole = readTrainer(field->bytes, model);
    } else if (field->number == 3) {
      whole = readNormalizer(field->bytes, model);
    }
    if (!whole) return damaged(fmt::format("field {} after {} pieces is broken", field->number, model.pieces.size()));
  }
  if (reader.damaged()) {
    if (model.pieces.empty()) return unsupported("it is no SentencePiece model");
    return damaged(fmt::format("it breaks off or is broken after {} pieces", model.pieces.size()));
  }
  if (model.pieces.empty()) return damaged("it has no pieces");
  return model;
}

Result<void> checkModel(const ModelFile& model) {
  constexpr uint64_t kBpe = 2;
  if (model.modelType != kBpe) {
    return unsupported(fmt::format("a SentencePiece model of type {}; BPE (2) is supported", model.modelType));
  }
  if (!model.charMap.empty()) {
    return unsupported(
        fmt::format("a SentencePiece normalizer with a character map ('{}')", printable(model.normalizer)));
  }
  if (model.whitespaceAsSuffix || !model.escapeSpaces) {
    return unsupported("spaces at the ends of pieces, or not made visible");
  }
  return {};
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view file,
                                                                    const TokenizerConfig& config) {
  ENGINE_ASSIGN_OR_RETURN(const ModelFile model, readModel(file));
  ENGINE_RETURN_IF_ERROR(checkModel(model));
  SentencePieceSpec spec;
  TokenizerBasics basics;
  basics.source = "tokenizer.model";
  std::vector<float> scores;
  for (size_t i = 0; i < model.pieces.size(); ++i) {
    const Piece& piece = model.pieces[i];
    if (piece.kind < 1 || piece.kind > 6 || piece.text.empty()) {
      return damaged(fmt::format("piece {} has type {} and {} bytes of text", i, piece.kind, piece.text.size()));
    }
    const auto kind = static_cast<TokenKind>(piece.kind);
    const auto id = static_cast<TokenId>(i);
    ENGINE_RETURN_IF_ERROR(basics.vocabulary.set(id, piece.text, kind));
    scores.push_back(piece.score);
    if (kind == TokenKind::Unknown && spec.unknown < 0) spec.unknown = id;
    if (kind == TokenKind::Control || kind == TokenKind::Unknown) {
      AddedToken token;
      token.id = id;
      token.text = std::string(piece.text);
      token.special = true;
      basics.added.push_back(std::move(token));
    }
  }
  ENGINE_ASSIGN_OR_RETURN(spec.merges, PieceMerges::fromScores(basics.vocabulary, scores));
  ENGINE_RETURN_IF_ERROR(applyConfig(config, basics));
  // SentencePiece's own names, where no configuration says otherwise.
  if (basics.bos < 0) basics.bos = basics.vocabulary.find("<s>");
  if (basics.eos < 0) basics.eos = basics.vocabulary.find("</s>");
  if (config.addBos.value_or(true) && basics.bos >= 0) basics.front.push_back(basics.bos);
  spec.prefix = model.dummyPrefix ? DummyPrefix::EveryStretch : DummyPrefix::None;
  spec.dropsLeadingSpace = model.dummyPrefix;
  spec.removeExtraSpaces = model.removeExtraSpaces;
  spec.basics = std::move(basics);
  return std::shared_ptr<const Tokenizer>(std::make_shared<SentencePieceTokenizer>(std::move(spec)));
}

}  // namespace engine
