// Tiny vocabularies of our own against the libraries that define their formats; made by
// tools/make_tokenizer_goldens.py.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "engine/load_tokenizer.h"
#include "engine/utf8.h"

namespace {

namespace fs = std::filesystem;
using engine::EncodeOptions;
using engine::TokenId;
using engine::Tokenizer;
using nlohmann::json;

const fs::path kData = fs::path(HEARTH_TEST_DATA) / "tokenizers";

json readJson(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return json::parse(in);
}

struct GoldenCase {
  const char* folder;
  const char* file;  ///< empty: the folder itself
  bool parses;       ///< the reference recognises specials
};

void PrintTo(const GoldenCase& value, std::ostream* out) {
  *out << value.folder << '/' << value.file;
}

std::shared_ptr<const Tokenizer> load(const GoldenCase& golden) {
  auto tokenizer = engine::loadTokenizer(kData / golden.folder / golden.file);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  return tokenizer.ok() ? *tokenizer : nullptr;
}

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, IdsAndTextAreTheLibrarys) {
  const auto texts = readJson(kData / "texts.json").get<std::vector<std::string>>();
  const json cases = readJson(kData / GetParam().folder / "cases.json");
  const auto tokenizer = load(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  ASSERT_EQ(cases["parsed"].size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string key = std::to_string(i);
    const auto parsedIds = cases["parsed"][i].get<std::vector<TokenId>>();
    const auto plainIds = cases["plain"].value(key, parsedIds);
    if (GetParam().parses) {
      const auto parsed = tokenizer->encode(texts[i], {false, true});
      ASSERT_TRUE(parsed.ok()) << parsed.error().message;
      EXPECT_EQ(*parsed, parsedIds) << i << ": " << json(texts[i]);
    }
    const auto plain = tokenizer->encode(texts[i], {false, false});
    ASSERT_TRUE(plain.ok()) << plain.error().message;
    EXPECT_EQ(*plain, plainIds) << i << ": " << json(texts[i]);
    const json decoded = cases["decoded"].value(key, json(texts[i]));
    if (!decoded.is_string()) continue;  // the reference cannot say
    EXPECT_EQ(tokenizer->decode(parsedIds, true), decoded.get<std::string>()) << i;
  }
  const auto front = tokenizer->encode("", {true, true});
  ASSERT_TRUE(front.ok());
  EXPECT_EQ(*front, cases["front"].get<std::vector<TokenId>>());
}

TEST_P(GoldenTest, StreamedTextIsTheWholeText) {
  const auto texts = readJson(kData / "texts.json").get<std::vector<std::string>>();
  const auto tokenizer = load(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  for (const std::string& text : texts) {
    const auto ids = tokenizer->encode(text, {false, false});
    ASSERT_TRUE(ids.ok());
    engine::StreamDecoder decoder(*tokenizer);
    std::string streamed;
    for (const TokenId id : *ids) {
      const std::string part = decoder.push(id);
      for (size_t at = 0; at < part.size();) {
        const auto step = engine::nextUtf8(part, at);
        ASSERT_EQ(step.kind, engine::Utf8Kind::Valid) << "a part of a code point came out";
        at += step.length;
      }
      streamed += part;
    }
    streamed += decoder.finish();
    EXPECT_EQ(streamed, tokenizer->decode(*ids));
  }
}

TEST_P(GoldenTest, SegmentsWithoutSpecialTextEncodeAsTheWhole) {
  const auto texts = readJson(kData / "texts.json").get<std::vector<std::string>>();
  const auto tokenizer = load(GetParam());
  ASSERT_NE(tokenizer, nullptr);
  std::mt19937 random(3);
  for (const std::string& text : texts) {
    const auto parsed = tokenizer->encode(text, {true, true});
    const auto plain = tokenizer->encode(text, {true, false});
    ASSERT_TRUE(parsed.ok() && plain.ok());
    // Tokens that are not special may be cut in two here, or be told apart as markers of turns.
    const bool holdsTokens = *parsed != *plain || text.find('<') != std::string::npos;
    if (holdsTokens || text.find("norm") != std::string::npos) continue;
    std::vector<engine::PromptSegment> segments;
    for (size_t at = 0; at < text.size();) {
      size_t length = 1 + random() % 5;
      // A template's texts end before no combining mark.
      while (at + length < text.size() && static_cast<uint8_t>(text[at + length]) >= 0x80) ++length;
      segments.push_back({text.substr(at, length), random() % 2 == 0});
      at += length;
    }
    const auto joined = tokenizer->encodeSegments(segments, true);
    ASSERT_TRUE(joined.ok());
    EXPECT_EQ(*joined, *plain) << json(text);
  }
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, GoldenTest,
                         testing::Values(GoldenCase{"llama3", "", true}, GoldenCase{"llama3", "vocab.gguf", false},
                                         GoldenCase{"qwen2", "", true}, GoldenCase{"qwen2-files", "", true},
                                         GoldenCase{"gpt2", "", true}, GoldenCase{"smollm", "", true},
                                         GoldenCase{"cased", "", true}, GoldenCase{"spm", "", false},
                                         GoldenCase{"spm", "vocab.gguf", false}, GoldenCase{"spm-bare", "", false},
                                         GoldenCase{"spm-unknown", "", false}, GoldenCase{"llama2", "", true},
                                         GoldenCase{"metaspace", "", true}),
                         [](const auto& test) {
                           std::string name =
                               std::string(test.param.folder) + (*test.param.file != '\0' ? "_gguf" : "");
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
