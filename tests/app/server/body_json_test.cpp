#include "app/server/body_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace app {

using ::testing::HasSubstr;

namespace {

std::string roundTrip(const std::string& text) {
  const auto parsed = parseBodyJson(text);
  return parsed.ok() ? parsed->dump() : "error: " + parsed.error().message;
}

}  // namespace

TEST(BodyJson, KeepsTheSendersOrder) {
  for (const char* text : {R"({"z":1,"a":{"y":[1,2.5,-3],"b":null},"m":[{"k":true},{"j":"é"}]})", "[]", "5",
                           R"("text")", "[[],{},[[]]]"}) {
    EXPECT_EQ(roundTrip(text), text);
  }
}

TEST(BodyJson, OfARepeatedKeyTheLastValueCounts) {
  EXPECT_EQ(roundTrip(R"({"a":1,"b":2,"a":{"c":3,"c":4}})"), R"({"b":2,"a":{"c":4}})");
}

TEST(BodyJson, BoundsHoldWhileReading) {
  EXPECT_TRUE(parseBodyJson(std::string(128, '[') + std::string(128, ']')).ok());
  EXPECT_THAT(roundTrip(std::string(129, '[') + std::string(129, ']')), HasSubstr("nested deeper than 128"));
  EXPECT_THAT(roundTrip(std::string(2'400'000, '[')), HasSubstr("nested deeper"));
  const auto many = parseBodyJson("[1,2,3,4]", {.values = 4});
  ASSERT_FALSE(many.ok());
  EXPECT_THAT(many.error().message, HasSubstr("more than 4 values"));
}

TEST(BodyJson, ManyKeysTakeLinearTime) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text.back() = '}';
  const auto parsed = parseBodyJson(text);  // a quadratic reader would need minutes
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->size(), 300'000u);
}

TEST(BodyJson, ErrorsSayWhere) {
  EXPECT_THAT(roundTrip(R"({"a":tru})"), HasSubstr("malformed at byte"));
  for (const char* text : {"", "{", "{\"a\"}", "[1,]", "1e400", "\"\\ud800\"", "\"\xc3\"", "[1] x", "nan"}) {
    EXPECT_THAT(roundTrip(text), HasSubstr("malformed")) << text;
  }
}

}  // namespace app
