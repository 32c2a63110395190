// Arithmetic on sizes that come from files: an overflow is remembered, never wraps into a small number.
#pragma once

#include <cstdint>

namespace engine {

/// An unsigned 64-bit number that knows whether any operation that led to it overflowed.
class CheckedSize {
 public:
  constexpr CheckedSize() = default;
  constexpr CheckedSize(uint64_t value) : m_value(value) {}  // NOLINT(google-explicit-constructor)

  constexpr bool ok() const { return m_ok; }
  /// The number; 0 after an overflow, so check ok() first.
  constexpr uint64_t value() const { return m_ok ? m_value : 0; }
  /// True when no operation overflowed and the number is at most `limit`.
  constexpr bool within(uint64_t limit) const { return m_ok && m_value <= limit; }

  friend constexpr CheckedSize operator+(CheckedSize a, CheckedSize b) {
    CheckedSize out;
    out.m_ok = !__builtin_add_overflow(a.m_value, b.m_value, &out.m_value) && a.m_ok && b.m_ok;
    return out;
  }
  friend constexpr CheckedSize operator*(CheckedSize a, CheckedSize b) {
    CheckedSize out;
    out.m_ok = !__builtin_mul_overflow(a.m_value, b.m_value, &out.m_value) && a.m_ok && b.m_ok;
    return out;
  }
  /// Rounds up to a multiple of `alignment`, which must not be 0.
  constexpr CheckedSize alignedUp(uint64_t alignment) const {
    const CheckedSize raised = *this + CheckedSize(alignment - 1);
    CheckedSize out(raised.m_value / alignment * alignment);
    out.m_ok = raised.m_ok;
    return out;
  }

 private:
  uint64_t m_value = 0;
  bool m_ok = true;
};

}  // namespace engine
