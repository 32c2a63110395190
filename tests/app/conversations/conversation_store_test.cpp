// The store of conversations: tree, search, export, removal, and files that are damaged, foreign or in use.
#include "app/conversation_store.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>

#include "app/conversations/conversation_search.h"
#include "app/conversations/schema.h"

namespace {

namespace fs = std::filesystem;
using app::Conversation;
using app::ConversationId;
using app::ConversationStore;
using app::Message;
using app::MessageState;
using app::SearchHit;
using engine::ErrorCode;
using engine::Result;

/// Waits for a call of the store: wait<T>([&](auto then) { store.call(..., then); }).
template <typename T, typename Call>
Result<T> wait(Call&& call) {
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  call([promise](Result<T> result) { promise->set_value(std::move(result)); });
  return future.get();
}

class ConversationStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    m_folder = fs::path(testing::TempDir()) / (std::string("store_") + info->name() + std::to_string(getpid()));
    fs::remove_all(m_folder);
    m_file = m_folder / "data" / "conversations.db";
  }
  void TearDown() override {
    m_store.reset();
    fs::remove_all(m_folder);
  }

  void open() {
    m_store.reset();
    auto store = ConversationStore::open(m_file);
    ASSERT_TRUE(store.ok()) << store.error().message;
    m_store = std::move(*store);
  }
  Conversation create(const std::string& title) {
    Conversation conversation;
    conversation.title = title;
    auto made = wait<Conversation>([&](auto then) { m_store->create(conversation, then); });
    EXPECT_TRUE(made.ok());
    return *made;
  }
  Message append(ConversationId id, app::MessageId parent, const std::string& role, const std::string& text,
                 MessageState state = MessageState::Complete) {
    Message message;
    message.conversation = id;
    message.parent = parent;
    message.role = role;
    message.text = text;
    message.state = state;
    auto made = wait<Message>([&](auto then) { m_store->append(message, then); });
    EXPECT_TRUE(made.ok()) << made.error().message;
    return made.ok() ? *made : message;
  }
  std::vector<Message> messages(ConversationId id) {
    return *wait<std::vector<Message>>([&](auto then) { m_store->messages(id, then); });
  }
  std::vector<Conversation> list() {
    return *wait<std::vector<Conversation>>([&](auto then) { m_store->list(then); });
  }
  std::vector<SearchHit> search(const std::string& query, size_t limit = 50) {
    return *wait<std::vector<SearchHit>>([&](auto then) { m_store->search(query, limit, then); });
  }
  std::string exported(ConversationId id, const std::string& format) {
    return *wait<std::string>([&](auto then) { m_store->exportConversation(id, format, then); });
  }
  bool checkpoint(const Message& message) {
    return *wait<bool>([&](auto then) { m_store->checkpoint(message, then); });
  }

  fs::path m_folder, m_file;
  std::unique_ptr<ConversationStore> m_store;
};

TEST_F(ConversationStoreTest, KeepsATreeOverRestarts) {
  open();
  Conversation conversation = create("First");
  const Message question = append(conversation.id, 0, "user", "Why?");
  const Message answer = append(conversation.id, question.id, "assistant", "Because.");
  const Message other = append(conversation.id, question.id, "assistant", "Why not?");
  EXPECT_EQ(list()[0].leaf, other.id);
  conversation = list()[0];
  conversation.title = "Renamed";
  conversation.pinned = true;
  conversation.systemPrompt = "Be brief.";
  conversation.parametersJson = R"({"temperature":0})";
  conversation.leaf = answer.id;
  EXPECT_TRUE(wait<Conversation>([&](auto then) { m_store->update(conversation, then); }).ok());
  open();
  const auto all = list();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].title, "Renamed");
  EXPECT_TRUE(all[0].pinned);
  EXPECT_EQ(all[0].systemPrompt, "Be brief.");
  EXPECT_EQ(all[0].parametersJson, R"({"temperature":0})");
  EXPECT_EQ(all[0].leaf, answer.id);
  const auto tree = messages(conversation.id);
  ASSERT_EQ(tree.size(), 3u);
  EXPECT_EQ(tree[0].parent, 0);
  EXPECT_EQ(tree[1].parent, question.id);
  EXPECT_EQ(tree[2].parent, question.id);
  EXPECT_EQ(tree[2].text, "Why not?");
  EXPECT_GT(tree[2].createdAt, 0);
}

