// Scanners against the regular expressions they stand for, and the ways of splitting.
#include "engine/tokenizers/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <random>

#include "engine/utf8.h"

namespace {

using engine::PreTokenizer;
using engine::ScanPattern;
using engine::SplitBehavior;
using engine::TextPiece;

std::vector<std::string> split(const PreTokenizer& preTokenizer, const std::string& text) {
  std::vector<TextPiece> pieces;
  const auto result = preTokenizer.split(text, pieces);
  EXPECT_TRUE(result.ok()) << result.error().message;
  std::vector<std::string> out;
  for (const TextPiece& piece : pieces) out.push_back(text.substr(piece.begin, piece.end - piece.begin));
  return out;
}

std::string randomText(std::mt19937& random) {
  static const std::vector<std::u32string> kAlphabets = {
      U"abcSTREVMLD",
      U"'\u017F\u2019",
      U" \t\n\r\v\f\u00A0\u3000\u2028\u0085\u180E",
      U"0123456789\u0663\u00BD\u2167",
      U"!?.,-_<|>/\u3002\u20AC",
      U"\u00E9\u0301\u4F60\u597D\u0E01\u0E33\u1F600\U0001F600\u200D\uFE0F"};
  std::string text;
  const size_t length = random() % 40;
  for (size_t i = 0; i < length; ++i) {
    const auto& alphabet = kAlphabets[random() % kAlphabets.size()];
    const char32_t c = alphabet[random() % alphabet.size()];
    for (size_t repeat = random() % 4 == 0 ? 1 + random() % 5 : 1; repeat > 0; --repeat) engine::appendUtf8(text, c);
  }
  return text;
}

std::string nameOf(ScanPattern pattern) {
  return pattern == ScanPattern::Llama3 ? "Llama3" : pattern == ScanPattern::Qwen2 ? "Qwen2" : "Gpt2";
}

class ScannerTest : public testing::TestWithParam<ScanPattern> {};

TEST_P(ScannerTest, CutsAsItsPattern) {
  const std::string pattern(patternText(GetParam()));
  PreTokenizer scanner, regex;
  ASSERT_TRUE(scanner.addPattern(pattern).ok());
  const auto added = regex.addPattern(pattern, SplitBehavior::Isolated, false, true);
  ASSERT_TRUE(added.ok()) << added.error().message;
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::string text = randomText(random);
    EXPECT_EQ(split(scanner, text), split(regex, text)) << text;
  }
}

TEST_P(ScannerTest, KeepsEveryByteOfBrokenText) {
  PreTokenizer scanner;
  ASSERT_TRUE(scanner.addPattern(std::string(patternText(GetParam()))).ok());
  std::mt19937 random(8);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (size_t length = random() % 50; length > 0; --length) text.push_back(static_cast<char>(random() % 256));
    std::string joined;
    for (const std::string& piece : split(scanner, text)) joined += piece;
    EXPECT_EQ(joined, text);
  }
}

INSTANTIATE_TEST_SUITE_P(Patterns, ScannerTest,
                         testing::Values(ScanPattern::Llama3, ScanPattern::Qwen2, ScanPattern::Gpt2),
                         [](const auto& test) { return nameOf(test.param); });

TEST(PreTokenizerTest, CutsAsTheBehaviorSays) {
  const std::string text = "-ab--c-";
  const auto with = [&](SplitBehavior behavior, bool invert) {
    PreTokenizer preTokenizer;
    EXPECT_TRUE(preTokenizer.addLiteral("-", behavior, invert).ok());
    PreTokenizer regex;
    EXPECT_TRUE(regex.addPattern("-", behavior, invert).ok());
    EXPECT_EQ(split(preTokenizer, text), split(regex, text));
    return split(preTokenizer, text);
  };
  using Pieces = std::vector<std::string>;
  EXPECT_EQ(with(SplitBehavior::Isolated, false), (Pieces{"-", "ab", "-", "-", "c", "-"}));
  EXPECT_EQ(with(SplitBehavior::Removed, false), (Pieces{"ab", "c"}));
  EXPECT_EQ(with(SplitBehavior::Removed, true), (Pieces{"-", "-", "-", "-"}));
  EXPECT_EQ(with(SplitBehavior::MergedWithPrevious, false), (Pieces{"-", "ab-", "-", "c-"}));
  EXPECT_EQ(with(SplitBehavior::MergedWithNext, false), (Pieces{"-ab", "-", "-c", "-"}));
  EXPECT_EQ(with(SplitBehavior::Contiguous, false), (Pieces{"-", "ab", "--", "c", "-"}));
}

TEST(PreTokenizerTest, SplitsDigitsFirst) {
  PreTokenizer preTokenizer;
  preTokenizer.addDigits(true);
  ASSERT_TRUE(preTokenizer.addPattern(std::string(patternText(ScanPattern::Gpt2))).ok());
  EXPECT_EQ(split(preTokenizer, "a 12\u0663 b"), (std::vector<std::string>{"a", " ", "1", "2", "\u0663", " b"}));
}

TEST(PreTokenizerTest, RefusesWhatItWouldMisread) {
  for (const char* pattern : {"[\\p{L}&&[^a]]", "[a[b]]", "(", "\\h", "a\\Cb", "(?<n>"}) {
    PreTokenizer preTokenizer;
    const auto result = preTokenizer.addPattern(pattern);
    EXPECT_FALSE(result.ok()) << pattern;
  }
  PreTokenizer preTokenizer;
  EXPECT_FALSE(preTokenizer.addPattern(std::string(20000, 'a')).ok());
  EXPECT_FALSE(preTokenizer.addLiteral("", SplitBehavior::Isolated, false).ok());
}

TEST(PreTokenizerTest, GivesUpOnAPatternThatBacktracksWithoutEnd) {
  for (const char* pattern : {"(a+)+b", "(a|a)*b", "(?=(a+)+b)a"}) {
    PreTokenizer preTokenizer;
    ASSERT_TRUE(preTokenizer.addPattern(pattern).ok()) << pattern;
    std::vector<TextPiece> pieces;
    // The b at the end keeps the engine from seeing at once that nothing can match.
    EXPECT_FALSE(preTokenizer.split(std::string(20000, 'a') + "db", pieces).ok()) << pattern;
  }
}

}  // namespace
