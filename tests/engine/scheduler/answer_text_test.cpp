#include "engine/scheduler/answer_text.h"

#include <gtest/gtest.h>

#include "tests/support/fake_tokenizer.h"

namespace engine {
namespace {

using test_support::FakeTokenizer;

/// Everything an answer gave out, fed one byte a token.
struct Shown {
  std::string text;
  std::string tokens;    ///< the tokens' bytes joined
  std::string logprobs;  ///< the log-probabilities' bytes joined
  size_t nTokens = 0;
  std::string stop;
};

void add(Shown& shown, const TokensEvent& event) {
  shown.text += event.text;
  for (const TokenId token : event.tokens) shown.tokens.push_back(static_cast<char>(token));
  for (const TokenLogprobs& entry : event.logprobs) shown.logprobs += entry.chosen.bytes;
  shown.nTokens += event.tokens.size();
}

Shown feed(const std::vector<std::string>& stops, const std::string& bytes) {
  const FakeTokenizer tokenizer;
  AnswerText text(tokenizer, stops, 0);
  Shown shown;
  for (const char byte : bytes) {
    TokensEvent event;
    kernels::SampledRow row;
    row.token = static_cast<unsigned char>(byte);
    text.push(row, &event);
    add(shown, event);
    if (text.matched()) break;
  }
  TokensEvent last;
  text.finish(&last);
  add(shown, last);
  shown.stop = text.stopString();
  return shown;
}

TEST(AnswerText, B29HoldsACodePointUntilItIsWhole) {
  const FakeTokenizer tokenizer;
  AnswerText text(tokenizer, {}, -1);
  const std::string euro = "\xE2\x82\xAC";
  for (size_t i = 0; i < euro.size(); ++i) {
    TokensEvent event;
    kernels::SampledRow row;
    row.token = static_cast<unsigned char>(euro[i]);
    text.push(row, &event);
    EXPECT_EQ(event.text, i < 2 ? "" : euro);
  }
}

TEST(AnswerText, B29InvalidTailsBecomeReplacementsAtTheEnd) {
  EXPECT_EQ(feed({}, "ab\xE2\x82").text, "ab\xEF\xBF\xBD");
  EXPECT_EQ(feed({},
                 "a\xFF"
                 "b")
                .text,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(AnswerText, B30LogprobsJoinUpToTheText) {
  const Shown shown = feed({}, "Grüße, 世界 🎉!");
  EXPECT_EQ(shown.text, "Grüße, 世界 🎉!");
  EXPECT_EQ(shown.logprobs, shown.text);
  EXPECT_EQ(shown.nTokens, shown.text.size());
}

TEST(AnswerText, B31WhatAStopStringCutsIsNeitherInTextNorInTokens) {
  const Shown shown = feed({"STOP"}, "one two STOP three");
  EXPECT_EQ(shown.text, "one two ");
  EXPECT_EQ(shown.tokens, "one two ");
  EXPECT_EQ(shown.logprobs, "one two ");
  EXPECT_EQ(shown.stop, "STOP");
}

TEST(AnswerText, B31AHeldTailIsFlushedWithItsTokens) {
  const Shown shown = feed({"STOP"}, "one STO");
  EXPECT_EQ(shown.text, "one STO");
  EXPECT_EQ(shown.tokens, "one STO");
  EXPECT_EQ(shown.stop, "");
}

TEST(AnswerText, B32AStopInsideASplitCharacter) {
  const Shown shown = feed({"é!"}, "caf\xC3\xA9! x");
  EXPECT_EQ(shown.text, "caf");
  EXPECT_EQ(shown.tokens, "caf");
}

TEST(AnswerText, B32AMatchThatWaitedForAnEarlierOneStillEndsTheText) {
  const Shown shown = feed({"bc", "abcd"}, "xabc");
  EXPECT_EQ(shown.text, "xa");
  EXPECT_EQ(shown.tokens, "xa");
  EXPECT_EQ(shown.stop, "bc");
}

/// Words as tokens, the way SentencePiece has them.
class WordTokenizer : public FakeTokenizer {
 public:
  std::string tokenBytes(TokenId id, bool) const override { return id == 0 ? " Hello" : " wonderful world"; }
  bool dropsLeadingSpace() const override { return true; }
};

TEST(AnswerText, B30TheDroppedLeadingSpaceIsInNoLogprobEither) {
  const WordTokenizer tokenizer;
  AnswerText text(tokenizer, {"ful w"}, 0);
  TokensEvent event;
  kernels::SampledRow row;
  for (const TokenId token : {0, 1}) {
    row.token = token;
    text.push(row, &event);
  }
  text.finish(&event);
  EXPECT_EQ(event.text, "Hello wonder");
  ASSERT_EQ(event.logprobs.size(), 2u);
  EXPECT_EQ(event.logprobs[0].chosen.bytes, "Hello");
  EXPECT_EQ(event.logprobs[1].chosen.bytes, " wonder") << "the token in which the stop string begins is cut there";
}

}  // namespace
}  // namespace engine
