#include "app/conversation_import.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "engine/json.h"

namespace app {
namespace {

using engine::Error;
using engine::ErrorCode;
using Json = nlohmann::json;

constexpr size_t kMaxFile = size_t{1} << 30;
constexpr size_t kMaxConversations = 100000, kMaxMessages = 100000;
constexpr size_t kMaxTitle = 800;

const Json& member(const Json& object, const char* key) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found != object.end() ? *found : kNothing;
}

std::string text(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// Seconds or milliseconds since the epoch.
int64_t time(const Json& value) {
  if (!value.is_number()) return 0;
  const double number = value.get<double>();
  if (!(number > 0) || number > 4e12) return 0;
  return static_cast<int64_t>(number < 1e11 ? number * 1000 : number);
}

std::string title(std::string given) {
  if (given.empty()) return "Imported chat";
  if (given.size() > kMaxTitle) {
    given.resize(kMaxTitle);
    while (!given.empty() && (static_cast<unsigned char>(given.back()) & 0xc0) == 0x80) given.pop_back();
    if (!given.empty() && static_cast<unsigned char>(given.back()) >= 0xc0) given.pop_back();
  }
  return given;
}

std::string role(const std::string& name) {
  return name == "user" || name == "assistant" ? name : std::string();
}

/// Collects messages of one conversation.
class Collector {
 public:
  /// The message's name for the next one's parent; the parent itself where there is no text.
  MessageId add(const std::string& who, std::string words, std::string reasoning, MessageId parent, int64_t at) {
    if (who == "system" && !words.empty() && m_out.messages.empty()) m_out.conversation.systemPrompt = words;
    if (role(who).empty() || (words.empty() && reasoning.empty()) || m_out.messages.size() >= kMaxMessages)
      return parent;
    Message message;
    message.id = static_cast<MessageId>(m_out.messages.size()) + 1;
    message.parent = parent;
    message.role = who;
    message.text = std::move(words);
    message.reasoning = std::move(reasoning);
    message.createdAt = at;
    m_out.messages.push_back(std::move(message));
    return m_out.messages.back().id;
  }
  ImportedConversation take(std::string name, int64_t created, int64_t updated, MessageId leaf) {
    m_out.conversation.title = title(std::move(name));
    m_out.conversation.createdAt = created;
    m_out.conversation.updatedAt = std::max(updated, created);
    m_out.conversation.leaf = leaf;
    return std::move(m_out);
  }

 private:
  ImportedConversation m_out;
};

/// {"content_type": "text", "parts": ["..."]}; parts that are no text are images and the like.
std::string chatGptText(const Json& content) {
  const std::string type = text(content, "content_type");
  if (type == "code") return "```\n" + text(content, "text") + "\n```";
  std::string out;
  const Json& parts = member(content, "parts");
  if (!parts.is_array()) return text(content, "text");
  for (const Json& part : parts) {
    const std::string piece = part.is_string() ? part.get<std::string>() : text(part, "text");
    if (piece.empty()) continue;
    if (!out.empty()) out += "\n\n";
    out += piece;
  }
  return out;
}

ImportedConversation fromChatGpt(const Json& source) {
  Collector collector;
  const Json& mapping = member(source, "mapping");
  std::unordered_map<std::string, MessageId> names;  // of nodes, those without a message too
  const std::string current = text(source, "current_node");
  MessageId leaf = 0, last = 0;
  // From the roots down, children in their order; each node once.
  std::vector<std::pair<std::string, MessageId>> open;
  for (auto node = mapping.begin(); node != mapping.end(); ++node) {
    const Json& parent = member(*node, "parent");
    if (!parent.is_string() || !mapping.contains(parent.get<std::string>())) open.emplace_back(node.key(), 0);
  }
  std::reverse(open.begin(), open.end());
  while (!open.empty()) {
    const auto [key, parent] = open.back();
    open.pop_back();
    const auto node = mapping.find(key);
    if (node == mapping.end() || names.contains(key)) continue;
    const Json& message = member(*node, "message");
    const bool hidden = member(member(message, "metadata"), "is_visually_hidden_from_conversation") == true;
    MessageId name = parent;
    if (!hidden) {
      name = collector.add(text(member(message, "author"), "role"), chatGptText(member(message, "content")), {}, parent,
                           time(member(message, "create_time")));
    }
    names.emplace(key, name);
    last = std::max(last, name);
    if (key == current) leaf = name;
    const Json& children = member(*node, "children");
    if (!children.is_array()) continue;
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      if (child->is_string()) open.emplace_back(child->get<std::string>(), name);
    }
  }
  return collector.take(text(source, "title"), time(member(source, "create_time")), time(member(source, "update_time")),
                        leaf != 0 ? leaf : last);
}

/// [{"type": "text", "text": "..."}, ...] or a plain text; thoughts are marked by their style.
void lmStudioContent(const Json& content, std::string& words, std::string& reasoning, bool thinking) {
  if (content.is_string()) words += content.get<std::string>();
  if (!content.is_array()) return;
  for (const Json& part : content) {
    const std::string piece = text(part, "text");
    if (piece.empty()) continue;
    std::string& target = thinking ? reasoning : words;
    if (!target.empty()) target += "\n\n";
    target += piece;
  }
}

ImportedConversation fromLmStudio(const Json& source) {
  Collector collector;
  MessageId leaf = 0;
  for (const Json& message : member(source, "messages")) {
    const Json& versions = member(message, "versions");
    if (!versions.is_array() || versions.empty()) {
      std::string words, reasoning;
      lmStudioContent(member(message, "content"), words, reasoning, false);
      leaf = collector.add(text(message, "role"), std::move(words), {}, leaf, 0);
      continue;
    }
    const Json& chosen = member(message, "currentlySelected");
    const size_t selected = chosen.is_number_unsigned() ? chosen.get<size_t>() : 0;
    const MessageId parent = leaf;
    for (size_t i = 0; i < versions.size(); ++i) {
      std::string words, reasoning;
      lmStudioContent(member(versions[i], "content"), words, reasoning, false);
      const Json& steps = member(versions[i], "steps");
      if (steps.is_array()) {
        for (const Json& step : steps) {
          const bool thinking = text(member(step, "style"), "type") == "thinking";
          lmStudioContent(member(step, "content"), words, reasoning, thinking);
        }
      }
      const MessageId name =
          collector.add(text(versions[i], "role"), std::move(words), std::move(reasoning), parent, 0);
      if (i == selected || leaf == parent) leaf = name;
    }
  }
  const int64_t created = time(member(source, "createdAt"));
  const int64_t updated =
      std::max(time(member(source, "userLastMessagedAt")), time(member(source, "assistantLastMessagedAt")));
  ImportedConversation imported = collector.take(text(source, "name"), created, updated, leaf);
  if (const std::string prompt = text(source, "systemPrompt"); !prompt.empty())
    imported.conversation.systemPrompt = prompt;
  imported.conversation.pinned = member(source, "pinned") == true;
  return imported;
}

ImportedConversation fromHearth(const Json& source) {
  Collector collector;
  std::unordered_map<int64_t, MessageId> names{{0, 0}};
  const auto number = [](const Json& value) { return value.is_number_integer() ? value.get<int64_t>() : 0; };
  for (const Json& message : member(source, "messages")) {
    const auto parent = names.find(number(member(message, "parent")));
    names[number(member(message, "id"))] =
        collector.add(text(message, "role"), text(message, "text"), text(message, "reasoning"),
                      parent != names.end() ? parent->second : 0, time(member(message, "created_at")));
  }
  const auto leaf = names.find(number(member(source, "leaf")));
  ImportedConversation imported =
      collector.take(text(source, "title"), time(member(source, "created_at")), time(member(source, "updated_at")),
                     leaf != names.end() ? leaf->second : 0);
  imported.conversation.systemPrompt = text(source, "system_prompt");
  imported.conversation.pinned = member(source, "pinned") == true;
  const Json& parameters = member(source, "parameters");
  if (parameters.is_object())
    imported.conversation.parametersJson = parameters.dump(-1, ' ', false, Json::error_handler_t::replace);
  return imported;
}

}  // namespace

engine::Result<std::vector<ImportedConversation>> importConversations(std::string_view json) {
  engine::JsonLimits limits;
  limits.maxBytes = kMaxFile;
  ENGINE_ASSIGN_OR_RETURN(const Json root, engine::parseJson(json, limits));
  std::vector<ImportedConversation> out;
  const auto one = [&out](const Json& source) {
    if (member(source, "mapping").is_object()) {
      out.push_back(fromChatGpt(source));
    } else if (text(source, "format") == "hearth-conversation") {
      out.push_back(fromHearth(source));
    } else if (member(source, "messages").is_array()) {
      out.push_back(fromLmStudio(source));
    } else {
      return;
    }
    if (out.back().messages.empty()) out.pop_back();
  };
  if (root.is_array()) {
    for (const Json& source : root) {
      if (out.size() < kMaxConversations) one(source);
    }
  } else {
    one(root);
  }
  if (out.empty()) {
    return Error{ErrorCode::Unsupported,
                 "no conversations found: it is no export of ChatGPT (conversations.json), LM Studio or Hearth"};
  }
  return out;
}

}  // namespace app
