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

 private:
  app::MessageId newestBelow(app::MessageId id) const;

  std::map<app::MessageId, app::Message> m_messages;
  std::map<app::MessageId, std::vector<app::MessageId>> m_children;  ///< by parent, 0 = first messages
  app::MessageId m_leaf = 0;
};

}  // namespace ui
