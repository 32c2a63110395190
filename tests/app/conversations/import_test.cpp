// Exports of other programs and our own, read; whole conversations stored, messages taken out and put back.
#include <gtest/gtest.h>

#include <future>

#include "app/conversation_export.h"
#include "app/conversation_import.h"
#include "tests/support/temp_folder.h"

namespace {

using app::Conversation;
using app::importConversations;
using app::Message;

constexpr const char* kChatGpt = R"json([{"title": "Greeting", "create_time": 1700000000.5, "update_time": 1700000100,
  "current_node": "d", "mapping": {
    "root": {"id": "root", "message": null, "parent": null, "children": ["s"]},
    "s": {"message": {"author": {"role": "system"}, "content": {"content_type": "text", "parts": [""]}}, "parent": "root",
          "children": ["a"]},
    "a": {"message": {"author": {"role": "user"}, "create_time": 1700000001, "content": {"content_type": "text",
          "parts": ["Hello", {"image": 1}]}}, "parent": "s", "children": ["b", "c"]},
    "b": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "text", "parts": ["Hi"]}},
          "parent": "a", "children": []},
    "c": {"message": {"author": {"role": "tool"}, "content": {"content_type": "text", "parts": ["x"]}}, "parent": "a",
          "children": ["d"]},
    "d": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "code", "text": "print(1)"}},
          "parent": "c", "children": []}}}, {"title": "empty", "mapping": {}}])json";

constexpr const char* kLmStudio = R"json({"name": "Tea", "pinned": true, "createdAt": 1700000000000,
  "systemPrompt": "brief", "messages": [
    {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": "Which tea?"}]}],
     "currentlySelected": 0},
    {"versions": [
      {"type": "multiStep", "role": "assistant", "steps": [{"type": "contentBlock", "content": [{"type": "text",
       "text": "Green."}]}]},
      {"type": "multiStep", "role": "assistant", "steps": [
        {"type": "contentBlock", "style": {"type": "thinking"}, "content": [{"type": "text", "text": "hm"}]},
        {"type": "contentBlock", "content": [{"type": "text", "text": "Black."}]}]}],
     "currentlySelected": 1}]})json";

TEST(ConversationImport, ReadsChatGpt) {
  const auto all = importConversations(kChatGpt);
  ASSERT_TRUE(all.ok()) << all.error().message;
  ASSERT_EQ(all->size(), 1u);
  const app::ImportedConversation& one = all->front();
  EXPECT_EQ(one.conversation.title, "Greeting");
  EXPECT_EQ(one.conversation.createdAt, 1700000000500);
  ASSERT_EQ(one.messages.size(), 3u);
  EXPECT_EQ(one.messages[0].text, "Hello");
  EXPECT_EQ(one.messages[0].parent, 0);
  EXPECT_EQ(one.messages[1].text, "Hi");
  EXPECT_EQ(one.messages[2].text, "```\nprint(1)\n```");
  EXPECT_EQ(one.messages[2].parent, one.messages[0].id);
  EXPECT_EQ(one.conversation.leaf, one.messages[2].id);
}

TEST(ConversationImport, ReadsLmStudio) {
  const auto all = importConversations(kLmStudio);
  ASSERT_TRUE(all.ok()) << all.error().message;
  const app::ImportedConversation& one = all->front();
  EXPECT_EQ(one.conversation.title, "Tea");
  EXPECT_EQ(one.conversation.systemPrompt, "brief");
  EXPECT_TRUE(one.conversation.pinned);
  ASSERT_EQ(one.messages.size(), 3u);
  EXPECT_EQ(one.messages[2].text, "Black.");
  EXPECT_EQ(one.messages[2].reasoning, "hm");
  EXPECT_EQ(one.messages[1].parent, one.messages[2].parent);
  EXPECT_EQ(one.conversation.leaf, one.messages[2].id);
}

