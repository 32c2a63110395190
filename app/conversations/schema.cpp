#include "app/conversations/schema.h"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <array>

namespace app {
namespace {

constexpr const char* kTables = R"(
CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  title TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  pinned INTEGER NOT NULL,
  system_prompt TEXT NOT NULL,
  parameters TEXT NOT NULL,
  leaf INTEGER NOT NULL,
  removed_at INTEGER
);
CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  conversation INTEGER NOT NULL REFERENCES conversations(id),
  parent INTEGER NOT NULL,
  role TEXT NOT NULL,
  text TEXT NOT NULL,
  reasoning TEXT NOT NULL,
  state INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  meta TEXT NOT NULL
);
CREATE INDEX messages_of_conversation ON messages(conversation, id);
CREATE INDEX messages_streaming ON messages(id) WHERE state = 1;
)";

// A streaming message (state 1) changes every second: it enters the index when it is done.
constexpr const char* kSearch = R"(
CREATE VIRTUAL TABLE message_search USING fts5(text, content='messages', content_rowid='id', tokenize='trigram');
INSERT INTO message_search(rowid, text) SELECT id, text FROM messages WHERE state <> 1;
CREATE TRIGGER message_added AFTER INSERT ON messages WHEN new.state <> 1 BEGIN
  INSERT INTO message_search(rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER message_deleted AFTER DELETE ON messages WHEN old.state <> 1 BEGIN
  INSERT INTO message_search(message_search, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER message_left AFTER UPDATE OF text, state ON messages WHEN old.state <> 1 BEGIN
  INSERT INTO message_search(message_search, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER message_entered AFTER UPDATE OF text, state ON messages WHEN new.state <> 1 BEGIN
  INSERT INTO message_search(rowid, text) VALUES (new.id, new.text);
END;
)";

constexpr std::array kMigrations = {kTables, kSearch};

}  // namespace

std::span<const char* const> migrations() {
  return kMigrations;
}

engine::Result<void> migrate(SQLite::Database& database) {
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (application != kApplicationId && tables != 0) {
    return engine::Error{engine::ErrorCode::Unsupported,
                         fmt::format("{} is a database of another program", database.getFilename())};
  }
  const auto newest = static_cast<int>(kMigrations.size());
  if (version < 0 || version > newest) {
    return engine::Error{
        engine::ErrorCode::Unsupported,
        fmt::format("{} was written by a newer version of this program (format {}, this one knows {}): "
                    "update it, or move the file away",
                    database.getFilename(), version, newest)};
  }
  for (int step = version; step < newest; ++step) {
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    database.exec(kMigrations[static_cast<size_t>(step)]);
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    database.exec(fmt::format("PRAGMA user_version = {}", step + 1));
    transaction.commit();
  }
  return {};
}

}  // namespace app
