// What becomes of roles that a template may not know: behaviours.md 4.9.
#include <gtest/gtest.h>

#include "engine/templates/jinja_template.h"

namespace engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kPlainChat = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";
constexpr const char* kNoSystem =
    "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}";
constexpr const char* kFrontSystem =
    "{% if messages[0].role == 'system' %}<s>{{ messages[0].content }}{% endif %}"
    "{% for m in messages %}{% if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endif %}{% endfor %}";
constexpr const char* kTools =
    "{% if tools %}T{{ tools | tojson }}{% endif %}{% for m in messages %}<{{ m.role }}>{{ m.content }}"
    "{% for c in m.tool_calls or [] %}[{{ c.function.name }} {{ c.function.arguments.city }}{{ c.function.arguments | "
    "tojson }}]{% endfor %}{% endfor %}";

std::string render(const char* source, const ChatPrompt& prompt, std::string* context = nullptr) {
  const auto made = JinjaTemplate::create("t", source, {}, "", "");
  if (!made.ok()) return made.error().message;
  const Result<RenderedPrompt> result = made.value()->render(prompt);
  if (result.ok()) return result->text;
  if (context != nullptr) *context = result.error().context;
  return "error: " + result.error().message;
}

ChatPrompt prompt(std::vector<ChatMessage> messages) {
  ChatPrompt result;
  result.messages = std::move(messages);
  return result;
}

TEST(Normalise, LeadingSystemMessagesAreJoined) {
  EXPECT_EQ(render(kPlainChat, prompt({{"system", "a"}, {"developer", "b"}, {"user", "c"}})), "<system>a\n\nb<user>c");
  EXPECT_EQ(render(kPlainChat, prompt({{"user", "c"}, {"developer", "d"}, {"user", "e"}})), "<user>c<system>d<user>e");
}

TEST(Normalise, SystemMessagesThatWouldVanishAreRefused) {
  std::string context;
  EXPECT_NE(render(kNoSystem, prompt({{"system", "a"}, {"user", "b"}}), &context).find("no place for a system message"),
            std::string::npos);
  EXPECT_EQ(context, "messages[0].role");
  EXPECT_EQ(render(kFrontSystem, prompt({{"system", "a"}, {"user", "b"}})), "<s>a<user>b");
  EXPECT_NE(
      render(kFrontSystem, prompt({{"user", "b"}, {"system", "a"}, {"user", "c"}}), &context).find("put it in front"),
      std::string::npos);
  EXPECT_EQ(context, "messages[1].role");
}

TEST(Normalise, B44_TemplateSpeaksForItself) {
  const char* source =
      "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}x";
  std::string context;
  EXPECT_EQ(render(source, prompt({{"system", "a"}, {"user", "b"}}), &context), "error: System role not supported");
  EXPECT_EQ(context, "messages");
}

TEST(Normalise, BadRolesAndEmptyLists) {
  std::string context;
  EXPECT_NE(render(kPlainChat, prompt({{"user", "a"}, {"User", "b"}}), &context).find("'User'"), std::string::npos);
  EXPECT_EQ(context, "messages[1].role");
  EXPECT_NE(render(kPlainChat, prompt({}), &context).find("at least one"), std::string::npos);
  EXPECT_EQ(context, "messages");
}

ChatPrompt toolTurn() {
  ChatMessage call{"assistant", ""};
  call.toolCalls = Json::parse(
      R"([{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\": \"Rome\"}"}}])");
  ChatMessage result{"tool", "21"};
  result.toolCallId = "c1";
  ChatPrompt what = prompt({{"user", "q"}, call, result, {"user", "and?"}});
  what.tools = Json::parse(R"([{"type":"function","function":{"name":"weather","description":"d"}}])");
  return what;
}

TEST(Normalise, ToolsWhereTheTemplateHasThem) {
  EXPECT_EQ(
      render(kTools, toolTurn()),
      "T[{\"type\": \"function\", \"function\": {\"name\": \"weather\", \"description\": \"d\"}}]<user>q<assistant>"
      "[weather Rome{\"city\": \"Rome\"}]<tool>21<user>and?");
}

TEST(Normalise, ToolsInGenericForm) {
  EXPECT_EQ(
      render(kPlainChat, toolTurn()),
      "<system>You may call these tools. To call some, answer with nothing but JSON of this form: {\"tool_calls\": "
      "[{\"name\": …, \"arguments\": {…}}]}. Tools: "
      "[{\"type\":\"function\",\"function\":{\"name\":\"weather\",\"description\":\"d\"}}]<user>q<assistant>"
      "{\"tool_calls\":[{\"id\":\"c1\",\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}]}<user>"
      "{\"tool_response\":{\"tool_call_id\":\"c1\",\"content\":\"21\"}}\n\nand?");
}

TEST(Normalise, HostileArgumentsStayText) {
  ChatPrompt what = toolTurn();
  what.messages[1].toolCalls[0]["function"]["arguments"] = std::string(100'000, '[');
  EXPECT_NE(render(kPlainChat, what).find("[[[["), std::string::npos);
  what.messages[1].toolCalls = Json::parse("[1, null, {\"function\": 5}]");
  EXPECT_NE(render(kPlainChat, what).find("tool_calls"), std::string::npos);
}

TEST(Normalise, VariablesCannotReplaceWhatTheApiSets) {
  ChatPrompt what = prompt({{"user", "a"}});
  what.variables = {{"messages", "evil"}, {"raise_exception", "evil"}, {"bos_token", "evil"}, {"thinking", true}};
  what.bosToken = "<s>";
  EXPECT_EQ(render("{{ messages[0].content }}{{ raise_exception is callable }}{{ bos_token }}{{ thinking }}", what),
            "aTrue<s>True");
}

}  // namespace
}  // namespace engine
