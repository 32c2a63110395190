#include "app/server/chat_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace app {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 5> kRoles = {"system", "developer", "user", "assistant", "tool"};
/// Template variables that clients may set; anything else could steer a template where its author did not think.
constexpr std::array<std::string_view, 2> kTemplateVariables = {"enable_thinking", "thinking"};

/// One message under "messages[i].".
class MessageReader {
 public:
  MessageReader(const json& object, FieldProblems& problems, size_t index)
      : m_reader(object, problems, fmt::format("messages[{}].", index)),
        m_prefix(fmt::format("messages[{}].", index)) {}

  engine::ChatMessage read() {
    engine::ChatMessage message;
    const std::string role = m_reader.text("role").value_or("");
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end() && !badRole()) {
      m_reader.problem("role", fmt::format("{}role must be one of system, developer, user, assistant, tool, got '{}'",
                                           m_prefix, engine::printable(role, 40)));
    }
    message.role = role;
    message.name = m_reader.text("name").value_or("");
    message.reasoning = m_reader.text("reasoning_content").value_or("");
    readToolFields(message);
    readContent(message);
    return message;
  }

 private:
  /// A role of the wrong kind has been reported by the reader.
  bool badRole() const {
    const json* role = m_reader.value("role");
    return role != nullptr && !role->is_string();
  }

  void readToolFields(engine::ChatMessage& message) {
    if (message.role == "tool") {
      message.toolCallId = m_reader.text("tool_call_id").value_or("");
      return;
    }
    const json* calls = m_reader.value("tool_calls");
    if (calls == nullptr || message.role != "assistant") return;
    const bool wellFormed = calls->is_array() && std::all_of(calls->begin(), calls->end(), [](const json& call) {
                              if (!call.is_object() || !call.contains("function") || !call["function"].is_object())
                                return false;
                              const json& function = call["function"];
                              return function.contains("name") && function["name"].is_string() &&
                                     (!function.contains("arguments") || function["arguments"].is_string() ||
                                      function["arguments"].is_object());
                            });
    if (!wellFormed) {
      m_reader.problem("tool_calls", fmt::format("{}tool_calls must be an array of objects with a function that has a "
                                                 "name and arguments",
                                                 m_prefix));
    } else if (!calls->empty()) {
      message.toolCalls = *calls;
    }
  }

  void readContent(engine::ChatMessage& message) {
    const json* content = m_reader.value("content");
    if (content == nullptr) {
      const bool mayLack = message.role == "assistant" && message.toolCalls.is_array();
      if (!mayLack) m_reader.problem("content", fmt::format("{}content is missing", m_prefix));
    } else if (content->is_string()) {
      message.content = content->get<std::string>();
    } else if (content->is_array()) {
      for (size_t i = 0; i < content->size(); ++i) readPart((*content)[i], i, message.content);
    } else {
      m_reader.problem("content", fmt::format("{}content must be a string or an array of text parts, got {}", m_prefix,
                                              kindName(*content)));
    }
  }

  void readPart(const json& part, size_t index, std::string& text) {
    const std::string name = fmt::format("content[{}]", index);
    const bool typed = part.is_object() && part.contains("type") && part["type"].is_string();
    if (!typed) {
      m_reader.problem(name, fmt::format("{}{} must be an object with a type", m_prefix, name));
      return;
    }
    const auto& type = part["type"].get_ref<const std::string&>();
    if (type != "text" && type != "input_text") {
      m_reader.problem(name, fmt::format("{}{} has the type '{}'; only text parts are supported", m_prefix, name,
                                         engine::printable(type, 40)));
      return;
    }
    if (!part.contains("text") || !part["text"].is_string()) {
      m_reader.problem(name + ".text", fmt::format("{}{}.text must be a string", m_prefix, name));
      return;
    }
    if (index > 0) text += '\n';
    text += part["text"].get_ref<const std::string&>();
  }

  FieldReader m_reader;
  std::string m_prefix;
};

