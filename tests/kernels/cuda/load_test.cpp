// What loading puts on the card: bytes as they are, formats as the plain statement converts them, made-up numbers as
// the processor makes them, and everything given back.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <thread>

#include "kernels/cuda/ops/load.h"
#include "kernels/cuda/weight_store.h"
#include "kernels/dequantize.h"
#include "kernels/half.h"
#include "kernels/made_up.h"
#include "tests/kernels/cuda/gpu.h"

namespace kernels::cuda {
namespace {

std::vector<std::byte> onDevice(const void* data, size_t bytes) {
  std::vector<std::byte> out(bytes);
  EXPECT_EQ(cudaMemcpy(out.data(), data, bytes, cudaMemcpyDeviceToHost), cudaSuccess);
  return out;
}

/// Stored rows whose halves are all finite: random bits, with the exponents of scales kept small.
std::vector<std::byte> someRows(WeightFormat format, uint64_t rows, uint64_t cols, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> out(rows * weightRowBytes(format, cols));
  for (std::byte& byte : out) byte = static_cast<std::byte>(random());
  const WeightFormatInfo& info = weightFormatInfo(format);
  const auto put = [&](size_t at, uint16_t bits) { std::memcpy(out.data() + at, &bits, sizeof bits); };
  const auto scale = [&] { return static_cast<uint16_t>(0x1000u + (random() & 0x8fffu)); };
  for (size_t at = 0; at < out.size(); at += info.blockBytes) {
    switch (format) {
      case WeightFormat::F32: {
        const float value = std::ldexp(static_cast<float>(random()) - 0x1p31f, -40 + static_cast<int>(random() % 30));
        std::memcpy(out.data() + at, &value, sizeof value);
        break;
      }
      case WeightFormat::F16:
      case WeightFormat::BF16: {
        uint16_t bits = 0;
        std::memcpy(&bits, out.data() + at, sizeof bits);
        // Not all ones in the exponent: subnormals and all other sizes are there.
        const uint16_t exponent = format == WeightFormat::F16 ? 0x7c00 : 0x7f80;
        if ((bits & exponent) == exponent) bits = static_cast<uint16_t>(bits & ~uint32_t{0x1000});
        put(at, bits);
        break;
      }
      case WeightFormat::Q6_K:
        put(at + 208, scale());
        break;
      case WeightFormat::Q4_1:
      case WeightFormat::Q5_1:
      case WeightFormat::Q4_K:
      case WeightFormat::Q5_K:
        put(at + 2, scale());
        [[fallthrough]];
      default:
        put(at, scale());
    }
  }
  return out;
}

/// As the processor has it.
std::vector<std::byte> converted(WeightFormat format, const std::vector<std::byte>& stored, uint64_t n, DType type) {
  std::vector<float> values(n);
  dequantize(format, stored.data(), n, values.data());
  std::vector<std::byte> out(n * dtypeBytes(type));
  if (type == DType::F32) {
    std::memcpy(out.data(), values.data(), out.size());
    return out;
  }
  for (uint64_t i = 0; i < n; ++i) {
    const uint16_t bits = type == DType::F16 ? floatToHalf(values[i]) : floatToBfloat(values[i]);
    std::memcpy(out.data() + 2 * i, &bits, sizeof bits);
  }
  return out;
}

class CudaLoad : public ::testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_GPU();
    ASSERT_EQ(cudaSetDevice(0), cudaSuccess);
    ASSERT_EQ(cudaFree(nullptr), cudaSuccess);
  }
};

TEST_F(CudaLoad, EveryFormatBecomesEveryTypeAsThePlainStatementSays) {
  constexpr uint64_t kRows = 1030, kCols = 1280;
  for (const DType type : {DType::F32, DType::F16, DType::BF16}) {
    WeightStore store;
    ASSERT_TRUE(store.open(0, uint64_t{1} << 32, type).ok());
    for (int f = 0; f < kWeightFormatCount; ++f) {
      const auto format = static_cast<WeightFormat>(f);
      const WeightDesc desc{"w", format, kRows, kCols, WeightUse::Matrix};
      const std::vector<std::byte> stored = someRows(format, kRows, kCols, static_cast<uint32_t>(f));
      WeightId id = 0;
      ASSERT_TRUE(store.create(desc, &id).ok());
      const Status written = store.writeRows(id, 0, stored);
      ASSERT_TRUE(written.ok()) << written.message();
      ASSERT_TRUE(store.flush().ok());
      EXPECT_EQ(store.rowsWritten(id), kRows);
      const std::vector<std::byte> want = converted(format, stored, kRows * kCols, type);
      EXPECT_TRUE(onDevice(store.data(id), want.size()) == want)
          << weightFormatInfo(format).name << " as " << dtypeName(type);
    }
  }
}

