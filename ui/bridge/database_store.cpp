#include "ui/bridge/chat_store.h"

namespace ui {

namespace {

class DatabaseStore : public ChatStore {
 public:
  DatabaseStore(app::ConversationStore& store, Tasks& tasks) : m_store(store), m_tasks(tasks) {}

  bool kept() const override { return true; }
  void list(QObject* guard, Then<std::vector<app::Conversation>> then) override {
    m_store.list(home(guard, std::move(then)));
  }
  void create(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) override {
    m_store.create(std::move(conversation), home(guard, std::move(then)));
  }
  void update(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) override {
    m_store.update(std::move(conversation), home(guard, std::move(then)));
  }
  void remove(QObject* guard, app::ConversationId id, Then<bool> then) override {
    m_store.remove(id, home(guard, std::move(then)));
  }
  void restore(QObject* guard, app::ConversationId id, Then<bool> then) override {
    m_store.restore(id, home(guard, std::move(then)));
  }
  void insert(QObject* guard, app::Conversation conversation, std::vector<app::Message> messages,
              Then<app::Conversation> then) override {
    m_store.insert(std::move(conversation), std::move(messages), home(guard, std::move(then)));
  }
  void eraseMessages(QObject* guard, app::ConversationId id, std::vector<app::MessageId> messages, app::MessageId leaf,
                     Then<bool> then) override {
    m_store.eraseMessages(id, std::move(messages), leaf, home(guard, std::move(then)));
  }
  void restoreMessages(QObject* guard, std::vector<app::Message> messages, app::MessageId leaf,
                       Then<bool> then) override {
    m_store.restoreMessages(std::move(messages), leaf, home(guard, std::move(then)));
  }
  void messages(QObject* guard, app::ConversationId id, Then<std::vector<app::Message>> then) override {
    m_store.messages(id, home(guard, std::move(then)));
  }
  void append(QObject* guard, app::Message message, Then<app::Message> then) override {
    m_store.append(std::move(message), home(guard, std::move(then)));
  }
  void checkpoint(QObject* guard, app::Message message, Then<bool> then) override {
    m_store.checkpoint(std::move(message), home(guard, std::move(then)));
  }
  void search(QObject* guard, std::string query, size_t limit, Then<std::vector<app::SearchHit>> then) override {
    m_store.search(std::move(query), limit, home(guard, std::move(then)));
  }

 private:
  template <typename T>
  Then<T> home(QObject* guard, Then<T> then) {
    return m_tasks.onGui<engine::Result<T>>(guard, std::move(then));
  }

  app::ConversationStore& m_store;
  Tasks& m_tasks;
};

}  // namespace

std::unique_ptr<ChatStore> makeDatabaseStore(app::ConversationStore& store, Tasks& tasks) {
  return std::make_unique<DatabaseStore>(store, tasks);
}

}  // namespace ui
