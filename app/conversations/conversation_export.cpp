#include "app/conversation_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "engine/json.h"

namespace app {
namespace {

using Json = nlohmann::ordered_json;

const char* stateName(MessageState state) {
  switch (state) {
    case MessageState::Complete:
      return "complete";
    case MessageState::Streaming:
      return "streaming";
    case MessageState::Stopped:
      return "stopped";
    case MessageState::Interrupted:
      return "interrupted";
    case MessageState::Failed:
      return "failed";
  }
  return "failed";
}

/// Stored JSON as a value; as a text where it is none.
Json embedded(const std::string& text) {
  if (text.empty()) return nullptr;
  const auto parsed = engine::parseJson(text);
  return parsed.ok()
             ? Json::parse(parsed->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), nullptr, false)
             : Json(text);
}

/// From the first message to the leaf.
std::vector<const Message*> branch(const Conversation& conversation, const std::vector<Message>& messages) {
  std::unordered_map<MessageId, const Message*> byId;
  for (const Message& message : messages) byId.emplace(message.id, &message);
  std::vector<const Message*> out;
  for (MessageId id = conversation.leaf; id != 0 && out.size() <= messages.size();) {
    const auto found = byId.find(id);
    if (found == byId.end()) break;
    out.push_back(found->second);
    id = found->second->parent;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

/// One line, so that it can be a heading.
std::string heading(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return text.empty() ? "Conversation" : text;
}

std::string quoted(const std::string& text) {
  std::string out = "> ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "> ";
  }
  return out + "\n";
}

std::string roleName(const std::string& role) {
  if (role == "user") return "User";
  return role == "assistant" ? "Assistant" : heading(role);
}

std::string escaped(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' ? ' ' : c;
    }
  }
  return out;
}

constexpr const char* kPage =
    "<!doctype html>\n<html>\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    "<title>{0}</title>\n<style>\nbody {{ max-width: 46em; margin: 2em auto; padding: 0 1em; font: 16px/1.6 Inter, "
    "sans-serif; }}\npre {{ white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; margin: 0; }}\n"
    ".user, .system {{ background: #f1f2f4; border-radius: 12px; padding: 0.6em 1em; }}\n"
    "h2 {{ font-size: 0.8em; color: #555c66; margin: 1.6em 0 0.4em; }}\n</style>\n</head>\n<body>\n<h1>{0}</h1>\n";

}  // namespace

std::string exportHtml(const Conversation& conversation, const std::vector<Message>& messages) {
  std::string out = fmt::format(kPage, escaped(heading(conversation.title)));
  if (!conversation.systemPrompt.empty()) {
    out += fmt::format("<pre class=\"system\">{}</pre>\n", escaped(conversation.systemPrompt));
  }
  for (const Message* message : branch(conversation, messages)) {
    out += fmt::format("<h2>{}</h2>\n", escaped(roleName(message->role)));
    if (!message->reasoning.empty()) {
      out += fmt::format("<details><summary>Reasoning</summary><pre>{}</pre></details>\n", escaped(message->reasoning));
    }
    out += fmt::format("<pre class=\"{}\">{}</pre>\n", message->role == "user" ? "user" : "assistant",
                       escaped(message->text));
    if (message->state != MessageState::Complete) out += fmt::format("<p>({})</p>\n", stateName(message->state));
  }
  return out + "</body>\n</html>\n";
}

std::string exportMarkdown(const Conversation& conversation, const std::vector<Message>& messages) {
  std::string out = fmt::format("# {}\n", heading(conversation.title));
  if (!conversation.systemPrompt.empty()) out += fmt::format("\n{}", quoted(conversation.systemPrompt));
  for (const Message* message : branch(conversation, messages)) {
    out += fmt::format("\n## {}\n\n", roleName(message->role));
    if (!message->reasoning.empty()) {
      out += fmt::format("<details><summary>Reasoning</summary>\n\n{}\n\n</details>\n\n", message->reasoning);
    }
    out += fmt::format("{}\n", message->text);
    if (message->state != MessageState::Complete) out += fmt::format("\n*({})*\n", stateName(message->state));
  }
  return out;
}

std::string exportJson(const Conversation& conversation, const std::vector<Message>& messages) {
  Json list = Json::array();
  for (const Message& message : messages) {
    list.push_back({{"id", message.id},
                    {"parent", message.parent},
                    {"role", message.role},
                    {"text", message.text},
                    {"reasoning", message.reasoning},
                    {"state", stateName(message.state)},
                    {"created_at", message.createdAt},
                    {"meta", embedded(message.metaJson)}});
  }
  const Json root = {{"format", "hearth-conversation"},
                     {"version", 1},
                     {"title", conversation.title},
                     {"created_at", conversation.createdAt},
                     {"updated_at", conversation.updatedAt},
                     {"pinned", conversation.pinned},
                     {"system_prompt", conversation.systemPrompt},
                     {"parameters", embedded(conversation.parametersJson)},
                     {"leaf", conversation.leaf},
                     {"messages", std::move(list)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace app
