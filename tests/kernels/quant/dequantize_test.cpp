#include "kernels/dequantize.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace kernels {

namespace {

std::vector<std::byte> fromHex(const std::string& hex) {
  std::vector<std::byte> bytes(hex.size() / 2);
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::byte>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  }
  return bytes;
}

std::vector<float> asFloats(std::span<const std::byte> bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

std::optional<WeightFormat> formatNamed(const std::string& name) {
  for (int i = 0; i < kWeightFormatCount; ++i) {
    if (weightFormatInfo(static_cast<WeightFormat>(i)).name == name) return static_cast<WeightFormat>(i);
  }
  return std::nullopt;
}

// The file's stated tolerance: one float32 rounding per multiply and per add.
void expectValues(WeightFormat format, const std::byte* stored, std::span<const float> expected,
                  const std::string& what) {
  std::vector<float> values(expected.size());
  dequantize(format, stored, values.size(), values.data());
  double largest = 0;
  for (const float v : expected) largest = std::max(largest, std::abs(static_cast<double>(v)));
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_NEAR(values[i], expected[i], largest * 0x1p-23) << what << " element " << i;
  }
}

}  // namespace

TEST(Dequantize, MatchesTheBlocksInTheRepository) {
  std::ifstream file(std::string(HEARTH_TEST_DATA) + "/quant/types.json");
  ASSERT_TRUE(file);
  const auto types = nlohmann::json::parse(file).at("types");
  EXPECT_EQ(types.size(), 10u);
  for (const auto& [name, blocks] : types.items()) {
    const auto format = formatNamed(name);
    ASSERT_TRUE(format.has_value()) << name;
    // One byte in front: stored blocks need no alignment.
    const auto raw = fromHex("00" + blocks.at("raw").get<std::string>());
    const auto expected = asFloats(fromHex(blocks.at("values").get<std::string>()));
    ASSERT_EQ(weightRowBytes(*format, expected.size()), raw.size() - 1) << name;
    expectValues(*format, raw.data() + 1, expected, name);
  }
}

TEST(Dequantize, MatchesEveryRowOfTheSharedGoldens) {
  std::ifstream file(std::string(HEARTH_SHARED) + "/goldens/gguf/types.safetensors", std::ios::binary);
  if (!file) GTEST_SKIP() << "no shared goldens beside the checkout";
  std::vector<char> chars((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  uint64_t headerBytes = 0;
  ASSERT_GE(chars.size(), sizeof headerBytes);
  std::memcpy(&headerBytes, chars.data(), sizeof headerBytes);
  ASSERT_LE(headerBytes, chars.size() - sizeof headerBytes);
  const auto header = nlohmann::json::parse(chars.begin() + 8, chars.begin() + 8 + static_cast<long>(headerBytes));
  const std::span<const std::byte> data = std::as_bytes(std::span(chars)).subspan(8 + headerBytes);
  const auto tensor = [&](const std::string& name) {
    const auto& offsets = header.at(name).at("data_offsets");
    const auto begin = offsets.at(0).get<size_t>(), end = offsets.at(1).get<size_t>();
    return data.subspan(begin, end - begin);
  };
  int nFormats = 0;
  for (int i = 0; i < kWeightFormatCount; ++i) {
    const auto format = static_cast<WeightFormat>(i);
    const std::string name(weightFormatInfo(format).name);
    if (!header.contains(name + ".raw")) continue;
    ++nFormats;
    const auto expected = asFloats(tensor(name + ".dequant"));
    const auto raw = tensor(name + ".raw");
    ASSERT_EQ(weightRowBytes(format, expected.size()), raw.size()) << name;
    expectValues(format, raw.data(), expected, name);
  }
  EXPECT_EQ(nFormats, 10);
}

TEST(Dequantize, F32IsACopy) {
  const std::vector<float> values{1.5f, -0.0f, 1e-40f, 3e38f};
  std::vector<float> out(values.size());
  dequantize(WeightFormat::F32, std::as_bytes(std::span(values)).data(), values.size(), out.data());
  EXPECT_EQ(std::memcmp(out.data(), values.data(), sizeof(float) * values.size()), 0);
}

}  // namespace kernels
