#include "app/conversations/conversation_rows.h"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <chrono>
#include <unordered_map>

namespace app {
namespace {

using engine::Error;
using engine::ErrorCode;

constexpr const char* kConversationColumns =
    "id, title, created_at, updated_at, pinned, system_prompt, parameters, leaf";

Conversation readConversation(SQLite::Statement& row) {
  Conversation out;
  out.id = row.getColumn(0).getInt64();
  out.title = row.getColumn(1).getString();
  out.createdAt = row.getColumn(2).getInt64();
  out.updatedAt = row.getColumn(3).getInt64();
  out.pinned = row.getColumn(4).getInt() != 0;
  out.systemPrompt = row.getColumn(5).getString();
  out.parametersJson = row.getColumn(6).getString();
  out.leaf = row.getColumn(7).getInt64();
  return out;
}

MessageState stateOf(int number) {
  const bool known = number >= 0 && number <= static_cast<int>(MessageState::Failed);
  return known ? static_cast<MessageState>(number) : MessageState::Failed;
}

bool isMessageOf(SQLite::Database& database, MessageId message, ConversationId conversation) {
  SQLite::Statement query(database, "SELECT 1 FROM messages WHERE id = ? AND conversation = ?");
  query.bind(1, static_cast<int64_t>(message));
  query.bind(2, static_cast<int64_t>(conversation));
  return query.executeStep();
}

Error noConversation(ConversationId id) {
  return {ErrorCode::NotFound, fmt::format("there is no conversation {}", id), "conversation"};
}

/// Under a new id, or under `id`.
MessageId insertMessage(SQLite::Database& database, const Message& message, MessageId id = 0) {
  SQLite::Statement insert(
      database,
      "INSERT INTO messages (conversation, parent, role, text, reasoning, state, created_at, meta, id)"
      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  if (id != 0) insert.bind(9, id);  // null takes the next one
  insert.bind(1, message.conversation);
  insert.bind(2, message.parent);
  insert.bind(3, message.role);
  insert.bind(4, message.text);
  insert.bind(5, message.reasoning);
  insert.bind(6, static_cast<int>(message.state));
  insert.bind(7, message.createdAt);
  insert.bind(8, message.metaJson);
  insert.exec();
  return database.getLastInsertRowid();
}

void setLeaf(SQLite::Database& database, ConversationId id, MessageId leaf, int64_t updatedAt) {
  SQLite::Statement update(database, "UPDATE conversations SET leaf = ?, updated_at = ? WHERE id = ?");
  update.bind(1, leaf);
  update.bind(2, updatedAt);
  update.bind(3, id);
  update.exec();
}

}  // namespace

int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::vector<Conversation> listConversations(SQLite::Database& database) {
  SQLite::Statement query(database, fmt::format("SELECT {} FROM conversations WHERE removed_at IS NULL ORDER BY pinned "
                                                "DESC, updated_at DESC, id DESC",
                                                kConversationColumns));
  std::vector<Conversation> out;
  while (query.executeStep()) out.push_back(readConversation(query));
  return out;
}

std::optional<Conversation> findConversation(SQLite::Database& database, ConversationId id) {
  SQLite::Statement query(
      database, fmt::format("SELECT {} FROM conversations WHERE id = ? AND removed_at IS NULL", kConversationColumns));
  query.bind(1, id);
  if (!query.executeStep()) return std::nullopt;
  return readConversation(query);
}

Conversation insertConversation(SQLite::Database& database, Conversation conversation) {
  if (conversation.createdAt == 0) conversation.createdAt = nowMs();
  if (conversation.updatedAt == 0) conversation.updatedAt = conversation.createdAt;
  conversation.leaf = 0;
  SQLite::Statement insert(database,
                           "INSERT INTO conversations (title, created_at, updated_at, pinned, system_prompt, "
                           "parameters, leaf) VALUES (?, ?, ?, ?, ?, ?, 0)");
  insert.bind(1, conversation.title);
  insert.bind(2, conversation.createdAt);
  insert.bind(3, conversation.updatedAt);
  insert.bind(4, conversation.pinned ? 1 : 0);
  insert.bind(5, conversation.systemPrompt);
  insert.bind(6, conversation.parametersJson);
  insert.exec();
  conversation.id = database.getLastInsertRowid();
  return conversation;
}

engine::Result<Conversation> updateConversation(SQLite::Database& database, const Conversation& conversation) {
  if (conversation.leaf != 0 && !isMessageOf(database, conversation.leaf, conversation.id)) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("message {} is none of conversation {}", conversation.leaf, conversation.id), "leaf"};
  }
  SQLite::Statement update(database,
                           "UPDATE conversations SET title = ?, pinned = ?, system_prompt = ?, parameters = ?, "
                           "leaf = ? WHERE id = ? AND removed_at IS NULL");
  update.bind(1, conversation.title);
  update.bind(2, conversation.pinned ? 1 : 0);
  update.bind(3, conversation.systemPrompt);
  update.bind(4, conversation.parametersJson);
  update.bind(5, conversation.leaf);
  update.bind(6, conversation.id);
  if (update.exec() == 0) return noConversation(conversation.id);
  return *findConversation(database, conversation.id);
}

bool setRemoved(SQLite::Database& database, ConversationId id, bool removed) {
  SQLite::Statement update(database, removed
                                         ? "UPDATE conversations SET removed_at = ? WHERE id = ? AND removed_at IS NULL"
                                         : "UPDATE conversations SET removed_at = NULL WHERE id = ? AND removed_at "
                                           "IS NOT NULL");
  if (removed) update.bind(1, nowMs());
  update.bind(removed ? 2 : 1, id);
  return update.exec() != 0;
}

