// Value-or-error for everything above kernels. No exception crosses a module edge.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "kernels/status.h"

namespace engine {

enum class ErrorCode {
  InvalidArgument,  ///< the caller's value; `context` names the field or flag
  NotFound,         ///< file, model, template, conversation
  Damaged,          ///< a file contradicts itself or is cut short
  Unsupported,      ///< well-formed, but not something this build does
  OutOfMemory,
  ContextLength,  ///< the prompt does not fit the context
  QueueFull,
  Cancelled,
  Unavailable,  ///< loading, draining, poisoned
  Io,
  Internal,
};

/// What happened in one sentence with its numbers and the way out; `context` is the field, file or flag it is about.
struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;
  std::string context = {};
};

/// The kernels room's failure as an Error.
inline Error fromStatus(const kernels::Status& status) {
  ErrorCode code = ErrorCode::Internal;
  switch (status.code()) {
    case kernels::StatusCode::InvalidArgument:
      code = ErrorCode::InvalidArgument;
      break;
    case kernels::StatusCode::Unsupported:
      code = ErrorCode::Unsupported;
      break;
    case kernels::StatusCode::OutOfMemory:
      code = ErrorCode::OutOfMemory;
      break;
    case kernels::StatusCode::Cancelled:
      code = ErrorCode::Cancelled;
      break;
    case kernels::StatusCode::DeviceLost:
      code = ErrorCode::Unavailable;
      break;
    case kernels::StatusCode::Ok:
    case kernels::StatusCode::Internal:
      break;
  }
  return {code, status.message()};
}

/// A T or an Error. Check ok() before value(); value() on an error is our own bug and asserts.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return m_state.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(m_state); }
  const T& value() const& { return std::get<0>(m_state); }
  T&& value() && { return std::get<0>(std::move(m_state)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(m_state); }

 private:
  std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : m_error(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !m_error.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return *m_error; }

 private:
  std::optional<Error> m_error;
};

}  // namespace engine

#define ENGINE_CONCAT_INNER(a, b) a##b
#define ENGINE_CONCAT(a, b) ENGINE_CONCAT_INNER(a, b)
/// ENGINE_ASSIGN_OR_RETURN(auto x, f()): x = f()'s value, or return its error.
#define ENGINE_ASSIGN_OR_RETURN(lhs, expr) ENGINE_ASSIGN_OR_RETURN_IMPL(ENGINE_CONCAT(result_, __LINE__), lhs, expr)
#define ENGINE_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                                 \
  if (!tmp.ok()) return tmp.error();                 \
  lhs = std::move(tmp).value()
/// Returns the error of a Result<void> expression.
#define ENGINE_RETURN_IF_ERROR(expr)                                  \
  do {                                                                \
    if (auto result_ = (expr); !result_.ok()) return result_.error(); \
  } while (false)
/// The same for a kernels::Status expression.
#define ENGINE_RETURN_IF_BAD_STATUS(expr)                                           \
  do {                                                                              \
    if (auto status_ = (expr); !status_.ok()) return ::engine::fromStatus(status_); \
  } while (false)
