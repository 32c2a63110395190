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
  MemoryStore(Tasks& tasks, app::ConversationId firstId) : m_tasks(tasks), m_lastConversation(firstId) {}

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

  void insert(QObject* guard, app::Conversation conversation, std::vector<app::Message> messages,
              Then<app::Conversation> then) override {
    const app::MessageId oldLeaf = conversation.leaf;
    conversation.id = ++m_lastConversation;
    if (conversation.createdAt == 0) conversation.createdAt = now();
    if (conversation.updatedAt == 0) conversation.updatedAt = conversation.createdAt;
    std::map<app::MessageId, app::MessageId> names{{0, 0}};
    for (app::Message& message : messages) {
      const app::MessageId old = std::exchange(message.id, ++m_lastMessage);
      message.conversation = conversation.id;
      message.parent = names.contains(message.parent) ? names[message.parent] : 0;
      names[old] = message.id;
    }
    conversation.leaf = names.contains(oldLeaf) ? names[oldLeaf] : 0;
    m_entries[conversation.id] = {conversation, std::move(messages), false};
    answer<app::Conversation>(guard, std::move(then), std::move(conversation));
  }

  void eraseMessages(QObject* guard, app::ConversationId id, std::vector<app::MessageId> messages, app::MessageId leaf,
                     Then<bool> then) override {
    const auto entry = m_entries.find(id);
    if (entry == m_entries.end()) return answer<bool>(guard, std::move(then), missing());
    const auto erased = std::erase_if(entry->second.messages, [&](const app::Message& one) {
      return std::find(messages.begin(), messages.end(), one.id) != messages.end();
    });
    entry->second.conversation.leaf = leaf;
    answer<bool>(guard, std::move(then), erased > 0);
  }

  void restoreMessages(QObject* guard, std::vector<app::Message> messages, app::MessageId leaf,
                       Then<bool> then) override {
    const auto entry = messages.empty() ? m_entries.end() : m_entries.find(messages.front().conversation);
    if (entry == m_entries.end()) return answer<bool>(guard, std::move(then), missing());
    for (app::Message& message : messages) entry->second.messages.push_back(std::move(message));
    entry->second.conversation.leaf = leaf;
    answer<bool>(guard, std::move(then), true);
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
  app::ConversationId m_lastConversation;
  app::MessageId m_lastMessage = 0;
};

}  // namespace

std::unique_ptr<ChatStore> makeMemoryStore(Tasks& tasks, app::ConversationId firstId) {
  return std::make_unique<MemoryStore>(tasks, firstId);
}

}  // namespace ui
