#include "engine/templates/normalise.h"

#include "engine/json.h"
#include "engine/templates/json_value.h"

namespace engine {

namespace {

using Json = nlohmann::ordered_json;

bool isSystem(const std::string& role) {
  return role == "system" || role == "developer";
}

Error roleError(size_t index, std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message), "messages[" + std::to_string(index) + "].role"};
}

/// Arguments arrive as a JSON string; most templates want the object.
Json callArguments(const Json& arguments, bool asString) {
  if (asString)
    return arguments.is_string() ? arguments : Json(arguments.dump(-1, ' ', false, Json::error_handler_t::replace));
  if (!arguments.is_string()) return arguments;
  const auto& text = arguments.get_ref<const std::string&>();
  const JsonLimits limits{.maxBytes = size_t{1} << 20, .maxDepth = 64};
  if (text.size() > limits.maxBytes || !checkJsonShape(text, limits)) return arguments;
  Json parsed = Json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : arguments;
}

Json nativeCalls(const Json& calls, bool argumentsAsString) {
  if (!calls.is_array()) return calls;
  Json result = calls;
  for (Json& call : result) {
    if (!call.is_object() || !call.contains("function") || !call["function"].is_object()) continue;
    Json& function = call["function"];
    if (function.contains("arguments")) function["arguments"] = callArguments(function["arguments"], argumentsAsString);
  }
  return result;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// {"tool_calls": [{"id", "name", "arguments"}]}: the form for templates without a tool format.
std::string genericCalls(const Json& calls) {
  Json list = Json::array();
  for (const Json& call : calls) {
    Json entry = Json::object();
    if (call.is_object() && call.contains("id")) entry["id"] = call["id"];
    const Json function = call.is_object() && call.contains("function") ? call["function"] : call;
    if (function.is_object() && function.contains("name")) entry["name"] = function["name"];
    if (function.is_object() && function.contains("arguments")) {
      entry["arguments"] = callArguments(function["arguments"], false);
    }
    list.push_back(std::move(entry));
  }
  return dump(Json{{"tool_calls", std::move(list)}});
}

/// {"tool_response": {"tool_call_id", "name", "content"}}.
std::string genericResult(const ChatMessage& message) {
  Json body = Json::object();
  if (!message.toolCallId.empty()) body["tool_call_id"] = message.toolCallId;
  if (!message.name.empty()) body["name"] = message.name;
  body["content"] = message.content;
  return dump(Json{{"tool_response", std::move(body)}});
}

std::string genericDefinitions(const Json& tools) {
  return "You may call these tools. To call some, answer with nothing but JSON of this form: "
         "{\"tool_calls\": [{\"name\": …, \"arguments\": {…}}]}. Tools: " +
         dump(tools);
}

Json plainMessage(const ChatMessage& message, const std::string& role, std::string content) {
  Json result = {{"role", role}, {"content", std::move(content)}};
  if (!message.reasoning.empty()) result["reasoning_content"] = message.reasoning;
  if (!message.name.empty()) result["name"] = message.name;
  return result;
}

void joinContent(Json* message, const std::string& more) {
  std::string content = (*message)["content"].get<std::string>();
  if (!content.empty() && !more.empty()) content += "\n\n";
  (*message)["content"] = content + more;
}

/// The messages after the leading system ones.
class Conversation {
 public:
  Conversation(const TemplateAbilities& abilities, Json messages)
      : m_abilities(abilities), m_messages(std::move(messages)) {}

  Result<void> add(const ChatMessage& message, size_t index) {
    const bool fromTool = m_lastFromTool;
    m_lastFromTool = false;
    if (isSystem(message.role)) {
      if (m_abilities.dropsLaterSystem) {
        return roleError(
            index,
            "this model's template has no place for a system message after the first other message; put it "
            "in front");
      }
      m_messages.push_back(plainMessage(message, "system", message.content));
    } else if (message.role == "tool" && !m_abilities.toolMessages) {
      if (fromTool) {
        joinContent(&m_messages.back(), genericResult(message));
      } else {
        m_messages.push_back({{"role", "user"}, {"content", genericResult(message)}});
      }
      m_lastFromTool = true;
    } else if (fromTool && message.role == "user") {
      joinContent(&m_messages.back(), message.content);
    } else {
      addOther(message);
    }
    return {};
  }

  Json take() { return std::move(m_messages); }

 private:
  void addOther(const ChatMessage& message) {
    Json result = plainMessage(message, message.role, message.content);
    const bool hasCalls = message.toolCalls.is_array() && !message.toolCalls.empty();
    if (hasCalls && m_abilities.toolMessages) {
      result["tool_calls"] = nativeCalls(message.toolCalls, m_abilities.argumentsAsString);
    } else if (hasCalls) {
      joinContent(&result, genericCalls(message.toolCalls));
    }
    if (!message.toolCallId.empty()) result["tool_call_id"] = message.toolCallId;
    m_messages.push_back(std::move(result));
  }

  const TemplateAbilities& m_abilities;
  Json m_messages;
  bool m_lastFromTool = false;  ///< the last message stands for tool results in generic form
};

}  // namespace

