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
  // A folder with nothing but tokenizer files is described by its name alone.
  if (auto model = inspectModel(options.modelPath); model.ok()) {
    tools.model = std::move(model).value();
  } else if (model.error().code != ErrorCode::NotFound || !std::filesystem::is_directory(options.modelPath)) {
    return model.error();
  } else {
    tools.model.path = options.modelPath;
    tools.model.modelId = options.modelPath.filename().string();
  }
  if (!options.modelId.empty()) tools.model.modelId = options.modelId;
  ENGINE_ASSIGN_OR_RETURN(tools.tokenizer, loadTokenizer(options.modelPath));
  ENGINE_ASSIGN_OR_RETURN(tools.choice, chooseModelTemplate(options, tools.model, *tools.tokenizer));
  return tools;
}

}  // namespace engine
