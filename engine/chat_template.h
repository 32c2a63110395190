// From messages to a prompt. A template is a Jinja text (the model's own, or one of resources/templates) run by our own
// interpreter with fuel, depth and output limits; what comes from messages is marked as content, so that it is
// tokenized apart.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizer.h"

namespace engine {

/// One message. Roles are lower case: system, developer, user, assistant, tool.
struct ChatMessage {
  std::string role;
  std::string content;
  std::string reasoning = {};                  ///< an assistant's separated reasoning, when kept
  nlohmann::ordered_json toolCalls = nullptr;  ///< array as in the API, or null
  std::string toolCallId = {}, name = {};
};

struct ChatPrompt {
  std::vector<ChatMessage> messages;
  bool addGenerationPrompt = true;
  bool continueLast = false;                      ///< the last message is an unfinished answer: no end marker after it
  nlohmann::ordered_json tools = nullptr;         ///< array or null; keys in the sender's order, as prompts show them
  nlohmann::ordered_json documents = nullptr;     ///< array or null
  nlohmann::ordered_json variables = nullptr;     ///< object of further template variables (enable_thinking, ...)
  std::optional<int64_t> now;                     ///< seconds since the epoch for strftime_now; the clock when absent
  std::optional<std::string> bosToken, eosToken;  ///< override the tokenizer's
};

struct RenderedPrompt {
  std::string text;                     ///< whole prompt, for people
  std::vector<PromptSegment> segments;  ///< the same in stretches of scaffold and content
};

/// What text and ids end an answer under a template.
struct TemplateStops {
  std::vector<std::string> strings;
  std::vector<std::string> tokens;  ///< spelled as in the vocabulary; unknown ones are ignored
};

class ChatTemplate {
 public:
  virtual ~ChatTemplate() = default;
  virtual const std::string& name() const = 0;    ///< "llama-3", or "model's own"
  virtual const std::string& source() const = 0;  ///< Jinja text
  virtual const TemplateStops& stops() const = 0;
  /// True when the prompt already holds BOS or must not get one, so encodeSegments is called with addSpecial false.
  virtual bool writesBos() const = 0;
  /// InvalidArgument with the template's own raise_exception text, or the line of an error in the template.
  virtual Result<RenderedPrompt> render(const ChatPrompt& prompt) const = 0;
};

/// A template and why it was chosen: "CONV_TEMPLATE", "model_id Meta-Llama-3-8B-Instruct is in the list", "the model's
/// own chat_template".
struct TemplateChoice {
  std::shared_ptr<const ChatTemplate> chatTemplate;
  std::string reason;
};

/// Everything that the choice depends on; empty strings mean "not said".
struct TemplateQuery {
  std::string requestedName;    ///< --conv-template / CONV_TEMPLATE / ti_model_config.json
  std::string requestedSource;  ///< where the name came from, for the reason
  std::string templateFile;     ///< --chat-template FILE: beats everything
  std::string modelId;
  std::string modelTemplate;          ///< chat_template of the model's files
  std::string family;                 ///< "llama", "qwen2": last resort
  std::string bosToken, eosToken;     ///< spelled, for the Jinja variables
  std::string templateDirectory;      ///< where resources/templates is; empty = built in
  std::string userTemplateDirectory;  ///< a user's own templates: beat the shipped ones of the same name
};

/// Follows spec.md section 2: explicit name, list by model_id, the model's own, FastChat's rules by name, family.
Result<TemplateChoice> chooseTemplate(const TemplateQuery& query);
/// Names that chooseTemplate accepts, shipped and user's.
std::vector<std::string> templateNames(const std::string& userTemplateDirectory);

}  // namespace engine
