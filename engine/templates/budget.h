// What one rendering may use up, and how anything inside the interpreter fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace engine::jinja {

/// Caps of one rendering. Real conversations stay orders of magnitude below.
struct Limits {
  uint64_t fuel = 32'000'000;         ///< units of work: one a node, one per 64 bytes copied
  size_t memory = size_t{256} << 20;  ///< live bytes of strings and containers
  size_t output = size_t{64} << 20;   ///< bytes of the prompt, or of what one macro or block produces
  uint32_t depth = 240;               ///< nested evaluations: bounds the host's stack
  size_t rangeItems = 100'000;
};

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

/// Memory of one object, given back when the object goes.
class Charge {
 public:
  Charge() = default;
  Charge(Budget* budget, size_t bytes) : m_budget(budget), m_bytes(bytes) { budget->take(bytes); }
  Charge(Charge&& other) noexcept : m_budget(other.m_budget), m_bytes(other.m_bytes) { other.m_budget = nullptr; }
  Charge& operator=(Charge&&) = delete;
  ~Charge() {
    if (m_budget != nullptr) m_budget->give(m_bytes);
  }

 private:
  Budget* m_budget = nullptr;
  size_t m_bytes = 0;
};

}  // namespace engine::jinja
