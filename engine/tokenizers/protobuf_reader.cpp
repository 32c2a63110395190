#include "engine/tokenizers/protobuf_reader.h"

namespace engine {

bool ProtobufReader::varint(uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    if (m_left.empty()) return false;
    const auto byte = static_cast<uint8_t>(m_left.front());
    m_left.remove_prefix(1);
    if (shift == 63 && byte > 1) return false;
    value |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return true;
  }
  return false;
}

bool ProtobufReader::fixed(size_t size, uint64_t& value) {
  if (m_left.size() < size) return false;
  value = 0;
  for (size_t i = 0; i < size; ++i) value |= static_cast<uint64_t>(static_cast<uint8_t>(m_left[i])) << (8 * i);
  m_left.remove_prefix(size);
  return true;
}

std::optional<ProtobufReader::Field> ProtobufReader::next() {
  if (m_left.empty() || m_damaged) return std::nullopt;
  m_damaged = true;
  uint64_t key = 0;
  if (!varint(key) || key > UINT32_MAX) return std::nullopt;
  Field field;
  field.number = static_cast<uint32_t>(key >> 3);
  field.wire = static_cast<uint32_t>(key & 7);
  if (field.number == 0) return std::nullopt;
  switch (field.wire) {
    case 0:
      if (!varint(field.integer)) return std::nullopt;
      break;
    case 1:
      if (!fixed(8, field.integer)) return std::nullopt;
      break;
    case 5:
      if (!fixed(4, field.integer)) return std::nullopt;
      break;
    case 2: {
      uint64_t length = 0;
      if (!varint(length) || length > m_left.size()) return std::nullopt;
      field.bytes = m_left.substr(0, length);
      m_left.remove_prefix(length);
      break;
    }
    default:
      return std::nullopt;
  }
  m_damaged = false;
  return field;
}

}  // namespace engine
