// What is fed with damaged inputs. Registration is the list in targets.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/mutator.h"

namespace fuzz {

/// How one input ended.
struct Outcome {
  bool accepted = false;   ///< taken as good: loaded, rendered, answered
  std::string fault = {};  ///< a promise that was not kept, in words; empty when all is well
};

/// A reader of untrusted input, ready to run.
struct Target {
  std::vector<Seed> seeds;
  std::vector<std::string_view> words;  ///< of the format, for the mutator
  std::function<Outcome(const std::string& input)> run;
};

/// One row of the list. `make` may use the empty folder for its files as long as the target lives.
struct TargetRow {
  std::string_view name, what;
  Target (*make)(const std::filesystem::path& folder);
};
std::span<const TargetRow> targets();

Target safetensorsTarget(const std::filesystem::path& folder);
Target configTarget(const std::filesystem::path& folder);
Target ggufTarget(const std::filesystem::path& folder);
Target tokenizerTarget(const std::filesystem::path& folder);
Target sentencePieceTarget(const std::filesystem::path& folder);
Target templateTarget(const std::filesystem::path& folder);
Target httpTarget(const std::filesystem::path& folder);
Target requestTarget(const std::filesystem::path& folder);

/// A file of tests/data, or of the repository's resources.
std::string readData(const std::string& name);
std::string readResource(const std::string& name);
/// Writes or replaces a file.
void writeFile(const std::filesystem::path& file, std::string_view bytes);

}  // namespace fuzz
