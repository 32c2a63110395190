#include "engine/loaders/model_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "engine/loaders/json_file.h"
#include "engine/loaders/safetensors.h"
#include "engine/text.h"

namespace engine {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr size_t kMaxShards = 10000;
constexpr uint64_t kMaxConfigBytes = 8u << 20;
constexpr std::string_view kSafetensorsIndex = "model.safetensors.index.json";
constexpr std::string_view kPytorchIndex = "pytorch_model.bin.index.json";

JsonLimits configLimits() {
  JsonLimits limits;
  limits.maxBytes = kMaxConfigBytes;
  limits.maxValues = 1u << 20;
  return limits;
}

bool present(const fs::path& directory, std::string_view name) {
  return modelFile(directory, name).ok();
}

/// The distinct files that an index names, sorted.
Result<std::vector<std::string>> shardsOfIndex(const fs::path& directory, std::string_view indexName) {
  ENGINE_ASSIGN_OR_RETURN(const fs::path path, modelFile(directory, indexName));
  ENGINE_ASSIGN_OR_RETURN(const json index, readJsonFile(path));
  const auto map = index.find("weight_map");
  if (!index.is_object() || map == index.end() || !map->is_object()) {
    return Error{ErrorCode::Damaged, fmt::format("{} has no weight_map", indexName), std::string(indexName)};
  }
  std::set<std::string> names;
  for (const auto& [tensor, file] : map->items()) {
    if (!file.is_string()) {
      return Error{ErrorCode::Damaged, fmt::format("{} gives no file for {}", indexName, printable(tensor)),
                   std::string(indexName)};
    }
    names.insert(file.get<std::string>());
    if (names.size() > kMaxShards) {
      return Error{ErrorCode::Damaged, fmt::format("{} names more than {} files", indexName, kMaxShards),
                   std::string(indexName)};
    }
  }
  if (names.empty()) {
    return Error{ErrorCode::Damaged, fmt::format("{} names no file", indexName), std::string(indexName)};
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace

uint64_t StoredTensor::rows() const {
  uint64_t rows = 1;
  for (size_t i = 0; i + 1 < shape.size(); ++i) rows *= shape[i];  // Within 64 bits: the readers checked the product.
  return rows;
}

ModelSource::ModelSource() : m_config(std::make_unique<json>()), m_generationConfig(std::make_unique<json>()) {}
ModelSource::~ModelSource() = default;

const InputFile& ModelSource::file(uint32_t index) const {
  return m_gguf ? m_gguf->file() : m_files[index];
}

std::optional<size_t> ModelSource::find(std::string_view name) const {
  const auto found = m_index.find(name);
  if (found == m_index.end()) return std::nullopt;
  return found->second;
}

kernels::DType ModelSource::storedDType() const {
  if (m_config->is_object()) {
    for (const char* key : {"torch_dtype", "dtype"}) {
      const auto found = m_config->find(key);
      if (found == m_config->end()) continue;
      if (*found == "float32") return kernels::DType::F32;
      if (*found == "bfloat16") return kernels::DType::BF16;
      if (*found == "float16") return kernels::DType::F16;
    }
  }
  uint64_t f32 = 0, bf16 = 0, others = 0;
  for (const StoredTensor& tensor : m_tensors) {
    (tensor.type == StoredType::F32 ? f32 : tensor.type == StoredType::BF16 ? bf16 : others) += tensor.bytes;
  }
  if (f32 > bf16 && f32 > others) return kernels::DType::F32;
  return bf16 > others ? kernels::DType::BF16 : kernels::DType::F16;
}

Result<void> requireLoadable(const ModelSource& source, bool descriptionOnly) {
  const std::vector<std::string>& first =
      source.problems().empty() && !descriptionOnly ? source.weightProblems() : source.problems();
  if (first.empty()) return {};
  std::string text;
  for (const std::string& problem : first) text += (text.empty() ? "" : "; ") + problem;
  const bool unsupported = source.kind() == SourceKind::Pytorch && source.problems().empty();
  return Error{unsupported ? ErrorCode::Unsupported : ErrorCode::Damaged, text, source.name()};
}

void ModelSource::addTensor(StoredTensor tensor) {
  if (!m_index.emplace(tensor.name, m_tensors.size()).second) {
    m_weightProblems.push_back(fmt::format("the tensor {} is in two files", printable(tensor.name)));
    return;
  }
  m_tensors.push_back(std::move(tensor));
}

Result<std::unique_ptr<ModelSource>> ModelSource::open(const fs::path& path) {
  try {
    ENGINE_ASSIGN_OR_RETURN(ModelLocation location, locateModel(path));
    std::unique_ptr<ModelSource> out(new ModelSource);
    out->m_location = std::move(location);
    const fs::path& directory = out->directory();
    if (!out->m_location.file.empty()) {
      ENGINE_RETURN_IF_ERROR(out->openGguf(out->m_location.file));
      return out;
    }
    // A file of another name counts only when there is nothing under the usual ones.
    const bool pytorch = present(directory, kPytorchIndex) || present(directory, "pytorch_model.bin");
    const bool safetensors = present(directory, kSafetensorsIndex) || present(directory, "model.safetensors") ||
                             (!pytorch && !filesEndingWith(directory, ".safetensors").empty());
    const std::vector<std::string> ggufs = filesEndingWith(directory, ".gguf");
    if (!safetensors && !pytorch && !ggufs.empty()) {
      if (ggufs.size() > 1) {
        return Error{ErrorCode::InvalidArgument,
                     fmt::format("{} holds {} .gguf files; give the path of one, for example {}",
                                 printable(directory.string(), 300), ggufs.size(), printable(ggufs.front())),
                     "model-path"};
      }
      ENGINE_ASSIGN_OR_RETURN(const fs::path file, modelFile(directory, ggufs.front()));
      ENGINE_RETURN_IF_ERROR(out->openGguf(file));
      return out;
    }
    if (!present(directory, "config.json")) {
      return Error{ErrorCode::NotFound,
                   fmt::format("{} holds no model: there is neither a config.json nor a .gguf file in it",
                               printable(directory.string(), 300)),
                   "model-path"};
    }
    out->openConfig();
    if (safetensors) {
      out->openSafetensors();
    } else if (pytorch) {
      out->openPytorch();
    } else {
      out->m_weightProblems.emplace_back(
          "there are no weights in it: neither .safetensors nor pytorch_model*.bin nor .gguf files");
    }
    return out;
  } catch (const std::exception& e) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory for the headers of the model: {}", e.what()),
                 "model-path"};
  }
}

void ModelSource::openConfig() {
  for (const auto& [name, target, needed] : {std::tuple("config.json", m_config.get(), true),
                                             std::tuple("generation_config.json", m_generationConfig.get(), false)}) {
    const Result<fs::path> path = modelFile(directory(), name);
    if (!path.ok()) {
      if (needed || path.error().code != ErrorCode::NotFound) m_problems.push_back(path.error().message);
      continue;
    }
    Result<json> value = readJsonFile(path.value(), configLimits());
    if (!value.ok()) {
      m_problems.push_back(value.error().message);
    } else if (!value.value().is_object()) {
      m_problems.push_back(fmt::format("{} holds no JSON object", name));
    } else {
      *target = std::move(value).value();
    }
  }
}

void ModelSource::openSafetensors() {
  m_kind = SourceKind::Safetensors;
  std::vector<std::string> names;
  if (present(directory(), kSafetensorsIndex)) {
    Result<std::vector<std::string>> shards = shardsOfIndex(directory(), kSafetensorsIndex);
    if (!shards.ok()) {
      m_weightProblems.push_back(shards.error().message);
      return;
    }
    names = std::move(shards).value();
  } else if (present(directory(), "model.safetensors")) {
    names = {"model.safetensors"};
  } else {
    names = filesEndingWith(directory(), ".safetensors");
    if (names.size() > 1) {
      m_weightProblems.push_back(
          fmt::format("there are {} .safetensors files, but no {} that says how they belong together", names.size(),
                      kSafetensorsIndex));
      return;
    }
  }
  for (size_t i = 0; i < names.size(); ++i) openShard(names[i], i, names.size());
}

void ModelSource::openShard(const std::string& name, size_t index, size_t count) {
  ShardInfo shard;
  shard.file = printable(name, 200);
  const std::string what = count == 1 ? shard.file : fmt::format("shard {} of {} ({})", index + 1, count, shard.file);
  const Result<fs::path> path = modelFile(directory(), name);
  if (!path.ok()) {
    shard.present = path.error().code != ErrorCode::NotFound;
    m_weightProblems.push_back(shard.present ? fmt::format("{}: {}", what, path.error().message)
                                             : fmt::format("{} is missing", what));
    m_shards.push_back(std::move(shard));
    return;
  }
  std::error_code ignored;
  shard.bytes = fs::file_size(path.value(), ignored);
  Result<SafetensorsFile> opened = SafetensorsFile::open(path.value(), true);
  if (!opened.ok()) {
    m_weightProblems.push_back(count == 1
                                   ? opened.error().message
                                   : fmt::format("shard {} of {}: {}", index + 1, count, opened.error().message));
    m_shards.push_back(std::move(shard));
    return;
  }
  const SafetensorsFile& file = opened.value();
  shard.expectedBytes = file.expectedBytes();
  if (file.truncated()) {
    m_weightProblems.push_back(
        fmt::format("{} is truncated: {}", what, formatBytesOf(shard.bytes, shard.expectedBytes)));
  }
  const auto fileIndex = static_cast<uint32_t>(m_files.size());
  for (const SafetensorsTensor& tensor : file.tensors()) {
    addTensor({tensor.name, tensor.type, tensor.shape, fileIndex, tensor.offset, tensor.bytes});
  }
  m_files.push_back(std::move(opened).value().takeFile());
  m_shards.push_back(std::move(shard));
}

Result<void> ModelSource::openGguf(const fs::path& path) {
  m_kind = SourceKind::Gguf;
  ENGINE_ASSIGN_OR_RETURN(GgufFile opened, GgufFile::open(path, true));
  m_gguf.emplace(std::move(opened));
  ShardInfo shard;
  shard.file = m_gguf->file().name();
  shard.bytes = m_gguf->file().size();
  shard.expectedBytes = m_gguf->expectedBytes();
  if (m_gguf->truncated()) {
    m_weightProblems.push_back(
        fmt::format("{} is truncated: {}", shard.file, formatBytesOf(shard.bytes, shard.expectedBytes)));
  }
  m_shards.push_back(std::move(shard));
  if (m_gguf->getUnsigned("split.count").value_or(1) > 1) {
    m_weightProblems.push_back(
        fmt::format("it is one of {} parts of a split GGUF model, which we do not read: merge them "
                    "with llama-gguf-split --merge",
                    *m_gguf->getUnsigned("split.count")));
  }
  for (const GgufTensor& tensor : m_gguf->tensors()) {
    addTensor({tensor.name, tensor.type, tensor.shape, 0, tensor.offset, tensor.bytes});
  }
  if (m_tensors.empty()) m_weightProblems.emplace_back("it holds no tensors, only a vocabulary");
  return {};
}

void ModelSource::openPytorch() {
  m_kind = SourceKind::Pytorch;
  std::vector<std::string> names{"pytorch_model.bin"};
  if (present(directory(), kPytorchIndex)) {
    Result<std::vector<std::string>> shards = shardsOfIndex(directory(), kPytorchIndex);
    if (!shards.ok()) {
      m_weightProblems.push_back(shards.error().message);
      return;
    }
    names = std::move(shards).value();
  }
  for (const std::string& name : names) {
    ShardInfo shard;
    shard.file = printable(name, 200);
    const Result<fs::path> path = modelFile(directory(), name);
    shard.present = path.ok();
    std::error_code ignored;
    if (path.ok()) shard.bytes = fs::file_size(path.value(), ignored);
    m_shards.push_back(std::move(shard));
  }
  m_weightProblems.emplace_back(
      "its weights are PyTorch .bin files, which this build does not read yet: convert them to safetensors");
}

}  // namespace engine
