// The messages of a conversation as a tree, and the one branch of it that is shown.
#pragma once

#include <map>
#include <vector>

#include "app/conversation_store.h"

namespace ui {

class MessageTree {
 public:
  /// Takes over all messages; `leaf` is the last one of the branch shown, 0 = the newest branch.
  void reset(std::vector<app::Message> messages, app::MessageId leaf);
  /// Adds a message and shows the branch that ends with it.
  void add(const app::Message& message);
  /// Replaces a message of the same id.
  void update(const app::Message& message);

  const app::Message* find(app::MessageId id) const;
  app::MessageId leaf() const { return m_leaf; }
  /// From the first message to the leaf.
  std::vector<app::MessageId> path() const;
  /// Messages with the same parent, oldest first; `id` among them.
  std::vector<app::MessageId> versions(app::MessageId id) const;
  /// Shows the branch through `id` that was written last.
  void show(app::MessageId id);
  /// A message and all that follows it, parents first.
  std::vector<app::MessageId> below(app::MessageId id) const;
  /// Takes a message out with all that follows it and shows a branch that is left. Returns what was taken.
  std::vector<app::Message> erase(app::MessageId id);
  /// Puts back what erase() took and shows the branch that ended with `leaf`.
  void restore(const std::vector<app::Message>& messages, app::MessageId leaf);

  /// How many branches end somewhere.
  size_t leaves() const;

  /// A message's place in a drawing of the tree: rows go down the conversation, columns are branches.
  struct Place {
    app::MessageId id = 0, parent = 0;
    int row = 0, column = 0;
    bool shown = false;
  };
  /// All messages, parents first; at most `limit`.
  std::vector<Place> map(size_t limit) const;

 private:
  app::MessageId newestBelow(app::MessageId id) const;

  std::map<app::MessageId, app::Message> m_messages;
  std::map<app::MessageId, std::vector<app::MessageId>> m_children;  ///< by parent, 0 = first messages
  app::MessageId m_leaf = 0;
};

}  // namespace ui
