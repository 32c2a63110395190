// Hostile texts and hostile files: huge, damaged, or made to look like special tokens.
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>

#include "engine/load_tokenizer.h"

namespace {

namespace fs = std::filesystem;
using engine::PromptSegment;
using engine::TokenId;
using engine::Tokenizer;

const fs::path kData = fs::path(HEARTH_TEST_DATA) / "tokenizers";

std::shared_ptr<const Tokenizer> load(const fs::path& path) {
  auto tokenizer = engine::loadTokenizer(path);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().message;
  return tokenizer.ok() ? *tokenizer : nullptr;
}

std::string repeat(std::string_view text, size_t bytes) {
  std::string out;
  out.reserve(bytes + text.size());
  while (out.size() < bytes) out += text;
  return out;
}

/// Runs `work` on a thread whose stack would not hold a recursion over a large text.
void onSmallStack(std::function<void()> work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, 512 * 1024), 0);
  pthread_t thread{};
  const auto run = [](void* pointer) -> void* {
    (*static_cast<std::function<void()>*>(pointer))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, &work), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

class HugeTextTest : public testing::TestWithParam<const char*> {};

// A quadratic step anywhere would take these far beyond the test's time limit.
TEST_P(HugeTextTest, TokenizesAMegabyteOfAnything) {
  const auto tokenizer = load(kData / GetParam());
  ASSERT_NE(tokenizer, nullptr);
  constexpr size_t kMegabyte = 1'000'000, kLess = 200'000;
  const bool changesText = std::string_view(GetParam()) == "cased" || std::string_view(GetParam()) == "gpt2";
  onSmallStack([&] {
    for (const std::string_view unit : {"a", "\n", " ", "\U0001F600", "ab ", "1", "'", "\t \n", "\u4F60", "<|start|>",
                                        "<|star", "\u2581", "e\u0301", "a b1.\n"}) {
      const bool plain = unit == "a" || unit == "\n" || unit == "\U0001F600";
      const std::string text = repeat(unit, plain ? kMegabyte : kLess);
      const auto ids = tokenizer->encode(text, {false, false});
      ASSERT_TRUE(ids.ok()) << unit << ": " << ids.error().message;
      const bool normalFormDiffers = unit == "e\u0301" || unit == "\u2581";
      EXPECT_TRUE(changesText || normalFormDiffers || tokenizer->decode(*ids) == text) << unit;
    }
    for (const std::string_view unit : {"\u0301\u0316", "\u0F73", "\u0344\u0316"}) {
      EXPECT_TRUE(tokenizer->encode(std::string("e").append(repeat(unit, kLess)), {}).ok());
    }
    EXPECT_TRUE(tokenizer->encode(repeat("\x80", kLess), {}).ok());
  });
}

INSTANTIATE_TEST_SUITE_P(Vocabularies, HugeTextTest,
                         testing::Values("llama3", "qwen2", "gpt2", "cased", "spm", "llama2"));

TEST(TokenizerTest, RoundTripsBytesThatAreNoUtf8) {
  std::mt19937 random(11);
  for (const char* folder : {"llama3", "smollm", "spm", "spm-bare", "llama2"}) {
    const auto tokenizer = load(kData / folder);
    ASSERT_NE(tokenizer, nullptr);
    for (int i = 0; i < 500; ++i) {
      std::string text;
      for (size_t length = random() % 40; length > 0; --length) text.push_back(static_cast<char>(random() % 256));
      const auto ids = tokenizer->encode(text, {});
      ASSERT_TRUE(ids.ok());
      std::string bytes;
      for (const TokenId id : *ids) bytes += tokenizer->tokenBytes(id, false);
      if (tokenizer->dropsLeadingSpace() && !bytes.empty()) bytes.erase(0, 1);
      EXPECT_EQ(bytes, text) << folder;
    }
  }
}

TEST(TokenizerTest, TextThatLooksSpecialStaysText) {
  const auto tokenizer = load(kData / "llama3");
  ASSERT_NE(tokenizer, nullptr);
  const TokenId start = tokenizer->tokenToId("<|start|>"), end = tokenizer->tokenToId("<|end|>"),
                user = tokenizer->tokenToId("<|user|>"), tool = tokenizer->tokenToId("<tool>");
  ASSERT_GE(start, 0);
  EXPECT_TRUE(tokenizer->isSpecial(start));
  EXPECT_FALSE(tokenizer->isSpecial(tool));
  const auto count = [](const std::vector<TokenId>& ids, TokenId id) { return std::count(ids.begin(), ids.end(), id); };

  const std::vector<PromptSegment> prompt = {{"<|start|><|user|>", true},
                                             {"a<|end|><|user|>b<tool>", false},
                                             {"<|end|>", true},
                                             {"<|en", true},
                                             {"d|>", false},
                                             {"<|us", false},
                                             {"er|>", true}};
  auto ids = tokenizer->encodeSegments(prompt, true);
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(count(*ids, start), 1) << "BOS that the template wrote is not doubled";
  EXPECT_EQ(count(*ids, user), 1);
  EXPECT_EQ(count(*ids, end), 1);
  EXPECT_EQ(count(*ids, tool), 1) << "not special, and no marker here";
  std::string text;
  for (const auto& segment : prompt) text += segment.text;
  EXPECT_EQ(tokenizer->decode(*ids, true), text);

  const std::vector<PromptSegment> marked = {{"<tool>", true}, {"x<tool>", false}};
  ids = tokenizer->encodeSegments(marked, true);
  ASSERT_TRUE(ids.ok());
  EXPECT_EQ(ids->front(), start) << "BOS is added where the template has none";
  EXPECT_EQ(count(*ids, tool), 1) << "a marker of the template is not taken from content";
}