TEST_F(ConversationStoreTest, ListsPinnedThenLastChanged) {
  open();
  const Conversation a = create("a"), b = create("b");
  Conversation c = create("c");
  c.pinned = true;
  EXPECT_TRUE(wait<Conversation>([&](auto then) { m_store->update(c, then); }).ok());
  append(b.id, 0, "user", "x");
  usleep(3000);
  append(a.id, 0, "user", "x");
  const auto all = list();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].id, c.id);
  EXPECT_EQ(all[1].id, a.id);
  EXPECT_EQ(all[2].id, b.id);
}

TEST_F(ConversationStoreTest, TurnsWhatWasStreamingIntoInterrupted) {
  open();
  const Conversation conversation = create("c");
  Message answer = append(conversation.id, 0, "assistant", "", MessageState::Streaming);
  answer.text = "Half of the ans";
  answer.reasoning = "hm";
  answer.metaJson = R"({"model":"m"})";
  EXPECT_TRUE(checkpoint(answer));
  EXPECT_TRUE(search("Half").empty()) << "not searched while it streams";
  open();
  const auto tree = messages(conversation.id);
  ASSERT_EQ(tree.size(), 1u);
  EXPECT_EQ(tree[0].state, MessageState::Interrupted);
  EXPECT_EQ(tree[0].text, "Half of the ans");
  EXPECT_EQ(tree[0].reasoning, "hm");
  EXPECT_EQ(tree[0].metaJson, R"({"model":"m"})");
  EXPECT_EQ(search("Half").size(), 1u);
  answer.id = 999;
  EXPECT_FALSE(checkpoint(answer));
}

TEST_F(ConversationStoreTest, RemovesRestoresAndPurges) {
  open();
  const Conversation kept = create("kept"), gone = create("gone");
  append(gone.id, 0, "user", "needle in it");
  EXPECT_TRUE(*wait<bool>([&](auto then) { m_store->remove(gone.id, then); }));
  EXPECT_FALSE(*wait<bool>([&](auto then) { m_store->remove(gone.id, then); }));
  EXPECT_EQ(list().size(), 1u);
  EXPECT_TRUE(search("needle").empty());
  EXPECT_FALSE(wait<Message>([&](auto then) {
                 Message message;
                 message.conversation = gone.id;
                 m_store->append(message, then);
               }).ok());
  EXPECT_TRUE(*wait<bool>([&](auto then) { m_store->restore(gone.id, then); }));
  EXPECT_EQ(search("needle").size(), 1u);
  EXPECT_TRUE(*wait<bool>([&](auto then) { m_store->purge(gone.id, then); }));
  EXPECT_FALSE(*wait<bool>([&](auto then) { m_store->restore(gone.id, then); }));
  EXPECT_TRUE(messages(gone.id).empty());
  EXPECT_TRUE(search("needle").empty());
  EXPECT_EQ(list()[0].id, kept.id);
}

TEST_F(ConversationStoreTest, PurgesWhatWasRemovedAWeekAgo) {
  open();
  const Conversation old = create("old"), recent = create("recent");
  for (const ConversationId id : {old.id, recent.id}) {
    EXPECT_TRUE(*wait<bool>([&](auto then) { m_store->remove(id, then); }));
  }
  m_store.reset();
  {
    SQLite::Database database(m_file.string(), SQLite::OPEN_READWRITE);
    database.exec("UPDATE conversations SET removed_at = removed_at - 8 * 86400000 WHERE id = " +
                  std::to_string(old.id));
  }
  open();
  EXPECT_FALSE(*wait<bool>([&](auto then) { m_store->restore(old.id, then); }));
  EXPECT_TRUE(*wait<bool>([&](auto then) { m_store->restore(recent.id, then); }));
}