Result<NormalisedPrompt> normalise(const ChatPrompt& prompt, const TemplateAbilities& abilities, bool plain) {
  if (prompt.messages.empty()) {
    return Error{ErrorCode::InvalidArgument, "there must be at least one message", "messages"};
  }
  for (size_t i = 0; i < prompt.messages.size(); ++i) {
    if (!jinja::isKnownRole(prompt.messages[i].role)) {
      return roleError(i, "the role '" + prompt.messages[i].role.substr(0, 60) +
                              "' is none of system, developer, user, assistant, tool");
    }
  }
  NormalisedPrompt result{Json::array(), prompt.tools};
  if (plain) {
    for (const ChatMessage& message : prompt.messages) {
      result.messages.push_back(plainMessage(message, message.role, message.content));
    }
    return result;
  }
  size_t next = 0;
  std::string system;
  for (; next < prompt.messages.size() && isSystem(prompt.messages[next].role); ++next) {
    if (next > 0) system += "\n\n";
    system += prompt.messages[next].content;
  }
  const bool describesTools = prompt.tools.is_array() && !prompt.tools.empty() && !abilities.toolDefinitions;
  if (describesTools) {
    system += (system.empty() ? "" : "\n\n") + genericDefinitions(prompt.tools);
    result.tools = nullptr;
  }
  if (next > 0 || describesTools) {
    if (abilities.dropsSystem) {
      return roleError(0, next > 0 ? "this model's template has no place for a system message"
                                   : "this model's template has no place for tools or a system message");
    }
    result.messages.push_back({{"role", "system"}, {"content", system}});
  }
  Conversation conversation(abilities, std::move(result.messages));
  for (; next < prompt.messages.size(); ++next) {
    ENGINE_RETURN_IF_ERROR(conversation.add(prompt.messages[next], next));
  }
  result.messages = conversation.take();
  return result;
}

TemplateAbilities probeAbilities(const ProbeFunction& render) {
  const auto shows = [&](const Json& messages, const Json& tools,
                         std::initializer_list<const char*> marks) -> std::optional<bool> {
    const std::optional<std::string> text = render(messages, tools);
    if (!text) return {};
    for (const char* mark : marks) {
      if (text->find(mark) == std::string::npos) return false;
    }
    return true;
  };
  const auto message = [](const char* role, const char* content) { return Json{{"role", role}, {"content", content}}; };
  TemplateAbilities abilities;
  // A template that refuses a system message says so itself when it is rendered; only silence needs a word from us.
  abilities.dropsSystem =
      !shows({message("system", "probe7sys"), message("user", "probe7ask")}, nullptr, {"probe7sys"}).value_or(true);
  abilities.dropsLaterSystem = !shows({message("user", "probe7ask"), message("assistant", "probe7say"),
                                       message("system", "probe7sys"), message("user", "probe7ask")},
                                      nullptr, {"probe7sys"})
                                    .value_or(true);
  const Json tools = Json::array({{{"type", "function"},
                                   {"function",
                                    {{"name", "probe7tool"},
                                     {"description", "probe7text"},
                                     {"parameters",
                                      {{"type", "object"},
                                       {"properties", {{"probe7key", {{"type", "string"}}}}},
                                       {"required", {"probe7key"}}}}}}}});
  for (const bool asString : {false, true}) {
    Json call = message("assistant", "");
    call["tool_calls"] = Json::array(
        {{{"id", "probe7abc"},
          {"type", "function"},
          {"function",
           {{"name", "probe7call"},
            {"arguments", asString ? Json("{\"probe7key\": \"probe7val\"}") : Json{{"probe7key", "probe7val"}}}}}}});
    Json result = message("tool", "probe7out");
    result["name"] = "probe7call";
    result["tool_call_id"] = "probe7abc";
    const std::optional<bool> shown =
        shows({message("user", "probe7ask"), call, result}, tools, {"probe7call", "probe7val", "probe7out"});
    if (!shown.value_or(false)) continue;
    abilities.toolMessages = true;
    abilities.argumentsAsString = asString;
    break;
  }
  abilities.toolDefinitions = shows({message("user", "probe7ask")}, tools, {"probe7tool"}).value_or(false);
  return abilities;
}

}  // namespace engine
