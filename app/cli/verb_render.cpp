// render: messages to the prompt that a model would get, with the template, its reason and what ends an answer.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "app/server/body_json.h"
#include "app/server/chat_messages.h"
#include "engine/prompt_tools.h"

namespace app::cli {

namespace {

/// Fields of the input that are not variables of the template.
constexpr std::array<std::string_view, 8> kFields = {
    "messages",  "tools",     "documents", "add_generation_prompt", "continue_final_message",
    "bos_token", "eos_token", "now"};

engine::Result<engine::ChatPrompt> readPrompt(std::string text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string::npos && text[first] == '[') text = "{\"messages\":" + text + "}";
  const auto parsed = parseBodyJson(text);
  if (!parsed.ok() || !parsed->is_object()) {
    return engine::Error{engine::ErrorCode::InvalidArgument,
                         "standard input must hold a JSON array of messages, or an object with messages: " +
                             (parsed.ok() ? "it is " + std::string(kindName(*parsed)) : parsed.error().message)};
  }
  const nlohmann::ordered_json& input = parsed.value();
  engine::ChatPrompt prompt;
  FieldProblems problems;
  FieldReader reader(input, problems);
  prompt.messages = readMessages(reader, problems);
  if (const auto* tools = reader.value("tools")) prompt.tools = *tools;
  if (const auto* documents = reader.value("documents")) prompt.documents = *documents;
  prompt.addGenerationPrompt = reader.boolean("add_generation_prompt").value_or(true);
  prompt.continueLast = reader.boolean("continue_final_message").value_or(false);
  if (prompt.continueLast) prompt.addGenerationPrompt = false;
  prompt.bosToken = reader.text("bos_token");
  prompt.eosToken = reader.text("eos_token");
  prompt.now = reader.integer("now");
  for (const auto& [name, value] : input.items()) {
    if (std::find(kFields.begin(), kFields.end(), name) == kFields.end()) prompt.variables[name] = value;
  }
  if (!problems.none()) return engine::Error{engine::ErrorCode::InvalidArgument, problems.error().message};
  return prompt;
}

}  // namespace

int runRender(std::span<const std::string> arguments) {
  CommandLine line("render",
                   "Messages on stdin (a JSON array, or an object with messages, tools, documents, "
                   "add_generation_prompt, bos_token, eos_token, now and template variables) to the prompt.",
                   {"model"});
  line.addModelPositional();
  std::string name;
  line.options.add_option("--template", name, "Template by name; the model's choice when not given");
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("--model-path is needed: a directory or .gguf file");

  engine::EngineOptions options;
  options.modelPath = line.settings.text("model-path");
  options.modelId = line.settings.text("model-id");
  options.templateName = name.empty() ? line.settings.text("conv-template") : name;
  options.templateFile = line.settings.text("chat-template");
  options.userTemplateDirectory = line.settings.text("template-directory");
  const auto tools = engine::openPromptTools(options);
  if (!tools.ok()) {
    // A template that is not there is a bad flag (exit 2), whoever found it.
    const bool templateName = !options.templateName.empty() && tools.error().code == engine::ErrorCode::NotFound;
    return templateName ? usage(tools.error().message) : fail(tools.error());
  }
  auto text = readInput();
  if (!text.ok()) return fail(text.error());

  const engine::ChatTemplate& chatTemplate = *tools->choice.chatTemplate;
  const auto prompt = readPrompt(std::move(text).value());
  if (!prompt.ok()) return fail(prompt.error());
  const auto rendered = chatTemplate.render(prompt.value());
  if (!rendered.ok()) return fail(rendered.error());
  const auto ids = tools->tokenizer->encodeSegments(rendered->segments, !chatTemplate.writesBos());
  if (!ids.ok()) return fail(ids.error());

  std::vector<engine::TokenId> stopIds;
  for (const std::string& token : chatTemplate.stops().tokens) {
    if (const engine::TokenId id = tools->tokenizer->tokenToId(token); id >= 0) stopIds.push_back(id);
  }
  printJson({{"text", rendered->text},
             {"ids", ids.value()},
             {"template", chatTemplate.name()},
             {"reason", tools->choice.reason},
             {"stop", chatTemplate.stops().strings},
             {"stop_token_ids", stopIds}});
  return kOk;
}

}  // namespace app::cli
