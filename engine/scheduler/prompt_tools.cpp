#include "engine/prompt_tools.h"

#include "engine/load_tokenizer.h"

namespace engine {

Result<TemplateChoice> chooseModelTemplate(const EngineOptions& options, const ModelInfo& model,
                                           const Tokenizer& tokenizer) {
  TemplateQuery query;
  query.requestedName = options.templateName.empty() ? model.requestedTemplate : options.templateName;
  query.requestedSource = options.templateName.empty() ? model.requestedTemplateSource : "CONV_TEMPLATE";
  query.templateFile = options.templateFile.string();
  query.modelId = model.modelId;
  query.modelTemplate = model.chatTemplate;
  query.family = model.family;
  query.bosToken = tokenizer.tokenText(tokenizer.bosId());
  query.eosToken = tokenizer.tokenText(tokenizer.eosId());
  query.userTemplateDirectory = options.userTemplateDirectory.string();
  return chooseTemplate(query);
}

Result<PromptTools> openPromptTools(const EngineOptions& options) {
  PromptTools tools;
  ENGINE_ASSIGN_OR_RETURN(tools.model, inspectModel(options.modelPath));
  if (!options.modelId.empty()) tools.model.modelId = options.modelId;
  ENGINE_ASSIGN_OR_RETURN(tools.tokenizer, loadTokenizer(options.modelPath));
  ENGINE_ASSIGN_OR_RETURN(tools.choice, chooseModelTemplate(options, tools.model, *tools.tokenizer));
  return tools;
}

}  // namespace engine
