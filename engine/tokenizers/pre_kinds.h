// The names by which GGUF files state how a byte-level vocabulary splits text (`tokenizer.ggml.pre`).
#pragma once

#include <string_view>

#include "engine/tokenizers/normalizer.h"
#include "engine/tokenizers/pre_tokenizer.h"

namespace engine {

struct PreKind {
  PreTokenizer preTokenizer;
  NormalForm form = NormalForm::None;
  bool ignoreMerges = false;
  bool addBos = false;  ///< where the file does not say
};

/// Unsupported, naming it, for a kind that is not known.
Result<PreKind> preKind(std::string_view name);

}  // namespace engine
