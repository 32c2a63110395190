// What turns messages into ids, without the weights: description, tokenizer and template of a model.
#pragma once

#include <memory>
#include <string>

#include "engine/chat_template.h"
#include "engine/model_info.h"
#include "engine/options.h"
#include "engine/result.h"
#include "engine/tokenizer.h"

namespace engine {

/// The template for a model under these options, and why.
Result<TemplateChoice> chooseModelTemplate(const EngineOptions& options, const ModelInfo& model,
                                           const Tokenizer& tokenizer);

struct PromptTools {
  ModelInfo model;
  std::shared_ptr<const Tokenizer> tokenizer;
  TemplateChoice choice;
};
/// Reads headers and tokenizer files only: a directory without weights is enough.
Result<PromptTools> openPromptTools(const EngineOptions& options);

}  // namespace engine
