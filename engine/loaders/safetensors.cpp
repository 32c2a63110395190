#include "engine/loaders/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>

#include "engine/checked.h"
#include "engine/json.h"
#include "engine/text.h"

namespace engine {

namespace {

using nlohmann::json;

Error damaged(const InputFile& file, std::string message) {
  return {ErrorCode::Damaged, fmt::format("{}: {}", file.name(), message), file.name()};
}

/// An unsigned whole number, or nothing.
std::optional<uint64_t> asUnsigned(const json& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<uint64_t>();
}

/// One entry of the header; offsets are still relative to the data.
Result<SafetensorsTensor> readEntry(const InputFile& file, const std::string& name, const json& entry,
                                    const SafetensorsLimits& limits) {
  const std::string what = fmt::format("tensor {}", printable(name));
  if (!entry.is_object()) return damaged(file, what + " is described by something that is no object");
  const auto dtype = entry.find("dtype");
  const auto shape = entry.find("shape");
  const auto offsets = entry.find("data_offsets");
  if (dtype == entry.end() || !dtype->is_string()) return damaged(file, what + " has no dtype");
  if (shape == entry.end() || !shape->is_array()) return damaged(file, what + " has no shape");
  if (offsets == entry.end() || !offsets->is_array() || offsets->size() != 2) {
    return damaged(file, what + " has no pair of data_offsets");
  }
  SafetensorsTensor tensor;
  tensor.name = name;
  const std::optional<StoredType> type = storedTypeFromSafetensors(dtype->get_ref<const std::string&>());
  if (!type) {
    return damaged(file, fmt::format("{} has dtype \"{}\", which we do not know", what,
                                     printable(dtype->get_ref<const std::string&>())));
  }
  tensor.type = *type;
  if (shape->size() > limits.maxDims) {
    return damaged(file, fmt::format("{} has {} dimensions; at most {} are read", what, shape->size(), limits.maxDims));
  }
  CheckedSize bytes(storedTypeInfo(*type).blockBytes);
  for (const json& dim : *shape) {
    const std::optional<uint64_t> size = asUnsigned(dim);
    if (!size) return damaged(file, what + " has a shape that is no list of whole numbers");
    tensor.shape.push_back(*size);
    bytes = bytes * *size;
  }
  const std::optional<uint64_t> begin = asUnsigned((*offsets)[0]);
  const std::optional<uint64_t> end = asUnsigned((*offsets)[1]);
  if (!begin || !end || *begin > *end) return damaged(file, what + " has data_offsets that are no range");
  if (!bytes.ok()) return damaged(file, what + " is larger than any file");
  if (*end - *begin != bytes.value()) {
    return damaged(
        file, fmt::format("{} takes {} bytes by its offsets but {} by its shape", what, *end - *begin, bytes.value()));
  }
  tensor.offset = *begin;
  tensor.bytes = bytes.value();
  return tensor;
}

/// The header's text, after the checks that need no JSON.
Result<std::string> readHeader(const InputFile& file, const SafetensorsLimits& limits) {
  if (file.size() < 8) {
    return damaged(file, fmt::format("it has {} bytes, too few for a safetensors header", file.size()));
  }
  uint64_t length = 0;
  ENGINE_RETURN_IF_ERROR(file.readAt(0, std::as_writable_bytes(std::span(&length, 1))));
  if (length > limits.maxHeaderBytes) {
    return damaged(file, fmt::format("its header claims {} bytes; at most {} are read", length, limits.maxHeaderBytes));
  }
  if (length > file.size() - 8) {
    return damaged(file, fmt::format("it is truncated inside its header: {}", formatBytesOf(file.size(), length + 8)));
  }
  std::string text(static_cast<size_t>(length), '\0');
  ENGINE_RETURN_IF_ERROR(file.readAt(8, std::as_writable_bytes(std::span(text.data(), text.size()))));
  if (text.empty() || text[0] != '{') return damaged(file, "its header does not begin with '{'");
  return text;
}

}  // namespace

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path, bool allowTruncated,
                                              const SafetensorsLimits& limits) {
  ENGINE_ASSIGN_OR_RETURN(InputFile opened, InputFile::open(path));
  try {
    SafetensorsFile out(std::move(opened));
    const InputFile& file = out.m_file;
    ENGINE_ASSIGN_OR_RETURN(const std::string text, readHeader(file, limits));
    JsonLimits jsonLimits;
    jsonLimits.maxBytes = limits.maxHeaderBytes;
    jsonLimits.maxDepth = 8;
    jsonLimits.rejectDuplicates = true;
    const Result<json> header = parseJson(text, jsonLimits);
    if (!header.ok()) return damaged(file, header.error().message);
    if (header.value().size() > limits.maxTensors + 1) {
      return damaged(
          file, fmt::format("it claims {} tensors; at most {} are read", header.value().size(), limits.maxTensors));
    }
    for (const auto& [name, entry] : header.value().items()) {
      if (name == "__metadata__") continue;
      ENGINE_ASSIGN_OR_RETURN(SafetensorsTensor tensor, readEntry(file, name, entry, limits));
      out.m_tensors.push_back(std::move(tensor));
    }
    // Tensors of no bytes come before those that begin at the same place.
    std::sort(out.m_tensors.begin(), out.m_tensors.end(), [](const SafetensorsTensor& a, const SafetensorsTensor& b) {
      return a.offset != b.offset ? a.offset < b.offset : a.bytes < b.bytes;
    });
    const uint64_t dataStart = 8 + text.size();
    uint64_t position = 0;
    for (SafetensorsTensor& tensor : out.m_tensors) {
      if (tensor.offset != position) {
        return damaged(file, fmt::format("the data of tensor {} begin at {} where the tensor before ends at {}",
                                         printable(tensor.name), tensor.offset, position));
      }
      position += tensor.bytes;  // No overflow: offset + bytes was a number in the header.
      const CheckedSize absolute = CheckedSize(dataStart) + tensor.offset;
      if (!(absolute + tensor.bytes).ok()) return damaged(file, "its data end beyond what a file can hold");
      tensor.offset = absolute.value();
    }
    out.m_expectedBytes = dataStart + position;
    if (file.size() > out.m_expectedBytes) {
      return damaged(file, fmt::format("{} bytes follow the last tensor", file.size() - out.m_expectedBytes));
    }
    if (out.truncated() && !allowTruncated) {
      return damaged(file, fmt::format("it is truncated: {}", formatBytesOf(file.size(), out.m_expectedBytes)));
    }
    return out;
  } catch (const std::exception& e) {
    const std::string name = printable(path.filename().string(), 200);
    return Error{ErrorCode::OutOfMemory, fmt::format("{}: no memory for its header: {}", name, e.what()), name};
  }
}

}  // namespace engine
