// Where chats are kept, as view-models see it: every answer comes on the GUI thread, and only while `guard` lives.
#pragma once

#include <QObject>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/conversation_store.h"
#include "ui/bridge/tasks.h"

namespace ui {

class ChatStore {
 public:
  template <typename T>
  using Then = std::function<void(engine::Result<T>)>;

  virtual ~ChatStore() = default;
  /// False when chats live in memory alone and are gone with the program.
  virtual bool kept() const = 0;

  virtual void list(QObject* guard, Then<std::vector<app::Conversation>> then) = 0;
  virtual void create(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) = 0;
  virtual void update(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) = 0;
  virtual void remove(QObject* guard, app::ConversationId id, Then<bool> then) = 0;
  virtual void restore(QObject* guard, app::ConversationId id, Then<bool> then) = 0;
  /// As ConversationStore's of the same names.
  virtual void insert(QObject* guard, app::Conversation conversation, std::vector<app::Message> messages,
                      Then<app::Conversation> then) = 0;
  virtual void eraseMessages(QObject* guard, app::ConversationId id, std::vector<app::MessageId> messages,
                             app::MessageId leaf, Then<bool> then) = 0;
  virtual void restoreMessages(QObject* guard, std::vector<app::Message> messages, app::MessageId leaf,
                               Then<bool> then) = 0;
  virtual void messages(QObject* guard, app::ConversationId id, Then<std::vector<app::Message>> then) = 0;
  virtual void append(QObject* guard, app::Message message, Then<app::Message> then) = 0;
  virtual void checkpoint(QObject* guard, app::Message message, Then<bool> then) = 0;
  virtual void search(QObject* guard, std::string query, size_t limit, Then<std::vector<app::SearchHit>> then) = 0;
};

/// Over the database.
std::unique_ptr<ChatStore> makeDatabaseStore(app::ConversationStore& store, Tasks& tasks);
/// In memory, for when the database cannot be opened, and for tests. Answers come in a later turn of the event loop.
/// Ids of conversations begin above `firstId`.
std::unique_ptr<ChatStore> makeMemoryStore(Tasks& tasks, app::ConversationId firstId = 0);

}  // namespace ui