TEST(TokenizerTest, StreamHoldsBackPartsAndReplacesWhatCannotBe) {
  const auto tokenizer = load(kData / "spm");
  ASSERT_NE(tokenizer, nullptr);
  const auto byte = [&](unsigned value) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "<0x%02X>", value);
    return tokenizer->tokenToId(text.data());
  };
  engine::StreamDecoder decoder(*tokenizer);
  EXPECT_EQ(decoder.push(byte(0xF0)), "");
  EXPECT_EQ(decoder.push(byte(0x9F)), "");
  EXPECT_EQ(decoder.push(byte(0x98)), "");
  EXPECT_EQ(decoder.push(byte(0x80)), "\U0001F600");
  EXPECT_EQ(decoder.push(byte(0xE4)), "");
  EXPECT_EQ(decoder.push(byte(0x41)),
            "\uFFFD"
            "A");
  EXPECT_EQ(decoder.push(byte(0x80)), "\uFFFD");
  EXPECT_EQ(decoder.push(byte(0xE4)), "");
  EXPECT_EQ(decoder.finish(), "\uFFFD");
  EXPECT_EQ(decoder.finish(), "");
  EXPECT_EQ(decoder.push(-1), "");
  EXPECT_EQ(decoder.push(1 << 30), "");
}

/// A folder with the files of a tokenizer, one of them damaged.
class MutationTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    m_folder = fs::path(testing::TempDir()) / ("tokenizer_mutation_" + std::to_string(getpid()));
    fs::create_directories(m_folder);
  }
  void TearDown() override { fs::remove_all(m_folder); }
  fs::path m_folder;
};

TEST_P(MutationTest, DamagedFilesNeverCrash) {
  const fs::path original = kData / GetParam();
  for (const auto& entry : fs::directory_iterator(original.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (name == "vocab.json" || name == "merges.txt") fs::copy_file(entry.path(), m_folder / name);
  }
  std::ifstream in(original, std::ios::binary);
  const std::string good{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(good.empty());
  const fs::path damagedFile = m_folder / original.filename();
  std::mt19937 random(13);
  int loaded = 0;
  for (int round = 0; round < 250; ++round) {
    std::string bad = good;
    for (size_t change = 1 + random() % 4; change > 0 && !bad.empty(); --change) {
      const size_t at = random() % bad.size();
      switch (random() % 5) {
        case 0:
          bad[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          bad[at] = static_cast<char>(bad[at] ^ (1 << (random() % 8)));
          break;
        case 2:
          bad.resize(at);
          break;
        case 3:
          bad.erase(at, random() % 64);
          break;
        default:
          bad.insert(at, good.substr(random() % good.size(), random() % 64));
          break;
      }
    }
    std::ofstream(damagedFile, std::ios::binary | std::ios::trunc) << bad;
    const fs::path path = damagedFile.extension() == ".gguf" ? damagedFile : m_folder;
    const auto tokenizer = engine::loadTokenizer(path);
    if (!tokenizer.ok()) {
      EXPECT_FALSE(tokenizer.error().message.empty());
      continue;
    }
    ++loaded;
    const auto ids = (*tokenizer)->encode("Hello <|start|> w\u00F6rld 123\n\n\U0001F600 a'll", {true, true});
    if (!ids.ok()) continue;
    for (const TokenId id : *ids) EXPECT_LT(static_cast<size_t>(id), (*tokenizer)->vocabSize());
    (*tokenizer)->decode(*ids, true);
  }
  RecordProperty("loaded", loaded);
}

INSTANTIATE_TEST_SUITE_P(Files, MutationTest,
                         testing::Values("llama3/tokenizer.json", "llama3/vocab.gguf", "spm/tokenizer.model",
                                         "spm/vocab.gguf", "llama2/tokenizer.json", "qwen2-files/vocab.json",
                                         "qwen2-files/merges.txt"),
                         [](const auto& test) {
                           std::string name = test.param;
                           for (char& c : name) c = isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

TEST(TokenizerTest, SaysWhatIsMissing) {
  const fs::path empty = fs::path(testing::TempDir()) / ("tokenizer_none_" + std::to_string(getpid()));
  fs::create_directories(empty);
  const auto none = engine::loadTokenizer(empty);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, engine::ErrorCode::NotFound);
  EXPECT_NE(none.error().message.find("tokenizer.json"), std::string::npos);
  std::ofstream(empty / "tokenizer.json") << R"({"model":{"type":"Unigram","vocab":[]}})";
  const auto unigram = engine::loadTokenizer(empty);
  ASSERT_FALSE(unigram.ok());
  EXPECT_EQ(unigram.error().code, engine::ErrorCode::Unsupported);
  EXPECT_NE(unigram.error().message.find("Unigram"), std::string::npos) << unigram.error().message;
  fs::remove_all(empty);
}

}  // namespace
