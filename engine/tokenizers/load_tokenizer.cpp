#include "engine/tokenizers/load_tokenizer.h"

#include <fmt/format.h>

#include <new>
#include <stdexcept>

#include "engine/tokenizers/gguf_tokenizer.h"

namespace engine {
namespace {

using TokenizerResult = Result<std::shared_ptr<const Tokenizer>>;

TokenizerResult fromGguf(const std::filesystem::path& path) {
  ENGINE_ASSIGN_OR_RETURN(const GgufFile file, GgufFile::open(path, true));
  return tokenizerFromGguf(file);
}

TokenizerResult load(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return fromGguf(path);
  return Error{ErrorCode::NotFound, fmt::format("{} holds no tokenizer", path.string())};
}

}  // namespace

TokenizerResult loadTokenizer(const std::filesystem::path& modelPath) {
  try {
    return load(modelPath);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory for the tokenizer of {}", modelPath.string())};
  } catch (const std::length_error&) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory for the tokenizer of {}", modelPath.string())};
  }
}

}  // namespace engine
