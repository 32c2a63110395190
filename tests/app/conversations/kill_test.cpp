// Kills a writing program at random moments, again and again: what it had reported committed must be there.
// HEARTH_KILL_ROUNDS sets how often (60 unless it is set).
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "app/conversation_store.h"
#include "tests/app/conversations/crash_texts.h"

namespace {

namespace fs = std::filesystem;

/// What the writer said before it was killed.
struct Reported {
  bool opened = false;
  app::ConversationId conversation = 0;
  std::map<app::MessageId, int> sequences;    ///< of messages
  std::map<app::MessageId, int> checkpoints;  ///< last step
  std::map<app::MessageId, bool> erased;      ///< begun; true: done
  int title = 0;                              ///< last number
};

void readLine(const std::string& line, Reported& out) {
  std::istringstream words(line);
  std::string kind;
  int64_t id = 0;
  int number = 0;
  words >> kind >> id >> number;
  if (kind == "open") out.opened = true;
  if (kind == "conversation") out.conversation = id;
  if (kind == "message") out.sequences[id] = number;
  if (kind == "checkpoint") out.checkpoints[id] = number;
  if (kind == "title") out.title = number;
  if (kind == "erasing") out.erased[id] = false;
  if (kind == "erased") out.erased[id] = true;
}

/// Runs the writer, kills it after `delay` (counted from its first word, or from its start) and returns what it said.
Reported runAndKill(const fs::path& file, std::chrono::microseconds delay, bool fromStart) {
  int ends[2] = {};
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execl(CRASH_WRITER, CRASH_WRITER, file.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  Reported reported;
  std::string pending;
  std::thread killer;
  const auto killLater = [&] {
    killer = std::thread([child, delay] {
      std::this_thread::sleep_for(delay);
      kill(child, SIGKILL);
    });
  };
  if (fromStart) killLater();
  char buffer[4096];
  for (ssize_t count = 0; (count = read(ends[0], buffer, sizeof buffer)) > 0;) {
    if (!killer.joinable()) killLater();
    pending.append(buffer, static_cast<size_t>(count));
    for (size_t end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      readLine(pending.substr(0, end), reported);
      pending.erase(0, end + 1);
    }
  }
  close(ends[0]);
  if (killer.joinable()) killer.join();
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the writer ended by itself: " << status;
  return reported;
}

void expectKept(const fs::path& file, const Reported& reported) {
  auto store = app::ConversationStore::open(file);
  ASSERT_TRUE(store.ok()) << store.error().message;
  std::promise<engine::Result<std::vector<app::Message>>> promise;
  (*store)->messages(reported.conversation, [&](auto all) { promise.set_value(std::move(all)); });
  const auto all = promise.get_future().get();
  ASSERT_TRUE(all.ok()) << all.error().message;
  std::map<app::MessageId, app::Message> found;
  for (const app::Message& message : *all) {
    EXPECT_NE(message.state, app::MessageState::Streaming);
    found[message.id] = message;
  }
  for (const auto& [id, done] : reported.erased) EXPECT_FALSE(done && found.contains(id)) << id << " is back";
  const auto mayBeGone = [&](app::MessageId id) { return reported.erased.contains(id) && !found.contains(id); };
  for (const auto& [id, sequence] : reported.sequences) {
    if (mayBeGone(id)) continue;
    ASSERT_TRUE(found.contains(id)) << "message " << id << " was reported and is lost";
    EXPECT_EQ(sequence % 2 == 1 || found[id].text == testtext::question(sequence), true) << id;
  }
  for (const auto& [id, step] : reported.checkpoints) {
    if (mayBeGone(id)) continue;
    // The next step may have been committed without having been reported any more.
    const std::string text = found[id].text;
    EXPECT_TRUE(text == testtext::answer(id, step) || text == testtext::answer(id, step + 1)) << id << " " << step;
    EXPECT_EQ(found[id].state == app::MessageState::Complete, text == testtext::answer(id, 5));
  }
}

/// The title that was reported last, or the next one.
void expectTitle(const fs::path& file, const Reported& reported) {
  auto store = app::ConversationStore::open(file);
  ASSERT_TRUE(store.ok()) << store.error().message;
  std::promise<engine::Result<std::vector<app::Conversation>>> promise;
  (*store)->list([&](auto all) { promise.set_value(std::move(all)); });
  const auto all = promise.get_future().get();
  ASSERT_TRUE(all.ok()) << all.error().message;
  for (const app::Conversation& one : *all) {
    if (one.id != reported.conversation || reported.title == 0) continue;
    EXPECT_TRUE(one.title == "title " + std::to_string(reported.title) ||
                one.title == "title " + std::to_string(reported.title + 1))
        << one.title << " after " << reported.title;
  }
}

void expectSound(const fs::path& file) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
  EXPECT_NO_THROW(database.exec("INSERT INTO message_search(message_search, rank) VALUES ('integrity-check', 1)"));
}

TEST(KillTest, NothingReportedCommittedIsLost) {
  const char* wanted = std::getenv("HEARTH_KILL_ROUNDS");
  const int rounds = wanted != nullptr ? std::atoi(wanted) : 60;
  const fs::path folder = fs::path(testing::TempDir()) / ("kill_" + std::to_string(getpid()));
  fs::create_directories(folder);
  std::mt19937 random(std::random_device{}());
  size_t messages = 0;
  constexpr int kRoundsEachFile = 50;
  for (int round = 0; round < rounds && !testing::Test::HasFatalFailure(); ++round) {
    const fs::path file = folder / (std::to_string(round / kRoundsEachFile) + ".db");
    const bool fromStart = round % 5 == 4;
    const Reported reported = runAndKill(file, std::chrono::microseconds(random() % 150'000), fromStart);
    if (reported.conversation != 0) expectKept(file, reported);
    if (reported.conversation != 0) expectTitle(file, reported);
    if (fs::exists(file) && reported.opened) expectSound(file);
    messages += reported.sequences.size();
  }
  EXPECT_GT(messages, static_cast<size_t>(rounds) / 4) << "the writer hardly wrote before it was killed";
  RecordProperty("messages", static_cast<int>(messages));
  std::printf("%d rounds, %zu messages reported\n", rounds, messages);
  fs::remove_all(folder);
}

}  // namespace