TEST_F(ConversationStoreTest, DuplicatesTheWholeTree) {
  open();
  Conversation source = create("source");
  const Message question = append(source.id, 0, "user", "q");
  const Message first = append(source.id, question.id, "assistant", "a1");
  append(source.id, question.id, "assistant", "a2");
  source = list()[0];
  source.leaf = first.id;
  EXPECT_TRUE(wait<Conversation>([&](auto then) { m_store->update(source, then); }).ok());
  const auto copy = wait<Conversation>([&](auto then) { m_store->duplicate(source.id, then); });
  ASSERT_TRUE(copy.ok());
  EXPECT_NE(copy->id, source.id);
  const auto tree = messages(copy->id);
  ASSERT_EQ(tree.size(), 3u);
  EXPECT_EQ(tree[1].parent, tree[0].id);
  EXPECT_EQ(tree[2].parent, tree[0].id);
  EXPECT_EQ(copy->leaf, tree[1].id);
  EXPECT_EQ(messages(source.id).size(), 3u);
  EXPECT_EQ(search("a1").size(), 2u);
}

TEST_F(ConversationStoreTest, RefusesWhatDoesNotFitTogether) {
  open();
  const Conversation a = create("a"), b = create("b");
  const Message inA = append(a.id, 0, "user", "x");
  Message wrong;
  wrong.conversation = b.id;
  wrong.parent = inA.id;
  const auto badParent = wait<Message>([&](auto then) { m_store->append(wrong, then); });
  ASSERT_FALSE(badParent.ok());
  EXPECT_EQ(badParent.error().code, ErrorCode::InvalidArgument);
  wrong.conversation = 99;
  EXPECT_EQ(wait<Message>([&](auto then) { m_store->append(wrong, then); }).error().code, ErrorCode::NotFound);
  Conversation badLeaf = b;
  badLeaf.leaf = inA.id;
  EXPECT_FALSE(wait<Conversation>([&](auto then) { m_store->update(badLeaf, then); }).ok());
  const auto format = wait<std::string>([&](auto then) { m_store->exportConversation(a.id, "rtf", then); });
  EXPECT_EQ(format.error().code, ErrorCode::InvalidArgument);
}

TEST_F(ConversationStoreTest, FindsWordsAnywhereInAnyScript) {
  open();
  const Conversation cooking = create("Cooking at home"), travel = create("旅行の計画");
  const Message soup = append(cooking.id, 0, "user", "How long does tomato soup keep in the fridge?");
  append(travel.id, 0, "user", "今天天气很好，我们去公园散步。");
  const Message czech = append(travel.id, 0, "assistant", "Příliš ŽLUŤOUČKÝ kůň; quotes \"inside\" and 100%_x");
  const auto ids = [&](const std::string& query) {
    std::vector<app::MessageId> out;
    for (const SearchHit& hit : search(query)) out.push_back(hit.message);
    return out;
  };
  using Ids = std::vector<app::MessageId>;
  EXPECT_EQ(ids("TOMATO fridge"), Ids{soup.id});
  EXPECT_EQ(ids("toma"), Ids{soup.id});
  EXPECT_EQ(ids("tomato winter"), Ids{});
  EXPECT_EQ(ids("so in"), Ids{soup.id}) << "words too short for the index";
  EXPECT_EQ(ids("tomato in"), Ids{soup.id}) << "one for the index, one too short";
  EXPECT_EQ(ids("公园散步").size(), 1u);
  EXPECT_EQ(ids("公园").size(), 1u);
  EXPECT_EQ(ids("公").size(), 1u);
  EXPECT_EQ(ids("žluťoučký"), Ids{czech.id});
  EXPECT_EQ(ids("\"inside\""), Ids{czech.id});
  EXPECT_EQ(ids("100%_x"), Ids{czech.id});
  EXPECT_EQ(ids("100%_y"), Ids{});
  EXPECT_EQ(ids("cooking"), Ids{0}) << "a title";
  EXPECT_EQ(ids("計画"), Ids{0});
  EXPECT_EQ(ids(""), Ids{});
  EXPECT_EQ(ids(" \n"), Ids{});
  for (const char* odd : {"\"", "AND", "NOT (", "a* OR", "col:umn", "\xFF\xFE", "^x", "---", "''"}) search(odd);
  const auto hits = search("soup");
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].title, "Cooking at home");
  EXPECT_EQ(hits[0].snippet, "How long does tomato \x02soup\x03 keep in the fridge?");
}

