#include "engine/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace engine {
namespace {

using ::testing::HasSubstr;

TEST(JsonTest, ParsesValues) {
  const auto value = parseJson(R"({"a":[1,2,{"b":null}],"c":"[[[[\"["})");
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(value.value()["a"].size(), 3u);
}

TEST(JsonTest, BoundsDepthBeforeParsing) {
  JsonLimits limits;
  limits.maxDepth = 3;
  EXPECT_TRUE(parseJson("[[[1]]]", limits).ok());
  EXPECT_THAT(parseJson("[[[[1]]]]", limits).error().message, HasSubstr("deeper than 3"));
  EXPECT_FALSE(parseJson(std::string(2'400'000, '[')).ok());
  EXPECT_FALSE(parseJson(std::string(2'400'000, '[') + std::string(2'400'000, ']')).ok());
  std::string objects;
  for (int i = 0; i < 1000; ++i) objects += R"({"a":)";
  EXPECT_THAT(parseJson(objects).error().message, HasSubstr("deeper"));
}

TEST(JsonTest, BoundsSizeAndValues) {
  JsonLimits limits;
  limits.maxBytes = 10;
  limits.maxValues = 4;
  EXPECT_TRUE(parseJson("[1,2,3]", limits).ok());
  EXPECT_FALSE(parseJson("[1,2,3,4]", limits).ok());
  EXPECT_FALSE(parseJson("\"0123456789\"", limits).ok());
}

TEST(JsonTest, SaysWhereItIsMalformed) {
  for (const char* text :
       {"", "{", "[1,]", "{\"a\" 1}", "nul", "\"\\u12\"", "\"\xff\"", "[1] 2", "\"abc", "1e999", "\\"}) {
    const auto value = parseJson(text);
    ASSERT_FALSE(value.ok()) << text;
    EXPECT_THAT(value.error().message, HasSubstr("malformed at byte")) << text;
  }
}

TEST(JsonTest, RejectsDuplicatesWhenAsked) {
  JsonLimits limits;
  limits.rejectDuplicates = true;
  EXPECT_TRUE(parseJson(R"({"a":{"a":1},"b":{"a":2}})", limits).ok());
  EXPECT_THAT(parseJson(R"({"b":{"a":1,"a":2}})", limits).error().message, HasSubstr("\"a\" twice"));
  EXPECT_TRUE(parseJson(R"({"a":1,"a":2})").ok());
}

TEST(TextTest, FormatsForPeople) {
  EXPECT_EQ(formatBytes(999), "999 bytes");
  EXPECT_EQ(formatBytes(98'362'432), "98.4 MB");
  EXPECT_EQ(formatBytesOf(1'200'000'000, 4'900'000'000), "1.2 of 4.9 GB");
  EXPECT_EQ(formatCount(134'515'008), "135 M");
  EXPECT_EQ(printable("a\nb\x1b[0m\xff"
                      "é"),
            "a?b?[0m?é");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

}  // namespace
}  // namespace engine