// Rows of 7 elements, in two parts: the second begins where no 16 bytes do.
TEST_F(CudaLoad, PlainFloatsOfOddRowsAreConvertedFromAnyRowOn) {
  constexpr uint64_t kRows = 301, kCols = 7, kFirst = 5;
  for (const DType type : {DType::F32, DType::F16, DType::BF16}) {
    WeightStore store;
    ASSERT_TRUE(store.open(0, uint64_t{1} << 32, type).ok());
    for (const WeightFormat format : {WeightFormat::F32, WeightFormat::F16, WeightFormat::BF16}) {
      const std::vector<std::byte> stored = someRows(format, kRows, kCols, 11);
      const auto first = std::span(stored).first(kFirst * weightRowBytes(format, kCols));
      WeightId id = 0;
      ASSERT_TRUE(store.create({"w", format, kRows, kCols, WeightUse::Matrix}, &id).ok());
      ASSERT_TRUE(store.writeRows(id, 0, first).ok());
      ASSERT_TRUE(store.writeRows(id, kFirst, std::span(stored).subspan(first.size())).ok());
      ASSERT_TRUE(store.flush().ok());
      const std::vector<std::byte> want = converted(format, stored, kRows * kCols, type);
      EXPECT_TRUE(onDevice(store.data(id), want.size()) == want)
          << weightFormatInfo(format).name << " as " << dtypeName(type);
    }
  }
}

