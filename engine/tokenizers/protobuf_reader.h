// Reads the fields of one protobuf message in place. Nested messages are read by a reader of their own, so nothing here
// recurses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace engine {

class ProtobufReader {
 public:
  explicit ProtobufReader(std::string_view message) : m_left(message) {}

  /// One field; which of the values is meant depends on `wire`.
  struct Field {
    uint32_t number = 0;
    uint32_t wire = 0;       ///< 0 varint, 1 eight bytes, 2 bytes with a length, 5 four bytes
    uint64_t integer = 0;    ///< of wire 0, 1 and 5
    std::string_view bytes;  ///< of wire 2
  };
  /// The next field; nothing at the end, or where the message is broken, which damaged() then tells.
  std::optional<Field> next();
  bool damaged() const { return m_damaged; }

 private:
  bool varint(uint64_t& value);
  bool fixed(size_t size, uint64_t& value);

  std::string_view m_left;
  bool m_damaged = false;
};

}  // namespace engine