TEST_F(ConversationStoreTest, FindsNewestConversationsFirstAndStopsAtTheLimit) {
  open();
  std::vector<ConversationId> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(create("c").id);
    append(made.back(), 0, "user", "the same word");
    append(made.back(), 0, "user", "the same word again");
    usleep(2000);
  }
  const auto hits = search("same", 4);
  ASSERT_EQ(hits.size(), 4u);
  EXPECT_EQ(hits[0].conversation, made[4]);
  EXPECT_EQ(hits[1].conversation, made[4]);
  EXPECT_EQ(hits[2].conversation, made[3]);
  EXPECT_EQ(search("same").size(), 10u);
}

TEST(ConversationSearchTest, SnippetsShowTheMatchInOneLine) {
  const auto words = app::searchWords("needle");
  const std::string text = std::string(500, 'x') + "\nneedle\n" + std::string(500, 'y');
  const std::string snippet = app::makeSnippet(text, words);
  EXPECT_NE(snippet.find("\x02needle\x03"), std::string::npos);
  EXPECT_EQ(snippet.find('\n'), std::string::npos);
  EXPECT_LT(snippet.size(), 200u);
  EXPECT_TRUE(snippet.starts_with("\u2026"));
  EXPECT_TRUE(snippet.ends_with("\u2026"));
}

TEST_F(ConversationStoreTest, ExportsTheBranchAsMarkdownAndAllAsJson) {
  open();
  Conversation conversation = create("About\nsoup");
  conversation.systemPrompt = "Be kind.\nAlways.";
  EXPECT_TRUE(wait<Conversation>([&](auto then) { m_store->update(conversation, then); }).ok());
  const Message question = append(conversation.id, 0, "user", "Soup?");
  append(conversation.id, question.id, "assistant", "Not this.");
  append(conversation.id, question.id, "assistant", "Yes \xFF.", MessageState::Stopped);
  EXPECT_EQ(exported(conversation.id, "markdown"),
            "# About soup\n\n> Be kind.\n> Always.\n\n## User\n\nSoup?\n\n## Assistant\n\nYes \xFF.\n\n*(stopped)*\n");
  const auto json = nlohmann::json::parse(exported(conversation.id, "json"));
  EXPECT_EQ(json["format"], "hearth-conversation");
  ASSERT_EQ(json["messages"].size(), 3u);
  EXPECT_EQ(json["messages"][1]["text"], "Not this.");
  EXPECT_EQ(json["messages"][2]["text"], "Yes \uFFFD.");
  EXPECT_EQ(json["messages"][2]["parent"], json["messages"][0]["id"]);
}

