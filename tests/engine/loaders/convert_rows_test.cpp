#include "engine/loaders/convert_rows.h"

#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "engine/loaders/json_file.h"
#include "kernels/dequantize.h"

namespace engine {
namespace {

std::vector<std::byte> fromHex(const std::string& text) {
  std::vector<std::byte> out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return out;
}

/// Converts the block in the test data and returns what its values are then; `values` gets what they should be.
std::vector<float> convertSample(StoredType type, std::vector<float>* values) {
  const auto file = readJsonFile(std::string(HEARTH_TEST_DATA) + "/quant/converted_types.json");
  if (!file.ok()) return {};
  const auto& sample = file.value()["types"][std::string(storedTypeInfo(type).name)];
  const std::vector<std::byte> stored = fromHex(sample["raw"].get<std::string>());
  const std::vector<std::byte> expected = fromHex(sample["values"].get<std::string>());
  values->resize(expected.size() / sizeof(float));
  std::memcpy(values->data(), expected.data(), expected.size());
  std::vector<std::byte> converted(convertedBytes(type, values->size()));
  convertElements(type, stored, values->size(), converted);
  std::vector<float> out(values->size());
  kernels::dequantize(*storedTypeInfo(type).loadsAs, converted.data(), out.size(), out.data());
  return out;
}

TEST(ConvertRowsTest, Q3KFitsQ6KExactly) {
  std::vector<float> expected;
  const std::vector<float> got = convertSample(StoredType::Q3_K, &expected);
  ASSERT_EQ(got.size(), 256u);
  EXPECT_EQ(got, expected);
}

TEST(ConvertRowsTest, Q2KBecomesFloats) {
  std::vector<float> expected;
  const std::vector<float> got = convertSample(StoredType::Q2_K, &expected);
  ASSERT_EQ(got.size(), 256u);
  for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-6f * (1 + std::abs(expected[i]))) << i;
}

TEST(ConvertRowsTest, UnchangedTypesAreCopied) {
  const std::vector<std::byte> stored(34, std::byte{7});
  std::vector<std::byte> out(convertedBytes(StoredType::Q8_0, 32));
  convertElements(StoredType::Q8_0, stored, 32, out);
  EXPECT_EQ(out, stored);
  EXPECT_EQ(convertedBytes(StoredType::IQ4_XS, 256), 0u);
}

TEST(StoredTypeTest, TableIsConsistent) {
  for (int i = 0; i < kStoredTypeCount; ++i) {
    const auto type = static_cast<StoredType>(i);
    const StoredTypeInfo& info = storedTypeInfo(type);
    if (info.ggmlType >= 0) {
      EXPECT_EQ(storedTypeFromGgml(static_cast<uint32_t>(info.ggmlType)), type) << info.name;
    }
    if (!info.safetensors.empty()) {
      EXPECT_EQ(storedTypeFromSafetensors(info.safetensors), type) << info.name;
    }
    if (loadsUnchanged(type)) {
      const kernels::WeightFormatInfo& format = kernels::weightFormatInfo(*info.loadsAs);
      EXPECT_EQ(format.blockBytes, info.blockBytes) << info.name;
    }
  }
  EXPECT_EQ(storedTypeFromGgml(4), std::nullopt);
  EXPECT_EQ(storedTypeFromSafetensors(""), std::nullopt);
}

}  // namespace
}  // namespace engine
