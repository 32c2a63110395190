// The result of work in the kernels room: a code and, on failure, one sentence with the numbers.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace kernels {

enum class StatusCode : uint8_t {
  Ok,
  InvalidArgument,  ///< a shape, view or id that the op does not take: a bug of the caller
  Unsupported,      ///< well-formed, but this backend has no kernel for it
  OutOfMemory,      ///< an ordinary result: the message holds bytes asked for and bytes free
  DeviceLost,       ///< sticky: the backend takes no more work
  Cancelled,
  Internal,
};

/// Success, or a code with a sentence. Cheap when ok (no allocation).
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : m_code(code), m_message(std::move(message)) {}

  bool ok() const { return m_code == StatusCode::Ok; }
  explicit operator bool() const { return ok(); }
  StatusCode code() const { return m_code; }
  const std::string& message() const { return m_message; }

 private:
  StatusCode m_code = StatusCode::Ok;
  std::string m_message;
};

}  // namespace kernels

/// Returns the status from the enclosing function when it is not ok.
#define KERNELS_RETURN_IF_ERROR(expr)                                      \
  do {                                                                     \
    if (::kernels::Status status_ = (expr); !status_.ok()) return status_; \
  } while (false)
