#include "engine/loaders/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "tests/engine/loaders/gguf_builder.h"
#include "tests/support/temp_folder.h"

namespace engine {
namespace {

using testing::ByteWriter;
using testing::GgufBuilder;
using ::testing::HasSubstr;
using testing::TempFolder;

GgufBuilder small() {
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .scalar<uint32_t>("llama.block_count", GgufType::U32, 2)
      .scalar<int16_t>("negative", GgufType::I16, -5)
      .scalar<float>("eps", GgufType::F32, 0.5f)
      .scalar<uint8_t>("flag", GgufType::Bool, 1)
      .strings("tokens", {"a", "", "\xff\xfe"})
      .key("types", GgufType::Array,
           ByteWriter()
               .put(static_cast<uint32_t>(GgufType::I32))
               .put<uint64_t>(2)
               .put<int32_t>(3)
               .put<int32_t>(-1)
               .bytes())
      .tensor("a", {32, 2}, 8, 0)
      .tensor("b", {3}, 0, 96);
  file.data.assign(96 + 12, 'x');
  return file;
}

class GgufTest : public ::testing::Test {
 protected:
  Result<GgufFile> open(const std::string& bytes, bool allowTruncated = false) {
    return GgufFile::open(folder.write("model.gguf", bytes), allowTruncated);
  }
  std::string failure(const GgufBuilder& builder) {
    const auto file = open(builder.build());
    return file.ok() ? std::string("(accepted)") : file.error().message;
  }
  TempFolder folder;
};

TEST_F(GgufTest, ReadsMetadataAndTensors) {
  const auto opened = open(small().build());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const GgufFile& file = opened.value();
  EXPECT_EQ(file.getString("general.architecture"), "llama");
  EXPECT_EQ(file.getUnsigned("llama.block_count"), 2u);
  EXPECT_EQ(file.getInteger("negative"), -5);
  EXPECT_EQ(file.getUnsigned("negative"), std::nullopt);
  EXPECT_EQ(file.getNumber("eps"), 0.5);
  EXPECT_EQ(file.getBool("flag"), true);
  EXPECT_EQ(file.getBool("eps"), std::nullopt);
  EXPECT_THAT(*file.getStrings("tokens"), ::testing::ElementsAre("a", "", "\xff\xfe"));
  EXPECT_THAT(*file.getIntegers("types"), ::testing::ElementsAre(3, -1));
  EXPECT_EQ(file.getStrings("types"), std::nullopt);
  EXPECT_EQ(file.getString("absent"), std::nullopt);
  ASSERT_EQ(file.tensors().size(), 2u);
  const GgufTensor& a = file.tensors()[0];
  EXPECT_EQ(a.name, "a");
  EXPECT_THAT(a.shape, ::testing::ElementsAre(2, 32));
  EXPECT_EQ(a.type, StoredType::Q8_0);
  EXPECT_EQ(a.bytes, 68u);
  EXPECT_EQ(file.tensors()[1].offset + 12, file.file().size());
}

TEST_F(GgufTest, SurvivesMoves) {
  auto opened = open(small().build());
  ASSERT_TRUE(opened.ok());
  const GgufFile moved = std::move(opened).value();
  EXPECT_EQ(moved.tensors()[1].name, "b");
  EXPECT_EQ(moved.getString("general.architecture"), "llama");
}

TEST_F(GgufTest, TakesAVocabularyWithoutTensors) {
  GgufBuilder file;
  file.strings("tokenizer.ggml.tokens", {"x", "y"});
  const auto opened = open(file.build());
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_TRUE(opened.value().tensors().empty());
  EXPECT_EQ(opened.value().arraySize("tokenizer.ggml.tokens"), 2u);
}

TEST_F(GgufTest, TellsATruncatedFileByItsNumbers) {
  std::string bytes = small().build();
  const size_t whole = bytes.size();
  bytes.resize(whole - 50);
  const auto refused = open(bytes);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Damaged);
  EXPECT_THAT(refused.error().message, HasSubstr("truncated"));
  const auto told = open(bytes, true);
  ASSERT_TRUE(told.ok());
  EXPECT_TRUE(told.value().truncated());
  EXPECT_EQ(told.value().expectedBytes(), whole);
}

TEST_F(GgufTest, RefusesWhatIsNoGguf) {
  EXPECT_FALSE(open("").ok());
  EXPECT_FALSE(open("GGUF").ok());
  GgufBuilder magic = small();
  magic.magic = 0x12345678;
  EXPECT_THAT(failure(magic), HasSubstr("GGUF"));
  GgufBuilder version = small();
  version.version = 1;
  EXPECT_THAT(failure(version), HasSubstr("version 1"));
  version.version = 0x03000000;
  EXPECT_THAT(failure(version), HasSubstr("big-endian"));
  EXPECT_EQ(GgufFile::open(folder.path() / "absent.gguf").error().code, ErrorCode::NotFound);
  EXPECT_EQ(GgufFile::open(folder.path()).error().code, ErrorCode::InvalidArgument);
}

TEST_F(GgufTest, RefusesCountsThatTheFileCannotHold) {
  for (const uint64_t count : {uint64_t{1000}, uint64_t{1} << 32, uint64_t{1} << 63, ~uint64_t{0}}) {
    GgufBuilder keys = small();
    keys.keyCount = count;
    EXPECT_THAT(failure(keys), HasSubstr("metadata keys")) << count;
    GgufBuilder tensors = small();
    tensors.tensorCount = count;
    EXPECT_THAT(failure(tensors), HasSubstr("tensors")) << count;
  }
}

TEST_F(GgufTest, RefusesBadStringsAndArrays) {
  for (const uint64_t length :
       {uint64_t{1} << 20, uint64_t{1} << 25, uint64_t{1} << 63, ~uint64_t{0}, ~uint64_t{0} - 7}) {
    GgufBuilder text = small();
    text.key("long", GgufType::String, ByteWriter().put(length).raw("abc").bytes());
    EXPECT_THAT(failure(text), HasSubstr("the value of long")) << length;
    GgufBuilder key = small();
    key.keys.push_back(ByteWriter().put(length).raw("abc").bytes());
    EXPECT_THAT(failure(key), HasSubstr("a metadata key")) << length;
    for (const GgufType type : {GgufType::U8, GgufType::F64, GgufType::String}) {
      GgufBuilder array = small();
      array.key("array", GgufType::Array, ByteWriter().put(static_cast<uint32_t>(type)).put(length).raw("abc").bytes());
      EXPECT_THAT(failure(array), HasSubstr("the value of array")) << length;
    }
  }
  GgufBuilder nested = small();
  nested.key("nested", GgufType::Array, ByteWriter().put<uint32_t>(9).put<uint64_t>(1).bytes());
  EXPECT_THAT(failure(nested), HasSubstr("does not exist"));
  GgufBuilder unknown = small();
  unknown.key("odd", static_cast<GgufType>(13), "12345678");
  EXPECT_THAT(failure(unknown), HasSubstr("does not exist"));
  GgufBuilder twice = small();
  twice.text("general.architecture", "again");
  EXPECT_THAT(failure(twice), HasSubstr("twice"));
}

TEST_F(GgufTest, RefusesBadAlignment) {
  for (const uint64_t alignment : {uint64_t{0}, uint64_t{24}, uint64_t{1} << 40, ~uint64_t{0}}) {
    GgufBuilder file = small();
    file.scalar<uint64_t>("general.alignment", GgufType::U64, alignment);
    EXPECT_THAT(failure(file), HasSubstr("general.alignment")) << alignment;
  }
  GgufBuilder text = small();
  text.text("general.alignment", "32");
  EXPECT_THAT(failure(text), HasSubstr("general.alignment"));
}

TEST_F(GgufTest, RefusesBadTensors) {
  struct Case {
    std::string name;
    std::vector<uint64_t> dims;
    uint32_t type;
    uint64_t offset;
    std::string word;
  };
  const uint64_t big = uint64_t{1} << 62;
  const std::vector<Case> cases{
      {"c", {}, 0, 128, "dimensions"},
      {"c", {1, 1, 1, 1, 1}, 0, 128, "dimensions"},
      {"c", {0}, 0, 128, "dimension of 0"},
      {"c", {4, 0}, 0, 128, "dimension of 0"},
      {"c", {big, 8}, 0, 128, "elements"},
      {"c", {big}, 0, 128, "larger than any file"},
      {"c", {uint64_t{1} << 31, uint64_t{1} << 31, 16}, 0, 128, "elements"},
      {"c", {33}, 8, 128, "multiple"},
      {"c", {32}, 12, 128, "multiple"},
      {"c", {4}, 4, 128, "do not know"},
      {"c", {4}, 999, 128, "do not know"},
      {"c", {4}, 0, 129, "alignment"},
      {"c", {4}, 0, ~uint64_t{0} - 31, "file can hold"},
      {"c", {4}, 0, uint64_t{1} << 40, "truncated"},
      {"c", {4}, 0, 64, "overlap"},
      {"a", {4}, 0, 128, "twice"},
  };
  for (const Case& c : cases) {
    GgufBuilder file = small();
    file.tensor(c.name, c.dims, c.type, c.offset);
    file.data.assign(144, 'x');
    EXPECT_THAT(failure(file), HasSubstr(c.word)) << c.name << " type " << c.type << " offset " << c.offset;
  }
  GgufBuilder dims = small();
  dims.tensors.push_back(ByteWriter().string("c").put<uint32_t>(~0u).bytes());
  EXPECT_THAT(failure(dims), HasSubstr("dimensions"));
}

TEST_F(GgufTest, NoPrefixIsAccepted) {
  const std::string bytes = small().build();
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(open(bytes.substr(0, length)).ok()) << length;
    static_cast<void>(open(bytes.substr(0, length), true));
  }
}

