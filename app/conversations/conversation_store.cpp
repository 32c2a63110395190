#include "app/conversation_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <new>

#include "app/conversation_export.h"
#include "app/conversations/conversation_rows.h"
#include "app/conversations/conversation_search.h"
#include "app/conversations/database_file.h"
#include "app/conversations/store_thread.h"

namespace app {
namespace {

using engine::Error;
using engine::ErrorCode;
using engine::Result;

constexpr int64_t kRemovedKeptMs = int64_t{7} * 24 * 3600 * 1000;

/// Runs work on the database; what it throws becomes an Error.
template <typename T, typename Work>
Result<T> guarded(const std::filesystem::path& file, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& failure) {
    return fromSqlite(failure, file);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "no memory left for the conversations"};
  } catch (const std::exception& failure) {
    return Error{ErrorCode::Internal, failure.what()};
  }
}

}  // namespace

struct ConversationStore::Impl {
  std::filesystem::path file;
  std::unique_ptr<SQLite::Database> database;
  StoreThread thread;  // last: it ends before the database closes

  template <typename T, typename Work>
  void post(Then<T> then, Work work) {
    thread.post([this, then = std::move(then), work = std::move(work)]() mutable {
      Result<T> outcome = guarded<T>(file, [&]() -> Result<T> { return work(*database); });
      if (then) then(std::move(outcome));
    });
  }
};

ConversationStore::ConversationStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
ConversationStore::~ConversationStore() = default;

Result<std::unique_ptr<ConversationStore>> ConversationStore::open(const std::filesystem::path& file) {
  using Store = std::unique_ptr<ConversationStore>;
  return guarded<Store>(file, [&]() -> Result<Store> {
    auto impl = std::make_unique<Impl>();
    impl->file = file;
    ENGINE_ASSIGN_OR_RETURN(impl->database, openDatabaseFile(file));
    interruptStreaming(*impl->database);
    purgeRemovedBefore(*impl->database, nowMs() - kRemovedKeptMs);
    return Store(new ConversationStore(std::move(impl)));
  });
}

void ConversationStore::list(Then<std::vector<Conversation>> then) {
  m_impl->post(std::move(then), [](SQLite::Database& database) { return listConversations(database); });
}

void ConversationStore::create(Conversation conversation, Then<Conversation> then) {
  m_impl->post(std::move(then), [conversation = std::move(conversation)](SQLite::Database& database) {
    return insertConversation(database, conversation);
  });
}

void ConversationStore::update(Conversation conversation, Then<Conversation> then) {
  m_impl->post(std::move(then), [conversation = std::move(conversation)](SQLite::Database& database) {
    return updateConversation(database, conversation);
  });
}

void ConversationStore::remove(ConversationId id, Then<bool> then) {
  m_impl->post(std::move(then), [id](SQLite::Database& database) { return setRemoved(database, id, true); });
}

void ConversationStore::restore(ConversationId id, Then<bool> then) {
  m_impl->post(std::move(then), [id](SQLite::Database& database) { return setRemoved(database, id, false); });
}

void ConversationStore::purge(ConversationId id, Then<bool> then) {
  m_impl->post(std::move(then), [id](SQLite::Database& database) { return purgeConversation(database, id); });
}

void ConversationStore::duplicate(ConversationId id, Then<Conversation> then) {
  m_impl->post(std::move(then), [id](SQLite::Database& database) { return duplicateConversation(database, id); });
}

void ConversationStore::insert(Conversation conversation, std::vector<Message> messages, Then<Conversation> then) {
  m_impl->post(std::move(then),
               [conversation = std::move(conversation), messages = std::move(messages)](SQLite::Database& database) {
                 return insertWhole(database, conversation, messages);
               });
}

void ConversationStore::eraseMessages(ConversationId id, std::vector<MessageId> messages, MessageId leaf,
                                      Then<bool> then) {
  m_impl->post(std::move(then), [id, messages = std::move(messages), leaf](SQLite::Database& database) {
    return app::eraseMessages(database, id, messages, leaf);
  });
}

void ConversationStore::restoreMessages(std::vector<Message> messages, MessageId leaf, Then<bool> then) {
  m_impl->post(std::move(then), [messages = std::move(messages), leaf](SQLite::Database& database) {
    return app::restoreMessages(database, messages, leaf);
  });
}

void ConversationStore::messages(ConversationId id, Then<std::vector<Message>> then) {
  m_impl->post(std::move(then), [id](SQLite::Database& database) { return messagesOf(database, id); });
}

void ConversationStore::append(Message message, Then<Message> then) {
  m_impl->post(std::move(then),
               [message = std::move(message)](SQLite::Database& database) { return appendMessage(database, message); });
}

void ConversationStore::checkpoint(Message message, Then<bool> then) {
  m_impl->post(std::move(then), [message = std::move(message)](SQLite::Database& database) {
    // Losing the last second of an answer to a power cut is cheaper than waiting for the disk every second.
    const bool streaming = message.state == MessageState::Streaming;
    if (streaming) database.exec("PRAGMA synchronous = NORMAL");
    const bool found = checkpointMessage(database, message);
    if (streaming) database.exec("PRAGMA synchronous = FULL");
    return found;
  });
}

void ConversationStore::search(std::string query, size_t limit, Then<std::vector<SearchHit>> then) {
  m_impl->post(std::move(then), [query = std::move(query), limit](SQLite::Database& database) {
    return searchConversations(database, query, limit);
  });
}

void ConversationStore::exportConversation(ConversationId id, std::string format, Then<std::string> then) {
  m_impl->post(std::move(then), [id, format = std::move(format)](SQLite::Database& database) -> Result<std::string> {
    if (format != "markdown" && format != "json" && format != "html") {
      return Error{ErrorCode::InvalidArgument, "conversations are exported as markdown, json or html", "format"};
    }
    const auto conversation = findConversation(database, id);
    if (!conversation) {
      return Error{ErrorCode::NotFound, "there is no conversation " + std::to_string(id), "conversation"};
    }
    const std::vector<Message> messages = messagesOf(database, id);
    return format == "json"   ? exportJson(*conversation, messages)
           : format == "html" ? exportHtml(*conversation, messages)
                              : exportMarkdown(*conversation, messages);
  });
}

void ConversationStore::flush() {
  m_impl->thread.flush();
}

}  // namespace app
