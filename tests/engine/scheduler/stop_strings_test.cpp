#include "engine/scheduler/stop_strings.h"

#include <gtest/gtest.h>

#include <random>

namespace engine {
namespace {

struct Outcome {
  std::string text, match;
};

/// Feeds `pieces` and checks on the way that everything shown is final.
Outcome run(const std::vector<std::string>& stops, const std::vector<std::string>& pieces) {
  StopStrings matcher(stops);
  Outcome out;
  for (const std::string& piece : pieces) {
    out.text += matcher.push(piece);
    if (matcher.matched()) break;
  }
  out.text += matcher.finish();
  if (matcher.matched()) out.match = matcher.match();
  return out;
}

TEST(StopStrings, B31FoundAcrossPiecesAndNeverLeaks) {
  StopStrings matcher({"</end>"});
  EXPECT_EQ(matcher.push("text </e"), "text ");
  EXPECT_EQ(matcher.push("n"), "");
  EXPECT_EQ(matcher.push("d> more"), "");
  EXPECT_TRUE(matcher.matched());
  EXPECT_EQ(matcher.finish(), "");
}

TEST(StopStrings, B31HoldsOnlyWhatCanStillMatchAndFlushesAtTheEnd) {
  StopStrings matcher({"abcd"});
  EXPECT_EQ(matcher.push("xyz ab"), "xyz ");
  EXPECT_EQ(matcher.push("xabc"), "abx");
  EXPECT_EQ(matcher.finish(), "abc");
  EXPECT_FALSE(matcher.matched());
}

TEST(StopStrings, B32EarliestStartWinsThenTheLongest) {
  EXPECT_EQ(run({"bc", "abcd"}, {"xabcd"}).text, "x");
  EXPECT_EQ(run({"bc", "abcd"}, {"xa", "b", "c", "d"}).match, "abcd");
  // The earlier one does not complete, so the later one ends the text.
  EXPECT_EQ(run({"bc", "abcd"}, {"xabc", "e"}).text, "xa");
  EXPECT_EQ(run({"bc", "abcd"}, {"xabc"}).text, "xa");
  EXPECT_EQ(run({"ab", "abc"}, {"1abc"}).match, "abc");
}

TEST(StopStrings, B32CodePointsAndSelfOverlap) {
  EXPECT_EQ(run({"é"}, {"caf", "\xC3", "\xA9", "!"}).text, "caf");
  EXPECT_EQ(run({"aab"}, {"aaaab"}).text, "aa");
  EXPECT_EQ(run({"\n\n"}, {"a\n", "b\n", "\nc"}).text, "a\nb");
}

TEST(StopStrings, B32EmptyStopsAreNone) {
  EXPECT_EQ(run({}, {"a", "b"}).text, "ab");
  EXPECT_EQ(run({""}, {"a", "b"}).text, "ab");
}

/// The straightforward definition over the whole text.
Outcome expected(const std::vector<std::string>& stops, const std::string& text) {
  size_t best = std::string::npos;
  for (const std::string& stop : stops) best = std::min(best, text.find(stop));
  return {text.substr(0, best), ""};
}

TEST(StopStrings, AgreesWithSearchInTheWholeText) {
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    const auto word = [&](size_t longest) {
      std::string out(random() % longest + 1, 'a');
      for (char& letter : out) letter = static_cast<char>('a' + random() % 2);
      return out;
    };
    std::vector<std::string> stops, pieces;
    for (size_t i = random() % 4; i > 0; --i) stops.push_back(word(6));
    std::string text;
    for (size_t i = random() % 12; i > 0; --i) {
      pieces.push_back(word(3));
      text += pieces.back();
    }
    ASSERT_EQ(run(stops, pieces).text, expected(stops, text).text) << text << " round " << round;
  }
}

}  // namespace
}  // namespace engine
