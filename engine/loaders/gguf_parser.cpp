#include "engine/loaders/gguf_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "engine/text.h"

namespace engine {

namespace {

constexpr uint64_t kFirstRead = 4u << 20;
constexpr uint64_t kMaxKeyBytes = 65535;
constexpr uint64_t kMaxTensorName = 256;
constexpr uint32_t kMaxDims = 4;
/// Shortest possible entries: what bounds a count by the bytes that are left.
constexpr uint64_t kMinKeyEntry = 8 + 4 + 1;
constexpr uint64_t kMinTensorEntry = 8 + 4 + 8 + 4 + 8;

}  // namespace

uint64_t scalarBytes(GgufType type) {
  switch (type) {
    case GgufType::U8:
    case GgufType::I8:
    case GgufType::Bool:
      return 1;
    case GgufType::U16:
    case GgufType::I16:
      return 2;
    case GgufType::U32:
    case GgufType::I32:
    case GgufType::F32:
      return 4;
    case GgufType::U64:
    case GgufType::I64:
    case GgufType::F64:
      return 8;
    case GgufType::String:
    case GgufType::Array:
      break;
  }
  return 0;
}

Error GgufParser::damaged(std::string message) const {
  const std::string name = m_target.m_file.name();
  return {ErrorCode::Damaged, fmt::format("{}: {}", name, message), name};
}

/// Makes the next `bytes` of the header available in memory.
Result<void> GgufParser::ensure(uint64_t bytes, const char* what) {
  const CheckedSize end = CheckedSize(m_position) + bytes;
  const uint64_t fileSize = m_target.m_file.size();
  if (!end.within(fileSize)) {
    return damaged(fmt::format("{} at byte {} is {} bytes long, but the file has only {} bytes", what, m_position,
                               bytes, fileSize));
  }
  if (!end.within(m_limits.maxHeaderBytes)) {
    return damaged(fmt::format("the header is longer than {}", formatBytes(m_limits.maxHeaderBytes)));
  }
  std::vector<std::byte>& header = m_target.m_header;
  if (end.value() <= header.size()) return {};
  const uint64_t have = header.size();
  const uint64_t want = std::min(fileSize, std::max({end.value(), kFirstRead, have * 2}));
  header.resize(static_cast<size_t>(want));
  return m_target.m_file.readAt(have, std::span(header).subspan(static_cast<size_t>(have)));
}

template <typename T>
Result<T> GgufParser::read(const char* what) {
  ENGINE_RETURN_IF_ERROR(ensure(sizeof(T), what));
  T value;
  std::memcpy(&value, m_target.m_header.data() + m_position, sizeof(T));
  m_position += sizeof(T);
  return value;
}

Result<std::string_view> GgufParser::readString(const char* what, uint64_t maxBytes) {
  ENGINE_ASSIGN_OR_RETURN(const uint64_t length, read<uint64_t>(what));
  if (length > maxBytes) {
    return damaged(
        fmt::format("{} at byte {} claims {} bytes; at most {} are read", what, m_position, length, maxBytes));
  }
  ENGINE_RETURN_IF_ERROR(ensure(length, what));
  const auto* text = reinterpret_cast<const char*>(m_target.m_header.data() + m_position);
  m_position += length;
  return std::string_view(text, static_cast<size_t>(length));
}

Result<void> GgufParser::skipScalars(GgufType type, uint64_t count, const char* what) {
  const CheckedSize bytes = CheckedSize(count) * scalarBytes(type);
  if (!bytes.ok()) return damaged(fmt::format("{} with {} elements is larger than any file", what, count));
  ENGINE_RETURN_IF_ERROR(ensure(bytes.value(), what));
  m_position += bytes.value();
  return {};
}

Result<void> GgufParser::readCounts() {
  ENGINE_ASSIGN_OR_RETURN(const uint32_t magic, read<uint32_t>("the magic number"));
  if (magic != 0x46554747u) return damaged("it does not begin with \"GGUF\"");
  ENGINE_ASSIGN_OR_RETURN(m_target.m_version, read<uint32_t>("the version"));
  if (m_target.m_version != 2 && m_target.m_version != 3) {
    const bool swapped = m_target.m_version == 0x02000000u || m_target.m_version == 0x03000000u;
    const std::string name = m_target.m_file.name();
    return Error{ErrorCode::Unsupported,
                 swapped ? fmt::format("{}: big-endian GGUF files are not read", name)
                         : fmt::format("{}: GGUF version {} is not read; 2 and 3 are", name, m_target.m_version),
                 name};
  }
  ENGINE_ASSIGN_OR_RETURN(m_tensorCount, read<uint64_t>("the number of tensors"));
  ENGINE_ASSIGN_OR_RETURN(m_keyCount, read<uint64_t>("the number of keys"));
  const uint64_t left = m_target.m_file.size() - m_position;
  if (m_tensorCount > m_limits.maxTensors || m_tensorCount > left / kMinTensorEntry) {
    return damaged(fmt::format("it claims {} tensors, which its {} cannot hold", m_tensorCount,
                               formatBytes(m_target.m_file.size())));
  }
  if (m_keyCount > m_limits.maxKeys || m_keyCount > left / kMinKeyEntry) {
    return damaged(fmt::format("it claims {} metadata keys, which its {} cannot hold", m_keyCount,
                               formatBytes(m_target.m_file.size())));
  }
  return {};
}

Result<void> GgufParser::readValue(const std::string& key) {
  const std::string what = fmt::format("the value of {}", printable(key));
  ENGINE_ASSIGN_OR_RETURN(const uint32_t typeId, read<uint32_t>(what.c_str()));
  GgufFile::Value value;
  value.type = static_cast<GgufType>(typeId);
  if (value.type == GgufType::Array) {
    value.isArray = true;
    ENGINE_ASSIGN_OR_RETURN(const uint32_t elementId, read<uint32_t>(what.c_str()));
    ENGINE_ASSIGN_OR_RETURN(value.count, read<uint64_t>(what.c_str()));
    value.type = static_cast<GgufType>(elementId);
    if (value.count > m_limits.maxArrayElements) {
      return damaged(
          fmt::format("{} claims {} elements; at most {} are read", what, value.count, m_limits.maxArrayElements));
    }
  }
  value.offset = m_position;
  if (value.type == GgufType::String) {
    for (uint64_t i = 0; i < value.count; ++i) {
      ENGINE_ASSIGN_OR_RETURN([[maybe_unused]] const auto text, readString(what.c_str(), m_limits.maxStringBytes));
    }
  } else if (scalarBytes(value.type) > 0) {
    ENGINE_RETURN_IF_ERROR(skipScalars(value.type, value.count, what.c_str()));
  } else {
    return damaged(fmt::format("{} has type {}{}, which does not exist", what, static_cast<uint32_t>(value.type),
                               value.isArray ? " in an array" : ""));
  }
  if (!m_target.m_values.emplace(key, value).second) {
    return damaged(fmt::format("the key {} is there twice", printable(key)));
  }
  return {};
}

Result<void> GgufParser::readMetadata() {
  for (uint64_t i = 0; i < m_keyCount; ++i) {
    ENGINE_ASSIGN_OR_RETURN(const std::string_view key, readString("a metadata key", kMaxKeyBytes));
    if (key.empty()) return damaged(fmt::format("metadata key {} has no name", i));
    ENGINE_RETURN_IF_ERROR(readValue(std::string(key)));
  }
  if (m_target.has("general.alignment")) {
    const std::optional<uint64_t> alignment = m_target.getUnsigned("general.alignment");
    if (!alignment || *alignment == 0 || *alignment > m_limits.maxAlignment || !std::has_single_bit(*alignment)) {
      return damaged(fmt::format("general.alignment is {}; it must be a power of two up to {}",
                                 alignment ? std::to_string(*alignment) : "no number", m_limits.maxAlignment));
    }
    m_target.m_alignment = *alignment;
  }
  return {};
}

Result<void> GgufParser::readTensor(uint64_t index) {
  ENGINE_ASSIGN_OR_RETURN(const std::string_view name, readString("a tensor's name", kMaxTensorName));
  GgufTensor tensor;
  tensor.name = std::string(name);
  const std::string what = fmt::format("tensor {} ({})", index, printable(name));
  ENGINE_ASSIGN_OR_RETURN(const uint32_t nDims, read<uint32_t>(what.c_str()));
  if (nDims == 0 || nDims > kMaxDims) {
    return damaged(fmt::format("{} has {} dimensions; 1 to {} are possible", what, nDims, kMaxDims));
  }
  CheckedSize elements(1);
  for (uint32_t i = 0; i < nDims; ++i) {
    ENGINE_ASSIGN_OR_RETURN(const uint64_t dim, read<uint64_t>(what.c_str()));
    if (dim == 0) return damaged(fmt::format("{} has a dimension of 0", what));
    elements = elements * dim;
    tensor.shape.push_back(dim);
  }
  ENGINE_ASSIGN_OR_RETURN(const uint32_t typeId, read<uint32_t>(what.c_str()));
  ENGINE_ASSIGN_OR_RETURN(tensor.offset, read<uint64_t>(what.c_str()));
  const std::optional<StoredType> type = storedTypeFromGgml(typeId);
  if (!type) return damaged(fmt::format("{} has type {}, which we do not know", what, typeId));
  tensor.type = *type;
  const StoredTypeInfo& info = storedTypeInfo(*type);
  if (tensor.shape[0] % info.blockElements != 0) {
    return damaged(fmt::format("{} has rows of {} elements, no multiple of the {} in a block of {}", what,
                               tensor.shape[0], info.blockElements, info.name));
  }
  if (!elements.ok()) return damaged(fmt::format("{} has more elements than can be counted", what));
  const CheckedSize bytes = CheckedSize(elements.value() / info.blockElements) * info.blockBytes;
  if (!bytes.ok()) return damaged(fmt::format("{} is larger than any file", what));
  tensor.bytes = bytes.value();
  if (tensor.offset % m_target.m_alignment != 0) {
    return damaged(fmt::format("{} begins at offset {}, no multiple of the alignment of {}", what, tensor.offset,
                               m_target.m_alignment));
  }
  std::reverse(tensor.shape.begin(), tensor.shape.end());
  m_target.m_tensors.push_back(std::move(tensor));
  return {};
}

Result<void> GgufParser::readTensors() {
  m_target.m_tensors.reserve(static_cast<size_t>(m_tensorCount));
  for (uint64_t i = 0; i < m_tensorCount; ++i) ENGINE_RETURN_IF_ERROR(readTensor(i));
  std::set<std::string_view> names;
  for (const GgufTensor& tensor : m_target.m_tensors) {
    if (!names.insert(tensor.name).second) {
      return damaged(fmt::format("the tensor {} is there twice", printable(tensor.name)));
    }
  }
  return {};
}

/// Turns offsets into file positions; tensors must neither leave the file nor overlap.
Result<void> GgufParser::placeTensors(bool allowTruncated) {
  const CheckedSize dataStart = CheckedSize(m_position).alignedUp(m_target.m_alignment);
  std::vector<GgufTensor>& tensors = m_target.m_tensors;
  m_target.m_expectedBytes = tensors.empty() ? m_position : dataStart.value();
  for (GgufTensor& tensor : tensors) {
    const CheckedSize begin = dataStart + tensor.offset;
    const CheckedSize end = begin + tensor.bytes;
    if (!end.ok()) {
      return damaged(fmt::format("tensor {} ends beyond what a file can hold (offset {}, {} bytes)",
                                 printable(tensor.name), tensor.offset, tensor.bytes));
    }
    tensor.offset = begin.value();
    m_target.m_expectedBytes = std::max(m_target.m_expectedBytes, end.value());
  }
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return tensors[a].offset < tensors[b].offset; });
  for (size_t i = 1; i < order.size(); ++i) {
    const GgufTensor& before = tensors[order[i - 1]];
    const GgufTensor& after = tensors[order[i]];
    if (before.offset + before.bytes > after.offset) {
      return damaged(fmt::format("the tensors {} and {} overlap", printable(before.name), printable(after.name)));
    }
  }
  if (m_target.truncated() && !allowTruncated) {
    return damaged(fmt::format("it is truncated: {}", formatBytesOf(m_target.m_file.size(), m_target.m_expectedBytes)));
  }
  return {};
}

Result<void> GgufParser::run(bool allowTruncated) {
  ENGINE_RETURN_IF_ERROR(readCounts());
  ENGINE_RETURN_IF_ERROR(readMetadata());
  ENGINE_RETURN_IF_ERROR(readTensors());
  ENGINE_RETURN_IF_ERROR(placeTensors(allowTruncated));
  m_target.m_header.resize(static_cast<size_t>(m_position));
  m_target.m_header.shrink_to_fit();
  return {};
}

}  // namespace engine
