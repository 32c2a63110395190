// Waiting work: round-robin between clients, first in first out within one.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace engine {

template <typename Item>
class FairQueue {
 public:
  size_t size() const { return m_size; }
  bool empty() const { return m_size == 0; }

  void push(const std::string& client, Item item) {
    std::deque<Item>& items = m_items[client];
    if (items.empty()) m_turns.push_back(client);
    items.push_back(std::move(item));
    ++m_size;
  }

  /// Whose turn it is; only when not empty.
  const Item& front() const { return m_items.at(m_turns.front()).front(); }

  /// Takes front(); the client's next item waits for all other clients' turns.
  Item pop() {
    std::string client = std::move(m_turns.front());
    m_turns.pop_front();
    const auto entry = m_items.find(client);
    Item item = std::move(entry->second.front());
    entry->second.pop_front();
    --m_size;
    if (entry->second.empty()) {
      m_items.erase(entry);
    } else {
      m_turns.push_back(std::move(client));
    }
    return item;
  }

  /// Takes out the first item that `wanted` accepts.
  template <typename Predicate>
  std::optional<Item> take(const Predicate& wanted) {
    for (auto turn = m_turns.begin(); turn != m_turns.end(); ++turn) {
      const auto entry = m_items.find(*turn);
      for (auto at = entry->second.begin(); at != entry->second.end(); ++at) {
        if (!wanted(*at)) continue;
        Item item = std::move(*at);
        entry->second.erase(at);
        --m_size;
        if (entry->second.empty()) {
          m_items.erase(entry);
          m_turns.erase(turn);
        }
        return item;
      }
    }
    return std::nullopt;
  }

  template <typename Visitor>
  void visit(const Visitor& visitor) const {
    for (const auto& [client, items] : m_items) {
      for (const Item& item : items) visitor(item);
    }
  }

 private:
  std::unordered_map<std::string, std::deque<Item>> m_items;
  std::deque<std::string> m_turns;
  size_t m_size = 0;
};

}  // namespace engine