void readTools(FieldReader& reader, engine::ChatPrompt& prompt) {
  const json* tools = reader.value("tools");
  const json* choice = reader.value("tool_choice");
  std::string chosen = "auto";
  if (choice != nullptr) {
    chosen = choice->is_string() ? choice->get<std::string>() : "named";
    if (chosen != "auto" && chosen != "none") {
      reader.problem("tool_choice", "tool_choice other than auto and none is not supported yet",
                     "unsupported_parameter");
    }
  }
  if (tools == nullptr) return;
  if (!tools->is_array()) {
    reader.problem("tools", fmt::format("tools must be an array, got {}", kindName(*tools)));
    return;
  }
  if (tools->empty() || chosen == "none") return;
  for (size_t i = 0; i < tools->size(); ++i) {
    const json& tool = (*tools)[i];
    const bool named = tool.is_object() && tool.contains("function") && tool["function"].is_object() &&
                       tool["function"].contains("name") && tool["function"]["name"].is_string();
    if (named) continue;
    reader.problem(fmt::format("tools[{}]", i),
                   fmt::format("tools[{}] must be an object with a function that has a name", i));
  }
  if (const auto parallel = reader.boolean("parallel_tool_calls"); parallel && !*parallel) {
    reader.problem("parallel_tool_calls", "parallel_tool_calls false is not supported yet", "unsupported_parameter");
  }
  prompt.tools = *tools;
}

}  // namespace

std::vector<engine::ChatMessage> readMessages(FieldReader& reader, FieldProblems& problems) {
  std::vector<engine::ChatMessage> messages;
  const json* field = reader.value("messages");
  if (field == nullptr || !field->is_array() || field->empty()) {
    reader.problem("messages", fmt::format("messages must be an array of at least one message, got {}",
                                           field == nullptr    ? "nothing"
                                           : field->is_array() ? "an empty one"
                                                               : kindName(*field)));
    return messages;
  }
  for (size_t i = 0; i < field->size(); ++i) {
    const json& item = (*field)[i];
    if (item.is_object()) {
      messages.push_back(MessageReader(item, problems, i).read());
    } else {
      reader.problem(fmt::format("messages[{}]", i),
                     fmt::format("messages[{}] must be an object, got {}", i, kindName(item)));
    }
  }
  return messages;
}

void readTemplateFields(FieldReader& reader, FieldProblems& problems, engine::ChatPrompt& prompt) {
  readTools(reader, prompt);
  for (const char* name : {"functions", "function_call"}) reader.refuse(name, "is not supported; use tools");
  reader.refuse("chat_template", "cannot be sent with a request; it is a setting of the server");
  for (const char* name : {"audio", "web_search_options"}) reader.refuse(name, "is not supported");
  if (const json* documents = reader.value("documents"); documents != nullptr) {
    if (documents->is_array()) {
      prompt.documents = *documents;
    } else {
      reader.problem("documents", fmt::format("documents must be an array, got {}", kindName(*documents)));
    }
  }
  if (const json* variables = reader.value("chat_template_kwargs"); variables != nullptr) {
    if (!variables->is_object()) {
      reader.problem("chat_template_kwargs",
                     fmt::format("chat_template_kwargs must be an object, got {}", kindName(*variables)));
    } else {
      FieldReader inner(*variables, problems, "chat_template_kwargs.");
      for (const auto& [name, value] : variables->items()) {
        if (std::find(kTemplateVariables.begin(), kTemplateVariables.end(), name) == kTemplateVariables.end()) {
          inner.problem(engine::printable(name, 40),
                        fmt::format("chat_template_kwargs may set {}, not '{}'", fmt::join(kTemplateVariables, " and "),
                                    engine::printable(name, 40)));
        } else if (const auto flag = inner.boolean(name)) {
          prompt.variables[name] = *flag;
        }
      }
    }
  }
  prompt.addGenerationPrompt = reader.boolean("add_generation_prompt").value_or(true);
  prompt.continueLast = reader.boolean("continue_final_message").value_or(false);
  if (prompt.continueLast) prompt.addGenerationPrompt = false;
}

}  // namespace app
