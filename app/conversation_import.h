// Conversations from other programs' exports, and from our own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/conversation_store.h"
#include "engine/result.h"

namespace app {

/// A conversation as ConversationStore::insert takes it.
struct ImportedConversation {
  Conversation conversation;
  std::vector<Message> messages;
};

/// Reads ChatGPT's conversations.json, LM Studio's *.conversation.json and our own JSON export. What has no text is
/// left out. Unsupported: none of these; Damaged: no JSON.
engine::Result<std::vector<ImportedConversation>> importConversations(std::string_view json);

}  // namespace app
