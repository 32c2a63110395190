#include <QDateTime>
#include <QString>
#include <algorithm>
#include <map>

#include "ui/bridge/chat_store.h"

namespace ui {

namespace {

engine::Error missing() {
  return {engine::ErrorCode::NotFound, "This conversation is not there any more."};
}

class MemoryStore : public ChatStore {
 public:
  explicit MemoryStore(Tasks& tasks) : m_tasks(tasks) {}

  bool kept() const override { return false; }

  void list(QObject* guard, Then<std::vector<app::Conversation>> then) override {
    std::vector<app::Conversation> all;
    for (const auto& [id, entry] : m_entries) {
      if (!entry.removed) all.push_back(entry.conversation);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.updatedAt > b.updatedAt; });
    answer<std::vector<app::Conversation>>(guard, std::move(then), std::move(all));
  }

  void create(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) override {
    conversation.id = ++m_lastConversation;
    conversation.createdAt = conversation.updatedAt = now();
    m_entries[conversation.id].conversation = conversation;
    answer<app::Conversation>(guard, std::move(then), std::move(conversation));
  }

  void update(QObject* guard, app::Conversation conversation, Then<app::Conversation> then) override {
    const auto entry = m_entries.find(conversation.id);
    if (entry == m_entries.end()) return answer<app::Conversation>(guard, std::move(then), missing());
    conversation.updatedAt = entry->second.conversation.updatedAt;
    entry->second.conversation = conversation;
    answer<app::Conversation>(guard, std::move(then), std::move(conversation));
  }

  void remove(QObject* guard, app::ConversationId id, Then<bool> then) override {
    setRemoved(guard, id, true, std::move(then));
  }
  void restore(QObject* guard, app::ConversationId id, Then<bool> then) override {
    setRemoved(guard, id, false, std::move(then));
  }

  void messages(QObject* guard, app::ConversationId id, Then<std::vector<app::Message>> then) override {
    const auto entry = m_entries.find(id);
    if (entry == m_entries.end()) return answer<std::vector<app::Message>>(guard, std::move(then), missing());
    answer<std::vector<app::Message>>(guard, std::move(then), entry->second.messages);
  }

  void append(QObject* guard, app::Message message, Then<app::Message> then) override {
    const auto entry = m_entries.find(message.conversation);
    if (entry == m_entries.end()) return answer<app::Message>(guard, std::move(then), missing());
    message.id = ++m_lastMessage;
    message.createdAt = now();
    entry->second.messages.push_back(message);
    entry->second.conversation.leaf = message.id;
    entry->second.conversation.updatedAt = message.createdAt;
    answer<app::Message>(guard, std::move(then), std::move(message));
  }

  void checkpoint(QObject* guard, app::Message message, Then<bool> then) override {
    const auto entry = m_entries.find(message.conversation);
    if (entry == m_entries.end()) return answer<bool>(guard, std::move(then), missing());
    for (app::Message& kept : entry->second.messages) {
      if (kept.id == message.id) kept = message;
    }
    answer<bool>(guard, std::move(then), true);
  }

  void search(QObject* guard, std::string query, size_t limit, Then<std::vector<app::SearchHit>> then) override {
    std::vector<app::SearchHit> hits;
    const QString wanted = QString::fromStdString(query);
    for (const auto& [id, entry] : m_entries) {
      if (entry.removed || hits.size() >= limit) continue;
      if (QString::fromStdString(entry.conversation.title).contains(wanted, Qt::CaseInsensitive)) {
        hits.push_back({id, 0, entry.conversation.title, {}});
        continue;
      }
      for (const app::Message& message : entry.messages) {
        const QString text = QString::fromStdString(message.text);
        const qsizetype at = text.indexOf(wanted, 0, Qt::CaseInsensitive);
        if (at < 0) continue;
        const QString snippet = text.mid(std::max<qsizetype>(0, at - 30), 80);
        hits.push_back({id, message.id, entry.conversation.title, snippet.toStdString()});
        break;
      }
    }
    answer<std::vector<app::SearchHit>>(guard, std::move(then), std::move(hits));
  }

 private:
  struct Entry {
    app::Conversation conversation;
    std::vector<app::Message> messages;
    bool removed = false;
  };

  static int64_t now() { return QDateTime::currentMSecsSinceEpoch(); }

  template <typename T>
  void answer(QObject* guard, Then<T> then, engine::Result<T> result) {
    m_tasks.onGui<engine::Result<T>>(guard, std::move(then))(std::move(result));
  }

  void setRemoved(QObject* guard, app::ConversationId id, bool removed, Then<bool> then) {
    const auto entry = m_entries.find(id);
    if (entry == m_entries.end()) return answer<bool>(guard, std::move(then), missing());
    entry->second.removed = removed;
    answer<bool>(guard, std::move(then), true);
  }

  Tasks& m_tasks;
  std::map<app::ConversationId, Entry> m_entries;
  app::ConversationId m_lastConversation = 0;
  app::MessageId m_lastMessage = 0;
};

}  // namespace

std::unique_ptr<ChatStore> makeMemoryStore(Tasks& tasks) {
  return std::make_unique<MemoryStore>(tasks);
}

}  // namespace ui