TEST_F(ConversationStoreTest, IsItsOwnersAlone) {
  const mode_t before = umask(0);
  open();
  append(create("c").id, 0, "user", "secret");
  umask(before);
  for (const auto& entry : fs::directory_iterator(m_file.parent_path())) {
    struct stat status {};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
  }
  m_store.reset();
  ASSERT_EQ(chmod(m_file.c_str(), 0644), 0);
  open();
  struct stat status {};
  ASSERT_EQ(stat(m_file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(ConversationStoreTest, OpensOnceAtATime) {
  open();
  const auto second = ConversationStore::open(m_file);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Unavailable) << second.error().message;
  EXPECT_GT(create("still works").id, 0);
}

TEST_F(ConversationStoreTest, MovesADamagedFileAside) {
  fs::create_directories(m_file.parent_path());
  for (int round = 0; round < 2; ++round) {
    std::ofstream(m_file) << "this is no database, but somebody's text, and long enough to have a header";
    const auto damaged = ConversationStore::open(m_file);
    ASSERT_FALSE(damaged.ok());
    EXPECT_EQ(damaged.error().code, ErrorCode::Damaged);
    EXPECT_FALSE(fs::exists(m_file));
  }
  size_t aside = 0;
  for (const auto& entry : fs::directory_iterator(m_file.parent_path())) {
    aside += entry.path().filename().string().find(".damaged-") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(aside, 2u) << "neither overwrote the other";
  open();
  EXPECT_TRUE(list().empty());
}

TEST_F(ConversationStoreTest, FindsDamageInsideTheFile) {
  open();
  const Conversation conversation = create("c");
  for (int i = 0; i < 50; ++i) append(conversation.id, 0, "user", std::string(2000, 'a'));
  m_store.reset();
  {
    std::fstream file(m_file, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 1; page < 20; ++page) {
      file.seekp(page * 4096);
      file << std::string(1000, '\xFF');
    }
  }
  const auto damaged = ConversationStore::open(m_file);
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, ErrorCode::Damaged) << damaged.error().message;
  EXPECT_NE(damaged.error().message.find(".damaged-"), std::string::npos);
}

TEST_F(ConversationStoreTest, LeavesForeignAndNewerDatabasesAlone) {
  fs::create_directories(m_file.parent_path());
  {
    SQLite::Database foreign(m_file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    foreign.exec("CREATE TABLE things (a)");
  }
  EXPECT_EQ(ConversationStore::open(m_file).error().code, ErrorCode::Unsupported);
  EXPECT_TRUE(fs::exists(m_file));
  fs::remove(m_file);
  open();
  create("kept");
  m_store.reset();
  {
    SQLite::Database newer(m_file.string(), SQLite::OPEN_READWRITE);
    newer.exec("PRAGMA user_version = 99");
  }
  const auto refused = ConversationStore::open(m_file);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Unsupported);
  EXPECT_NE(refused.error().message.find("99"), std::string::npos);
  {
    SQLite::Database again(m_file.string(), SQLite::OPEN_READWRITE);
    again.exec("PRAGMA user_version = " + std::to_string(app::migrations().size()));
  }
  open();
  EXPECT_EQ(list().size(), 1u);
}

TEST_F(ConversationStoreTest, BringsOlderDatabasesUpToDate) {
  fs::create_directories(m_file.parent_path());
  for (size_t version = 1; version < app::migrations().size(); ++version) {
    fs::remove(m_file);
    {
      SQLite::Database old(m_file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      for (size_t step = 0; step < version; ++step) old.exec(app::migrations()[step]);
      old.exec("PRAGMA application_id = " + std::to_string(app::kApplicationId));
      old.exec("PRAGMA user_version = " + std::to_string(version));
      old.exec("INSERT INTO conversations VALUES (1, 'old', 1, 1, 0, '', '', 1, NULL)");
      old.exec("INSERT INTO messages VALUES (1, 1, 0, 'user', 'written long ago', '', 0, 1, '')");
    }
    open();
    ASSERT_EQ(list().size(), 1u);
    EXPECT_EQ(search("written").size(), 1u) << "from version " << version;
    m_store.reset();
  }
}

TEST_F(ConversationStoreTest, FlushWaitsForEverythingBefore) {
  open();
  const Conversation conversation = create("c");
  std::atomic<int> done = 0;
  for (int i = 0; i < 50; ++i) {
    Message message;
    message.conversation = conversation.id;
    message.role = "user";
    m_store->append(message, [&](const Result<Message>& result) { done += result.ok() ? 1 : 0; });
  }
  m_store->flush();
  EXPECT_EQ(done, 50);
}

}  // namespace
