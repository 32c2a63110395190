// What one rendering may use up, and how anything inside the interpreter fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace engine::jinja {

/// Caps of one rendering. Real conversations stay orders of magnitude below.
struct Limits {
  uint64_t fuel = 32'000'000;         ///< units of work: one a node, one per 64 bytes copied
  size_t memory = size_t{256} << 20;  ///< live bytes of strings and containers
  size_t output = size_t{64} << 20;   ///< bytes of the prompt, or of what one macro or block produces
  uint32_t depth = 240;               ///< nested evaluations: bounds the host's stack
  size_t rangeItems = 100'000;
};

constexpr size_t kNamesPerUnit = 8;       ///< names that a search goes through for one unit of work
constexpr uint32_t kMaxValueDepth = 140;  ///< lists in dicts in lists …

/// Thrown inside the interpreter only and turned into an Error at its edge. Line 0 means "where evaluation stands".
struct Failure {
  std::string message;
  uint32_t line = 0;
  bool raised = false;  ///< by the template's raise_exception: the message is the template's own
};

/// Counts down; every method throws Failure when a cap is reached.
class Budget {
 public:
  explicit Budget(const Limits& limits) : m_limits(limits) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  const Limits& limits() const { return m_limits; }
  void spend(uint64_t units = 1) {
    m_spent += units;
    if (m_spent > m_limits.fuel) {
      throw Failure{"the template does not come to an end: stopped after " + std::to_string(m_limits.fuel) + " steps"};
    }
  }
  /// Work that touches `bytes` bytes.
  void spendBytes(size_t bytes) { spend(bytes / 64 + 1); }
  /// A search for `needle` bytes in `hay` bytes, which may touch their product.
  void spendSearch(size_t hay, size_t needle) { spend((hay / 64 + 1) * (needle / 32 + 1)); }
  void take(size_t bytes) {
    if (bytes > m_limits.memory - m_taken) {
      throw Failure{"the template needs more than " + std::to_string(m_limits.memory >> 20) + " MiB of memory"};
    }
    m_taken += bytes;
  }
  void give(size_t bytes) { m_taken -= bytes; }
  void checkOutput(size_t bytes) const {
    if (bytes > m_limits.output) {
      throw Failure{"the template writes more than " + std::to_string(m_limits.output >> 20) + " MiB"};
    }
  }

 private:
  Limits m_limits;
  uint64_t m_spent = 0;
  size_t m_taken = 0;
};

/// What an allocation takes from the machine: glibc keeps 8 bytes before each and hands out multiples of 16, from 32.
constexpr size_t heapBytes(size_t bytes) {
  return bytes == 0 ? 0 : std::max<size_t>(32, (bytes + 8 + 15) / 16 * 16);
}

/// Memory that a part of the rendering holds, given back when it goes.
class Charge {
 public:
  Charge() = default;
  explicit Charge(Budget* budget, size_t bytes = 0) : m_budget(budget), m_bytes(bytes) { budget->take(bytes); }
  Charge(Charge&& other) noexcept : m_budget(other.m_budget), m_bytes(other.m_bytes) { other.m_budget = nullptr; }
  Charge& operator=(Charge&&) = delete;
  ~Charge() {
    if (m_budget != nullptr) m_budget->give(m_bytes);
  }
  /// What is held now, which must not be asked of a charge without a budget.
  void set(size_t bytes) {
    if (bytes > m_bytes) m_budget->take(bytes - m_bytes);
    if (bytes < m_bytes) m_budget->give(m_bytes - bytes);
    m_bytes = bytes;
  }
  /// Leaves it taken; somebody else gives it back.
  void keep() { m_budget = nullptr; }

 private:
  Budget* m_budget = nullptr;
  size_t m_bytes = 0;
};

/// Allocator for std::allocate_shared: the object and its counts are paid for as one piece.
template <typename T>
class Accounted {
 public:
  using value_type = T;
  explicit Accounted(Budget* budget) : m_budget(budget) {}
  template <typename U>
  explicit Accounted(const Accounted<U>& other) : m_budget(other.budget()) {}

  T* allocate(size_t n) {
    Charge charge(m_budget, heapBytes(n * sizeof(T)));
    T* memory = std::allocator<T>().allocate(n);
    charge.keep();
    return memory;
  }
  void deallocate(T* memory, size_t n) {
    std::allocator<T>().deallocate(memory, n);
    m_budget->give(heapBytes(n * sizeof(T)));
  }
  Budget* budget() const { return m_budget; }
  template <typename U>
  bool operator==(const Accounted<U>& other) const {
    return m_budget == other.budget();
  }

 private:
  Budget* m_budget;
};

template <typename T, typename... Args>
std::shared_ptr<T> makeAccounted(Budget* budget, Args&&... args) {
  return std::allocate_shared<T>(Accounted<T>(budget), std::forward<Args>(args)...);
}

}  // namespace engine::jinja
