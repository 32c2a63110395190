#include "engine/loaders/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/engine/loaders/gguf_builder.h"
#include "tests/support/temp_folder.h"

namespace engine {
namespace {

using testing::ByteWriter;
using ::testing::HasSubstr;
using testing::TempFolder;

std::string file(const std::string& header, size_t dataBytes) {
  return ByteWriter().string(header).raw(std::string(dataBytes, 'x')).bytes();
}

class SafetensorsTest : public ::testing::Test {
 protected:
  Result<SafetensorsFile> open(const std::string& bytes, bool allowTruncated = false) {
    return SafetensorsFile::open(folder.write("model.safetensors", bytes), allowTruncated);
  }
  std::string failure(const std::string& header, size_t dataBytes) {
    const auto opened = open(file(header, dataBytes));
    return opened.ok() ? std::string("(accepted)") : opened.error().message;
  }
  TempFolder folder;
};

const char* const kGood =
    R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,3],"data_offsets":[4,16]},)"
    R"("a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"e":{"dtype":"I64","shape":[0,7],"data_offsets":[4,4]}}   )";

TEST_F(SafetensorsTest, ReadsTheHeader) {
  const auto opened = open(file(kGood, 16));
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const auto& tensors = opened.value().tensors();
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(tensors[0].name, "a");
  EXPECT_TRUE(tensors[0].shape.empty());
  EXPECT_EQ(tensors[2].name, "b");
  EXPECT_EQ(tensors[2].type, StoredType::F16);
  EXPECT_EQ(tensors[2].offset + tensors[2].bytes, opened.value().file().size());
}

TEST_F(SafetensorsTest, TellsATruncatedFile) {
  std::string bytes = file(kGood, 16);
  bytes.resize(bytes.size() - 3);
  EXPECT_THAT(open(bytes).error().message, HasSubstr("truncated"));
  const auto told = open(bytes, true);
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told.value().expectedBytes(), bytes.size() + 3);
}

TEST_F(SafetensorsTest, RefusesBrokenHeaders) {
  struct Case {
    std::string header;
    size_t data;
    std::string word;
  };
  const auto one = [](const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
  };
  const std::vector<Case> cases{
      {"", 0, "'{'"},
      {"[]", 0, "'{'"},
      {" {}", 0, "'{'"},
      {"{", 0, "malformed"},
      {"{}", 1, "follow the last tensor"},
      {one("F32", "[2]", "[0,8]"), 9, "follow the last tensor"},
      {one("F32", "[2]", "[0,8]"), 7, "truncated"},
      {one("F32", "[2]", "[0,7]"), 7, "by its shape"},
      {one("F32", "[2]", "[1,9]"), 9, "begin at"},
      {one("F32", "[2]", "[8,0]"), 8, "no range"},
      {one("F32", "[-2]", "[0,8]"), 8, "whole numbers"},
      {one("F32", "[2.0]", "[0,8]"), 8, "whole numbers"},
      {one("F32", "[\"2\"]", "[0,8]"), 8, "whole numbers"},
      {one("F32", "2", "[0,8]"), 8, "no shape"},
      {one("F32", "[2]", "[0,8,9]"), 8, "data_offsets"},
      {one("F32", "[2]", "null"), 8, "data_offsets"},
      {one("F32", "[2]", "[0,-8]"), 8, "no range"},
      {one("F33", "[2]", "[0,8]"), 8, "F33"},
      {one("F32", "[4611686018427387904,4]", "[0,0]"), 0, "larger than any file"},
      {one("F32", "[18446744073709551615]", "[0,8]"), 8, "larger than any file"},
      {one("F32", "[18446744073709551616]", "[0,8]"), 8, "whole numbers"},
      {one("U8", "[18446744073709551615]", "[0,18446744073709551615]"), 8, "can hold"},
      {one("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "dimensions"},
      {R"({"a":5})", 0, "no object"},
      {R"({"a":{"shape":[],"data_offsets":[0,4]}})", 4, "no dtype"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
       2, "twice"},
      {R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
       2, "begin at"},
      {R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
       3, "begin at"},
      {R"({"a":)" + std::string(100000, '[') + std::string(100000, ']') + "}", 0, "deeper"},
  };
  for (const Case& c : cases) EXPECT_THAT(failure(c.header, c.data), HasSubstr(c.word)) << c.header.substr(0, 120);
}

TEST_F(SafetensorsTest, RefusesHeaderLengthsThatLie) {
  for (const uint64_t length :
       {uint64_t{17} << 20, uint64_t{1} << 40, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 7}) {
    const auto opened = open(ByteWriter().put(length).raw("{}").bytes());
    ASSERT_FALSE(opened.ok());
    EXPECT_THAT(opened.error().message, HasSubstr("header claims")) << length;
  }
  EXPECT_THAT(open(ByteWriter().put<uint64_t>(100).raw("{}").bytes()).error().message, HasSubstr("truncated"));
}

TEST_F(SafetensorsTest, NoPrefixIsAccepted) {
  const std::string bytes = file(kGood, 16);
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(open(bytes.substr(0, length)).ok()) << length;
    static_cast<void>(open(bytes.substr(0, length), true));
  }
}

TEST_F(SafetensorsTest, SurvivesMutations) {
  const std::string bytes = file(kGood, 16);
  std::mt19937 random(2);
  const std::string pool = "0123456789[]{},:\"-eE\\\xff";
  for (int round = 0; round < 4000; ++round) {
    std::string broken = bytes;
    for (uint64_t i = 0; i < 1 + random() % 3; ++i) {
      const size_t at = random() % broken.size();
      broken[at] = random() % 2 == 0 ? pool[random() % pool.size()] : static_cast<char>(random());
    }
    const auto opened = open(broken);
    if (!opened.ok()) continue;
    for (const SafetensorsTensor& tensor : opened.value().tensors()) {
      EXPECT_LE(tensor.offset + tensor.bytes, broken.size());
    }
  }
}

}  // namespace
}  // namespace engine
