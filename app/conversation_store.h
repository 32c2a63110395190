// Chats on disk: SQLite in WAL mode, a tree of messages per conversation, full-text search. All work happens on the
// store's own thread; calls take callbacks that run on that thread, with
// an Error when the work failed (NotFound, Io when the disk is full, Damaged). What a call has reported
// committed survives kill -9.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"

namespace app {

using ConversationId = int64_t;
using MessageId = int64_t;

struct Conversation {
  ConversationId id = 0;
  std::string title;
  int64_t createdAt = 0, updatedAt = 0;  ///< ms since the epoch
  bool pinned = false;
  std::string systemPrompt;
  std::string parametersJson;  ///< sampling overrides of this chat, a JSON object
  MessageId leaf = 0;          ///< last message of the branch shown; 0 = none
};

enum class MessageState { Complete, Streaming, Stopped, Interrupted, Failed };

struct Message {
  MessageId id = 0;
  ConversationId conversation = 0;
  MessageId parent = 0;  ///< 0 = first message
  std::string role;      ///< user, assistant
  std::string text, reasoning;
  MessageState state = MessageState::Complete;
  int64_t createdAt = 0;
  std::string metaJson;  ///< model, template, parameters, usage, timings, finish reason
};

struct SearchHit {
  ConversationId conversation = 0;
  MessageId message = 0;       ///< 0 = the title matched
  std::string title, snippet;  ///< matches between U+0002 and U+0003
};

class ConversationStore {
 public:
  /// Opens or creates the database (mode 0600). Messages left Streaming by a killed process become Interrupted.
  /// Damaged: the file was moved aside, never overwritten, and the Error says where; opening again begins anew.
  /// Unavailable: another program has it open. Unsupported: written by a newer version, or not ours.
  static engine::Result<std::unique_ptr<ConversationStore>> open(const std::filesystem::path& file);
  ~ConversationStore();

  /// Runs on the store's thread with the outcome. May be empty.
  template <typename T>
  using Then = std::function<void(engine::Result<T>)>;

  /// Pinned ones first, then the ones changed last.
  void list(Then<std::vector<Conversation>> then);
  void create(Conversation conversation, Then<Conversation> then);
  /// Writes title, pinned, systemPrompt, parametersJson and leaf.
  void update(Conversation conversation, Then<Conversation> then);
  /// Hides it; purge() or seven days make it final, restore() undoes it. False when there was nothing to do.
  void remove(ConversationId id, Then<bool> then);
  void restore(ConversationId id, Then<bool> then);
  void purge(ConversationId id, Then<bool> then);
  void duplicate(ConversationId id, Then<Conversation> then);
  /// A whole conversation at once, a copy or an import. Ids, parents and the leaf are names among `messages`, where a
  /// parent comes before its children.
  void insert(Conversation conversation, std::vector<Message> messages, Then<Conversation> then);

  /// All messages of a conversation, the whole tree, oldest first.
  void messages(ConversationId id, Then<std::vector<Message>> then);
  /// Committed when `then` runs. Sets the conversation's leaf to it and its updatedAt.
  void append(Message message, Then<Message> then);
  /// Replaces text, reasoning, state and metaJson of a message: the checkpoint of a streaming answer. Survives kill -9;
  /// while the state is Streaming it need not survive a power cut. False when the message is gone.
  void checkpoint(Message message, Then<bool> then);

  /// Takes messages of a conversation out; `leaf` ends the branch shown from now on. False when none was there.
  void eraseMessages(ConversationId id, std::vector<MessageId> messages, MessageId leaf, Then<bool> then);
  /// Puts back what eraseMessages took, under the same ids.
  void restoreMessages(std::vector<Message> messages, MessageId leaf, Then<bool> then);

  /// Titles and texts that hold every word of the query, letter case aside, anywhere in them (so CJK needs no spaces);
  /// conversations changed last come first. Answers still streaming are not searched.
  void search(std::string query, size_t limit, Then<std::vector<SearchHit>> then);
  /// "markdown", "json" or "html".
  void exportConversation(ConversationId id, std::string format, Then<std::string> then);

  /// Waits until everything queued so far is done.
  void flush();

 private:
  struct Impl;
  explicit ConversationStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

}  // namespace app