bool purgeConversation(SQLite::Database& database, ConversationId id) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement messages(database, "DELETE FROM messages WHERE conversation = ?");
  messages.bind(1, id);
  messages.exec();
  SQLite::Statement conversation(database, "DELETE FROM conversations WHERE id = ?");
  conversation.bind(1, id);
  const bool purged = conversation.exec() != 0;
  transaction.commit();
  return purged;
}

void purgeRemovedBefore(SQLite::Database& database, int64_t timeMs) {
  std::vector<ConversationId> ids;
  SQLite::Statement query(database, "SELECT id FROM conversations WHERE removed_at < ?");
  query.bind(1, timeMs);
  while (query.executeStep()) ids.push_back(query.getColumn(0).getInt64());
  query.reset();
  for (const ConversationId id : ids) purgeConversation(database, id);
}

engine::Result<Conversation> duplicateConversation(SQLite::Database& database, ConversationId id) {
  const std::optional<Conversation> source = findConversation(database, id);
  if (!source) return noConversation(id);
  Conversation copy = *source;
  copy.createdAt = copy.updatedAt = nowMs();
  return insertWhole(database, std::move(copy), messagesOf(database, id));
}

Conversation insertWhole(SQLite::Database& database, Conversation conversation, const std::vector<Message>& messages) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const MessageId oldLeaf = conversation.leaf;
  conversation = insertConversation(database, std::move(conversation));
  std::unordered_map<MessageId, MessageId> copies{{0, 0}};
  for (Message message : messages) {
    const MessageId old = message.id;
    message.conversation = conversation.id;
    const auto parent = copies.find(message.parent);
    message.parent = parent == copies.end() ? 0 : parent->second;
    if (message.createdAt == 0) message.createdAt = conversation.createdAt;
    if (message.state == MessageState::Streaming) message.state = MessageState::Interrupted;
    copies[old] = insertMessage(database, message);
  }
  const auto leaf = copies.find(oldLeaf);
  conversation.leaf = leaf == copies.end() ? 0 : leaf->second;
  setLeaf(database, conversation.id, conversation.leaf, conversation.updatedAt);
  transaction.commit();
  return conversation;
}

bool eraseMessages(SQLite::Database& database, ConversationId id, const std::vector<MessageId>& messages,
                   MessageId leaf) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement erase(database, "DELETE FROM messages WHERE id = ? AND conversation = ?");
  int erased = 0;
  for (const MessageId message : messages) {
    erase.reset();
    erase.bind(1, message);
    erase.bind(2, id);
    erased += erase.exec();
  }
  const bool known = leaf == 0 || isMessageOf(database, leaf, id);
  setLeaf(database, id, known ? leaf : 0, nowMs());
  transaction.commit();
  return erased != 0;
}

engine::Result<bool> restoreMessages(SQLite::Database& database, const std::vector<Message>& messages, MessageId leaf) {
  if (messages.empty()) return false;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const ConversationId id = messages.front().conversation;
  if (!findConversation(database, id)) return noConversation(id);
  for (const Message& message : messages) {
    if (message.conversation != id) return Error{ErrorCode::InvalidArgument, "messages of several conversations"};
    insertMessage(database, message, message.id);
  }
  setLeaf(database, id, isMessageOf(database, leaf, id) ? leaf : messages.front().id, nowMs());
  transaction.commit();
  return true;
}

std::vector<Message> messagesOf(SQLite::Database& database, ConversationId id) {
  SQLite::Statement query(database,
                          "SELECT id, parent, role, text, reasoning, state, created_at, meta FROM messages WHERE "
                          "conversation = ? ORDER BY id");
  query.bind(1, id);
  std::vector<Message> out;
  while (query.executeStep()) {
    Message& message = out.emplace_back();
    message.id = query.getColumn(0).getInt64();
    message.conversation = id;
    message.parent = query.getColumn(1).getInt64();
    message.role = query.getColumn(2).getString();
    message.text = query.getColumn(3).getString();
    message.reasoning = query.getColumn(4).getString();
    message.state = stateOf(query.getColumn(5).getInt());
    message.createdAt = query.getColumn(6).getInt64();
    message.metaJson = query.getColumn(7).getString();
  }
  return out;
}

engine::Result<Message> appendMessage(SQLite::Database& database, Message message) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (!findConversation(database, message.conversation)) return noConversation(message.conversation);
  if (message.parent != 0 && !isMessageOf(database, message.parent, message.conversation)) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("message {} is none of conversation {}", message.parent, message.conversation), "parent"};
  }
  if (message.createdAt == 0) message.createdAt = nowMs();
  message.id = insertMessage(database, message);
  setLeaf(database, message.conversation, message.id, nowMs());
  transaction.commit();
  return message;
}

bool checkpointMessage(SQLite::Database& database, const Message& message) {
  SQLite::Statement update(database, "UPDATE messages SET text = ?, reasoning = ?, state = ?, meta = ? WHERE id = ?");
  update.bind(1, message.text);
  update.bind(2, message.reasoning);
  update.bind(3, static_cast<int>(message.state));
  update.bind(4, message.metaJson);
  update.bind(5, message.id);
  return update.exec() != 0;
}

void interruptStreaming(SQLite::Database& database) {
  SQLite::Statement update(database, "UPDATE messages SET state = ? WHERE state = ?");
  update.bind(1, static_cast<int>(MessageState::Interrupted));
  update.bind(2, static_cast<int>(MessageState::Streaming));
  update.exec();
}

}  // namespace app
