#include "ui/chat/message_tree.h"

#include <algorithm>

namespace ui {

void MessageTree::reset(std::vector<app::Message> messages, app::MessageId leaf) {
  m_messages.clear();
  m_children.clear();
  m_leaf = 0;
  std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  for (app::Message& message : messages) {
    m_children[message.parent].push_back(message.id);
    m_messages.emplace(message.id, std::move(message));
  }
  m_leaf = m_messages.contains(leaf) ? leaf : newestBelow(0);
}

void MessageTree::add(const app::Message& message) {
  if (m_messages.emplace(message.id, message).second) m_children[message.parent].push_back(message.id);
  m_leaf = message.id;
}

void MessageTree::update(const app::Message& message) {
  const auto found = m_messages.find(message.id);
  if (found != m_messages.end()) found->second = message;
}

const app::Message* MessageTree::find(app::MessageId id) const {
  const auto found = m_messages.find(id);
  return found != m_messages.end() ? &found->second : nullptr;
}

std::vector<app::MessageId> MessageTree::path() const {
  std::vector<app::MessageId> path;
  // A parent is older than its child; anything else is a damaged file and ends the path.
  for (const app::Message* at = find(m_leaf); at != nullptr; at = at->parent < at->id ? find(at->parent) : nullptr) {
    path.push_back(at->id);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

std::vector<app::MessageId> MessageTree::versions(app::MessageId id) const {
  const app::Message* message = find(id);
  if (message == nullptr) return {};
  const auto children = m_children.find(message->parent);
  return children != m_children.end() ? children->second : std::vector<app::MessageId>{};
}

void MessageTree::show(app::MessageId id) {
  if (m_messages.contains(id)) m_leaf = newestBelow(id);
}

app::MessageId MessageTree::newestBelow(app::MessageId id) const {
  for (auto children = m_children.find(id); children != m_children.end() && !children->second.empty();
       children = m_children.find(id)) {
    const app::MessageId newest = children->second.back();
    if (newest <= id) break;
    id = newest;
  }
  return id;
}

}  // namespace ui
