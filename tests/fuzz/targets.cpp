#include "tests/fuzz/targets.h"

#include <array>
#include <fstream>
#include <iterator>

namespace fuzz {

namespace {

std::string readFile(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::span<const TargetRow> targets() {
  static constexpr std::array kTargets = {
      TargetRow{"safetensors", "headers of weight files, of whole models", safetensorsTarget},
      TargetRow{"config", "config.json of whole models", configTarget},
      TargetRow{"gguf", "GGUF models and vocabularies", ggufTarget},
      TargetRow{"tokenizer", "tokenizer.json", tokenizerTarget},
      TargetRow{"sentencepiece", "tokenizer.model", sentencePieceTarget},
      TargetRow{"template", "sources of chat templates", templateTarget},
      TargetRow{"http", "bytes on the server's socket", httpTarget},
      TargetRow{"request", "JSON bodies of every endpoint", requestTarget},
  };
  return kTargets;
}

std::string readData(const std::string& name) {
  return readFile(std::filesystem::path(HEARTH_TEST_DATA) / name);
}

std::string readResource(const std::string& name) {
  return readFile(std::filesystem::path(HEARTH_RESOURCES) / name);
}

void writeFile(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace fuzz
