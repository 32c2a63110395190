#include "tests/support/golden.h"

#include <map>
#include <nlohmann/json.hpp>
#include <span>

#include "engine/loaders/json_file.h"
#include "engine/loaders/safetensors.h"

namespace engine::testing {

namespace {

namespace fs = std::filesystem;

/// Every float tensor of a safetensors file.
Result<std::map<std::string, std::vector<float>>> readFloats(const fs::path& path) {
  ENGINE_ASSIGN_OR_RETURN(const SafetensorsFile file, SafetensorsFile::open(path));
  std::map<std::string, std::vector<float>> out;
  for (const SafetensorsTensor& tensor : file.tensors()) {
    if (tensor.type != StoredType::F32) continue;
    std::vector<float>& values = out[tensor.name];
    values.resize(tensor.bytes / sizeof(float));
    ENGINE_RETURN_IF_ERROR(file.file().readAt(tensor.offset, std::as_writable_bytes(std::span(values))));
  }
  return out;
}

}  // namespace

Golden readGolden(const std::string& name) {
  Golden out;
  const bool gguf = name.starts_with("gguf/");
  for (const fs::path& root : {fs::path(HEARTH_TEST_DATA) / "goldens", fs::path(HEARTH_SHARED) / "goldens"}) {
    out.model = root / (gguf ? name + ".gguf" : name);
    if (!fs::exists(out.model)) continue;
    const fs::path stem = gguf ? root / (name + ".golden") : root / name / "golden";
    const auto golden = readJsonFile(fs::path(stem) += ".json");
    const auto tensors = readFloats(fs::path(stem) += ".safetensors");
    if (!golden.ok() || !tensors.ok()) {
      out.problem = golden.ok() ? tensors.error().message : golden.error().message;
      return out;
    }
    for (const auto& entry : golden.value()["cases"]) {
      GoldenCase& item = out.cases.emplace_back();
      item.name = entry["name"].get<std::string>();
      item.prompt = entry["prompt"].get<std::vector<int32_t>>();
      item.greedy = entry["greedy"].get<std::vector<int32_t>>();
      item.lastLogits = tensors.value().at(entry["logits"].get<std::string>());
      if (entry.contains("all_positions")) {
        item.allLogits = tensors.value().at(entry["all_positions"].get<std::string>());
      }
    }
    return out;
  }
  out.absent = true;
  out.problem = "the golden " + name + " is neither in the repository nor in the reference folder";
  return out;
}

}  // namespace engine::testing