TEST(ConversationImport, ReadsOurOwn) {
  Conversation conversation;
  conversation.title = "Ours";
  conversation.systemPrompt = "s";
  conversation.parametersJson = R"({"top_k":3})";
  conversation.createdAt = conversation.updatedAt = 1700000000000;
  conversation.leaf = 9;
  Message question, answer;
  question.id = 7;
  question.role = "user";
  question.text = "q";
  answer.id = 9;
  answer.parent = 7;
  answer.role = "assistant";
  answer.text = "a";
  answer.reasoning = "r";
  const auto all = importConversations(app::exportJson(conversation, {question, answer}));
  ASSERT_TRUE(all.ok()) << all.error().message;
  const app::ImportedConversation& one = all->front();
  EXPECT_EQ(one.conversation.title, "Ours");
  EXPECT_EQ(one.conversation.systemPrompt, "s");
  EXPECT_EQ(one.conversation.parametersJson, R"({"top_k":3})");
  ASSERT_EQ(one.messages.size(), 2u);
  EXPECT_EQ(one.messages[1].parent, one.messages[0].id);
  EXPECT_EQ(one.messages[1].reasoning, "r");
  EXPECT_EQ(one.conversation.leaf, one.messages[1].id);
}

TEST(ConversationImport, HostileFilesAreRefusedOrHarmless) {
  for (const char* text :
       {"", "{", "[]", "null", "7", "{\"mapping\": 3}", "{\"messages\": {}}", "[[[[]]]]",
        "{\"messages\": [1, null, {\"versions\": [[]]}]}", "{\"mapping\": {\"a\": {\"children\": [\"a\"]}}}"}) {
    EXPECT_FALSE(importConversations(text).ok()) << text;
  }
  EXPECT_FALSE(importConversations(std::string(100000, '[')).ok());
  // A circle of nodes is walked once.
  const auto circle = importConversations(
      R"([{"mapping": {"r": {"parent": null, "children": ["a"]}, "a": {"parent": "r", "children": ["r", "a"],
          "message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}}}])");
  ASSERT_TRUE(circle.ok());
  EXPECT_EQ(circle->front().messages.size(), 1u);
}

TEST(ConversationImport, HtmlIsEscaped) {
  Conversation conversation;
  conversation.title = "<script>";
  conversation.leaf = 1;
  Message message;
  message.id = 1;
  message.role = "user";
  message.text = "<img src=x onerror=\"alert(1)\"> & more";
  const std::string page = app::exportHtml(conversation, {message});
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; more"), std::string::npos);
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
}

template <typename T, typename Call>
engine::Result<T> wait(Call call) {
  std::promise<engine::Result<T>> promise;
  call([&promise](engine::Result<T> outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

TEST(ConversationImport, WholeConversationsAndErasedMessagesInTheStore) {
  engine::testing::TempFolder folder;
  auto opened = app::ConversationStore::open(folder.path() / "chats.sqlite");
  ASSERT_TRUE(opened.ok());
  app::ConversationStore& store = **opened;
  auto imported = importConversations(kLmStudio);
  ASSERT_TRUE(imported.ok());
  const auto made = wait<Conversation>(
      [&](auto then) { store.insert(imported->front().conversation, imported->front().messages, then); });
  ASSERT_TRUE(made.ok());
  const auto messages = [&] { return *wait<std::vector<Message>>([&](auto then) { store.messages(made->id, then); }); };
  const std::vector<Message> before = messages();
  ASSERT_EQ(before.size(), 3u);
  EXPECT_EQ(made->leaf, before[2].id);
  EXPECT_EQ(before[2].parent, before[0].id);
  ASSERT_TRUE(*wait<bool>([&](auto then) { store.eraseMessages(made->id, {before[2].id}, before[1].id, then); }));
  EXPECT_EQ(messages().size(), 2u);
  const auto hits = [&](const char* query) {
    return wait<std::vector<app::SearchHit>>([&](auto then) { store.search(query, 10, then); })->size();
  };
  EXPECT_EQ(hits("Black"), 0u);
  EXPECT_FALSE(*wait<bool>([&](auto then) { store.eraseMessages(made->id, {before[2].id}, before[1].id, then); }));
  ASSERT_TRUE(*wait<bool>([&](auto then) { store.restoreMessages({before[2]}, before[2].id, then); }));
  const std::vector<Message> after = messages();
  ASSERT_EQ(after.size(), 3u);
  EXPECT_EQ(after[2].id, before[2].id);
  EXPECT_EQ(after[2].reasoning, "hm");
  EXPECT_EQ(hits("Black"), 1u);
  EXPECT_EQ(wait<std::vector<Conversation>>([&](auto then) { store.list(then); })->front().leaf, before[2].id);
}

}  // namespace