TEST_F(CudaLoad, ManyThreadsFillOneRing) {
  constexpr uint64_t kRows = 40000, kCols = 1024;  // 80 MB
  std::vector<std::byte> file(kRows * kCols * 2 + 4096);
  std::mt19937_64 random(1);
  for (size_t at = 0; at < file.size(); at += 8) {
    const uint64_t bits = random();
    std::memcpy(file.data() + at, &bits, 8);
  }
  WeightStore store;
  ASSERT_TRUE(store.open(0, uint64_t{1} << 32, DType::BF16).ok());
  WeightId first = 0, id = 0;
  ASSERT_TRUE(store.create({"before", WeightFormat::BF16, 3, 33, WeightUse::Matrix}, &first).ok());
  ASSERT_TRUE(store.create({"w", WeightFormat::BF16, kRows, kCols, WeightUse::Matrix}, &id).ok());
  std::atomic<uint64_t> next{0};
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 12; ++t) {
    threads.emplace_back([&] {
      for (;;) {
        const uint64_t row = next.fetch_add(700);
        if (row >= kRows) return;
        const uint64_t rows = std::min<uint64_t>(700, kRows - row), bytes = rows * kCols * 2;
        const Status status = store.fillRows(id, row, bytes, [&](std::span<std::byte> room, uint64_t* begin) {
          if (room.size() < bytes + kFillSlack || reinterpret_cast<uintptr_t>(room.data()) % 4096 != 0) ++failures;
          *begin = row % 4097;
          std::memcpy(room.data() + *begin, file.data() + row * kCols * 2, bytes);
          return Status();
        });
        if (!status.ok()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(store.flush().ok());
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(store.rowsWritten(id), kRows);
  file.resize(kRows * kCols * 2);
  EXPECT_TRUE(onDevice(store.data(id), file.size()) == file);
}

TEST_F(CudaLoad, AFailedReadEndsTheWriteAndThePieceIsUsedAgain) {
  WeightStore store;
  ASSERT_TRUE(store.open(0, uint64_t{1} << 32, DType::F16).ok());
  WeightId id = 0;
  ASSERT_TRUE(store.create({"w", WeightFormat::F16, 64, 64, WeightUse::Matrix}, &id).ok());
  const RowFill bad = [](std::span<std::byte>, uint64_t*) { return Status(StatusCode::Cancelled, "no such file"); };
  for (int i = 0; i < 40; ++i) EXPECT_EQ(store.fillRows(id, 0, 64 * 128, bad).code(), StatusCode::Cancelled);
  EXPECT_EQ(store.rowsWritten(id), 0u);
  const std::vector<std::byte> stored = someRows(WeightFormat::F16, 64, 64, 5);
  ASSERT_TRUE(store.writeRows(id, 0, stored).ok());
  ASSERT_TRUE(store.flush().ok());
  EXPECT_TRUE(onDevice(store.data(id), stored.size()) == stored);
  EXPECT_EQ(store.fillRows(id, 63, 2 * 128, bad).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(store.fillRows(id, 0, 130, bad).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(store.fillRows(7, 0, 128, bad).code(), StatusCode::InvalidArgument);
}

TEST_F(CudaLoad, MadeUpNumbersAreThoseOfTheProcessor) {
  for (const auto& [type, format] : {std::pair(DType::F32, WeightFormat::F32), std::pair(DType::F16, WeightFormat::F16),
                                     std::pair(DType::BF16, WeightFormat::BF16)}) {
    WeightStore store;
    ASSERT_TRUE(store.open(0, uint64_t{1} << 32, type).ok());
    for (const uint64_t cols : {uint64_t{512}, uint64_t{77}}) {  // rows of whole words, and not
      WeightId id = 0;
      ASSERT_TRUE(store.create({"w", format, 301, cols, WeightUse::Matrix}, &id).ok());
      ASSERT_TRUE(store.makeUp(id, 42, nullptr).ok());
      const uint64_t rowBytes = weightRowBytes(format, cols), words = (rowBytes + 7) / 8;
      const MadeUpPattern pattern = madeUpPattern(format, cols);
      std::vector<std::byte> want(301 * rowBytes);
      for (uint64_t row = 0; row < 301; ++row) {
        for (uint64_t word = 0; word < words; ++word) {
          const uint64_t bits = (madeUpBits(42, row, words, word) & pattern.random) | pattern.fixed;
          std::memcpy(want.data() + row * rowBytes + 8 * word, &bits, std::min<uint64_t>(8, rowBytes - 8 * word));
        }
      }
      EXPECT_TRUE(onDevice(store.data(id), want.size()) == want) << dtypeName(type) << " " << cols;
      EXPECT_EQ(store.rowsWritten(id), 301u);
    }
  }
}

TEST_F(CudaLoad, EverythingComesBack) {
  const auto load = [] {
    WeightStore store;
    ASSERT_TRUE(store.open(0, uint64_t{8} << 30, DType::BF16).ok());
    WeightId id = 0;
    ASSERT_TRUE(store.create({"w", WeightFormat::BF16, 100000, 16384, WeightUse::Matrix}, &id).ok());  // 3.3 GB
    ASSERT_TRUE(store.makeUp(id, 1, nullptr).ok());
    ASSERT_TRUE(store.create({"q", WeightFormat::Q4_0, 64, 4096, WeightUse::Matrix}, &id).ok());
    ASSERT_TRUE(store.writeRows(id, 0, someRows(WeightFormat::Q4_0, 64, 4096, 9)).ok());
    ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_GE(store.bytes(), 3276800000u);
  };
  load();
  size_t before = 0, after = 0, total = 0;
  ASSERT_EQ(cudaMemGetInfo(&before, &total), cudaSuccess);
  load();
  ASSERT_EQ(cudaMemGetInfo(&after, &total), cudaSuccess);
  EXPECT_EQ(after, before);
}

TEST_F(CudaLoad, TooLargeIsAnOrdinaryResultWithNumbers) {
  size_t before = 0, after = 0, total = 0;
  ASSERT_EQ(cudaMemGetInfo(&before, &total), cudaSuccess);
  {
    WeightStore store;
    ASSERT_TRUE(store.open(0, 2 * uint64_t{total}, DType::BF16).ok());
    WeightId id = 0;
    const uint64_t rows = before / 32768 + 100000;
    ASSERT_TRUE(store.create({"w", WeightFormat::BF16, rows, 16384, WeightUse::Matrix}, &id).ok());
    const Status status = store.makeUp(id, 1, nullptr);
    EXPECT_EQ(status.code(), StatusCode::OutOfMemory);
    EXPECT_NE(status.message().find("bytes"), std::string::npos) << status.message();
    EXPECT_EQ(cudaGetLastError(), cudaSuccess);
  }
  ASSERT_EQ(cudaMemGetInfo(&after, &total), cudaSuccess);
  EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace kernels::cuda