TEST_F(GgufTest, SurvivesMutations) {
  const std::string bytes = small().build();
  std::mt19937 random(1);
  for (int round = 0; round < 4000; ++round) {
    std::string broken = bytes;
    for (uint64_t i = 0; i < 1 + random() % 4; ++i) {
      const uint64_t kind = random() % 3;
      const size_t at = random() % broken.size();
      if (kind == 0) broken[at] = static_cast<char>(random());
      if (kind == 1) broken[at] = static_cast<char>(broken[at] ^ (1u << random() % 8));
      if (kind == 2) {
        const uint64_t value =
            random() % 2 == 0 ? std::numeric_limits<uint64_t>::max() - random() % 64 : uint64_t{1} << random() % 64;
        std::memcpy(&broken[at], &value, std::min<size_t>(8, broken.size() - at));
      }
    }
    const auto file = open(broken, round % 2 == 0);
    if (!file.ok()) continue;
    // Whatever is accepted must stay inside the file.
    for (const GgufTensor& tensor : file.value().tensors()) {
      if (round % 2 == 1) {
        EXPECT_LE(tensor.offset + tensor.bytes, broken.size());
      }
    }
    for (const std::string_view key : file.value().keys()) {
      static_cast<void>(file.value().getStrings(key));
      static_cast<void>(file.value().getIntegers(key));
      static_cast<void>(file.value().getFloats(key));
      static_cast<void>(file.value().getString(key));
      static_cast<void>(file.value().getNumber(key));
    }
  }
}

}  // namespace
}  // namespace engine
