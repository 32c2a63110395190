// A model's files, opened: configuration and the table of all stored tensors, whatever the format. Headers only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaders/gguf.h"
#include "engine/loaders/input_file.h"
#include "engine/loaders/model_directory.h"
#include "engine/loaders/stored_type.h"
#include "engine/model_info.h"
#include "engine/result.h"

namespace engine {

/// A tensor in one of the model's files.
struct StoredTensor {
  std::string name;
  StoredType type = StoredType::F32;
  std::vector<uint64_t> shape;  ///< slowest first
  uint32_t file = 0;            ///< index into ModelSource::files()
  uint64_t offset = 0;          ///< from the start of that file
  uint64_t bytes = 0;

  /// As a matrix: all but the last dimension are rows. A vector is one row.
  uint64_t cols() const { return shape.empty() ? 1 : shape.back(); }
  uint64_t rows() const;
  uint64_t elements() const { return rows() * cols(); }
};

enum class SourceKind {
  Safetensors,
  Gguf,
  Pytorch,  ///< recognised; its tensors are not read
  NoWeights,
};

class ModelSource {
 public:
  /// Opens what is at `path`. NotFound when there is no model. Damage to single parts is kept in problems(), so that
  /// what is there can still be told.
  static Result<std::unique_ptr<ModelSource>> open(const std::filesystem::path& path);
  ModelSource(const ModelSource&) = delete;
  ModelSource& operator=(const ModelSource&) = delete;
  ~ModelSource();

  SourceKind kind() const { return m_kind; }
  const std::filesystem::path& directory() const { return m_location.directory; }
  const std::string& name() const { return m_location.name; }

  /// config.json and generation_config.json; null values where they are absent (and for GGUF).
  const nlohmann::json& config() const { return *m_config; }
  const nlohmann::json& generationConfig() const { return *m_generationConfig; }
  /// Metadata when the model is a GGUF file.
  const GgufFile* gguf() const { return m_gguf ? &*m_gguf : nullptr; }

  const InputFile& file(uint32_t index) const;
  const std::vector<StoredTensor>& tensors() const { return m_tensors; }
  /// Index of a tensor by name.
  std::optional<size_t> find(std::string_view name) const;

  const std::vector<ShardInfo>& shards() const { return m_shards; }
  /// What is wrong with the description (config.json, GGUF keys), and with the weight files.
  const std::vector<std::string>& problems() const { return m_problems; }
  const std::vector<std::string>& weightProblems() const { return m_weightProblems; }

  /// The float type that the model was trained in: config.json's, else that of most stored bytes, else float16.
  kernels::DType storedDType() const;

 private:
  ModelSource();
  void openConfig();
  void openSafetensors();
  void openShard(const std::string& name, size_t index, size_t count);
  Result<void> openGguf(const std::filesystem::path& path);
  void openPytorch();
  void addTensor(StoredTensor tensor);

  ModelLocation m_location;
  SourceKind m_kind = SourceKind::NoWeights;
  std::unique_ptr<nlohmann::json> m_config, m_generationConfig;
  std::optional<GgufFile> m_gguf;
  std::vector<InputFile> m_files;
  std::vector<StoredTensor> m_tensors;
  std::map<std::string, size_t, std::less<>> m_index;
  std::vector<ShardInfo> m_shards;
  std::vector<std::string> m_problems, m_weightProblems;
};

/// The first problem that keeps the model from loading; without weights when `descriptionOnly`.
Result<void> requireLoadable(const ModelSource& source, bool descriptionOnly);

}  // namespace engine
