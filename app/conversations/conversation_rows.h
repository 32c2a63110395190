// Conversations and messages as rows. SQLite's exceptions pass through; each function is one transaction or part of the
// caller's.
#pragma once

#include <SQLiteCpp/Database.h>

#include <optional>
#include <string>
#include <vector>

#include "app/conversation_store.h"

namespace app {

/// Milliseconds since the epoch.
int64_t nowMs();

/// Those that are not removed: pinned first, then the one changed last.
std::vector<Conversation> listConversations(SQLite::Database& database);
/// Nothing when it does not exist or is removed.
std::optional<Conversation> findConversation(SQLite::Database& database, ConversationId id);
Conversation insertConversation(SQLite::Database& database, Conversation conversation);
/// NotFound; InvalidArgument when the leaf is no message of it.
engine::Result<Conversation> updateConversation(SQLite::Database& database, const Conversation& conversation);
/// False when there was nothing to remove or restore.
bool setRemoved(SQLite::Database& database, ConversationId id, bool removed);
bool purgeConversation(SQLite::Database& database, ConversationId id);
/// Purges what was removed before that time.
void purgeRemovedBefore(SQLite::Database& database, int64_t timeMs);
engine::Result<Conversation> duplicateConversation(SQLite::Database& database, ConversationId id);
/// Ids, parents and the leaf are names among the messages; a parent that does not come before its child is none.
Conversation insertWhole(SQLite::Database& database, Conversation conversation, const std::vector<Message>& messages);

std::vector<Message> messagesOf(SQLite::Database& database, ConversationId id);
/// NotFound for the conversation; InvalidArgument when the parent is no message of it.
engine::Result<Message> appendMessage(SQLite::Database& database, Message message);
/// False when none of them was there.
bool eraseMessages(SQLite::Database& database, ConversationId id, const std::vector<MessageId>& messages,
                   MessageId leaf);
engine::Result<bool> restoreMessages(SQLite::Database& database, const std::vector<Message>& messages, MessageId leaf);
/// False when there is no such message.
bool checkpointMessage(SQLite::Database& database, const Message& message);
/// Marks what a killed process left streaming.
void interruptStreaming(SQLite::Database& database);

}  // namespace app
