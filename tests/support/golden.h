// Reference outputs beside tiny models.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace engine::testing {

struct GoldenCase {
  std::string name;
  std::vector<int32_t> prompt, greedy;
  std::vector<float> lastLogits;
  std::vector<float> allLogits;  ///< [prompt, vocab], of one case a model
};

struct Golden {
  std::filesystem::path model;  ///< what to load
  std::vector<GoldenCase> cases;
  std::string problem;  ///< why there are no cases: absent, or unreadable
  bool absent = false;
};

/// A golden by its folder's name, or "gguf/<name>"; from the repository's test data, else from the reference folder
/// beside it.
Golden readGolden(const std::string& name);

}  // namespace engine::testing
