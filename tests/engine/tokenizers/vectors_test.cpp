// The published vectors of known vocabularies: 47 texts each, from files beside the repository.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "engine/load_tokenizer.h"
#include "tests/engine/tokenizers/unpacked.h"

namespace {

namespace fs = std::filesystem;
using engine::TokenId;

const fs::path kTokenizers = fs::path(HEARTH_SHARED) / "tokenizers";

std::string readFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> readTexts(const std::string& name) {
  const std::string all = readFile(kTokenizers / "ggml-vectors" / ("ggml-vocab-" + name + ".inp"));
  const std::string separator = "\n__ggml_vocab_test__\n";
  std::vector<std::string> texts;
  size_t begin = 0;
  for (size_t end = all.find(separator); end != std::string::npos; end = all.find(separator, begin)) {
    texts.push_back(all.substr(begin, end - begin));
    begin = end + separator.size();
  }
  texts.push_back(all.substr(begin));
  return texts;
}

std::vector<std::vector<TokenId>> readIds(const std::string& name) {
  std::istringstream all(readFile(kTokenizers / "ggml-vectors" / ("ggml-vocab-" + name + ".out")));
  std::vector<std::vector<TokenId>> ids;
  for (std::string line; std::getline(all, line);) {
    std::istringstream numbers(line);
    ids.emplace_back(std::istream_iterator<TokenId>(numbers), std::istream_iterator<TokenId>());
  }
  ids.resize(readTexts(name).size());  // the last text is empty and so has no line
  return ids;
}

struct VectorCase {
  const char* vectors;
  const char* model;  ///< under tokenizers/
};

void PrintTo(const VectorCase& value, std::ostream* out) {
  *out << value.model;
}

class VectorTest : public testing::TestWithParam<VectorCase> {};

TEST_P(VectorTest, IdsAreTheReferences) {
  const fs::path model = kTokenizers / GetParam().model;
  if (!fs::exists(model)) GTEST_SKIP() << model << " is not there";
  const Unpacked unpacked(model);
  const auto tokenizer = engine::loadTokenizer(unpacked.path());
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  const auto texts = readTexts(GetParam().vectors);
  const auto ids = readIds(GetParam().vectors);
  ASSERT_EQ(texts.size(), 47u);
  ASSERT_EQ(ids.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto got = (*tokenizer)->encode(texts[i], {});
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(*got, ids[i]) << "text " << i << ": " << texts[i];
    EXPECT_EQ((*tokenizer)->decode(*got), texts[i]) << "text " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, VectorTest,
                         testing::Values(VectorCase{"llama-spm", "ggml-vectors/ggml-vocab-llama-spm.gguf"},
                                         VectorCase{"llama-spm", "llama2"}, VectorCase{"llama-bpe", "llama3"},
                                         VectorCase{"qwen2", "qwen2.5"}, VectorCase{"gpt-2", "gpt2"}),
                         [](const auto& test) {
                           std::string name = std::string(test.param.vectors) + "_" + test.param.model;
                           for (char& c : name) c = isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

}  // namespace
