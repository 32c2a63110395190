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

std::vector<app::MessageId> MessageTree::below(app::MessageId id) const {
  std::vector<app::MessageId> all;
  if (!m_messages.contains(id)) return all;
  all.push_back(id);
  for (size_t at = 0; at < all.size(); ++at) {
    const auto children = m_children.find(all[at]);
    if (children == m_children.end()) continue;
    for (const app::MessageId child : children->second) {
      if (child > all[at]) all.push_back(child);
    }
  }
  return all;
}

std::vector<app::Message> MessageTree::erase(app::MessageId id) {
  std::vector<app::Message> taken;
  const app::Message* first = find(id);
  if (first == nullptr) return taken;
  const app::MessageId parent = first->parent;
  for (const app::MessageId one : below(id)) {
    const auto found = m_messages.find(one);
    std::erase(m_children[found->second.parent], one);
    taken.push_back(std::move(found->second));
    m_messages.erase(found);
  }
  if (!m_messages.contains(m_leaf)) m_leaf = newestBelow(m_messages.contains(parent) ? parent : 0);
  return taken;
}

void MessageTree::restore(const std::vector<app::Message>& messages, app::MessageId leaf) {
  for (const app::Message& message : messages) {
    if (!m_messages.emplace(message.id, message).second) continue;
    std::vector<app::MessageId>& siblings = m_children[message.parent];
    siblings.insert(std::lower_bound(siblings.begin(), siblings.end(), message.id), message.id);
  }
  if (m_messages.contains(leaf)) m_leaf = leaf;
}

size_t MessageTree::leaves() const {
  return static_cast<size_t>(std::count_if(m_messages.begin(), m_messages.end(), [this](const auto& one) {
    const auto children = m_children.find(one.first);
    return children == m_children.end() || children->second.empty();
  }));
}

std::vector<MessageTree::Place> MessageTree::map(size_t limit) const {
  const std::vector<app::MessageId> onPath = path();
  std::vector<Place> places;
  std::vector<Place> open;
  const auto push = [&](app::MessageId parent, int row) {
    const auto children = m_children.find(parent);
    if (children == m_children.end()) return;
    for (auto child = children->second.rbegin(); child != children->second.rend(); ++child) {
      if (*child > parent) open.push_back({*child, parent, row, 0, false});
    }
  };
  push(0, 0);
  int columns = 0;
  app::MessageId before = 0;
  while (!open.empty() && places.size() < limit) {
    Place place = open.back();
    open.pop_back();
    // The first child goes on in its parent's column, every other one opens a column of its own.
    const bool goesOn = place.parent == before && (place.parent != 0 || places.empty());
    place.column = goesOn && !places.empty() ? places.back().column : columns++;
    place.shown = std::binary_search(onPath.begin(), onPath.end(), place.id);
    before = place.id;
    places.push_back(place);
    push(place.id, place.row + 1);
  }
  return places;
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
