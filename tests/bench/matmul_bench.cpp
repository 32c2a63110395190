// Speed of the products with packed weights, beside what the machine can do: bytes a second of the read stream for few
// tokens, operations a second of the instruction's peak for many.
//   matmul_bench [--format Q4_1,F16] [--tokens 1,16] [--threads 1,2] [--model starter|1b] [--copies MiB]
// Products take turns over copies of the matrix that exceed the caches (160 MiB); --copies 0 keeps one in the cache.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_matrix.h"
#include "kernels/cpu/thread_pool.h"
#include "tests/bench/machine_limits.h"
#include "tests/kernels/cpu/stored_weights.h"

namespace {

using kernels::Precision;
using kernels::WeightFormat;
using kernels::cpu::PackedMatrix;
using kernels::cpu::Team;
using kernels::cpu::ThreadPool;

struct Shape {
  const char* model;
  uint64_t rows, cols;
};
constexpr Shape kShapes[] = {
    {"starter", 960, 576}, {"starter", 3072, 576}, {"starter", 576, 1536}, {"starter", 49152, 576},
    {"1b", 2048, 2048},    {"1b", 16384, 2048},    {"1b", 2048, 8192},
};

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::vector<std::string> list(const std::string& text) {
  std::vector<std::string> items;
  std::istringstream in(text);
  for (std::string item; std::getline(in, item, ',');) items.push_back(item);
  return items;
}

bool wanted(const std::vector<std::string>& items, const std::string& item) {
  return items.empty() || std::find(items.begin(), items.end(), item) != items.end();
}

std::unique_ptr<PackedMatrix> makeMatrix(WeightFormat format, const Shape& shape) {
  std::unique_ptr<PackedMatrix> matrix;
  if (const auto status = PackedMatrix::create(format, shape.rows, shape.cols, &matrix); !status.ok()) {
    std::fprintf(stderr, "%s\n", status.message().c_str());
    return nullptr;
  }
  std::mt19937 random(1);
  const size_t rowBytes = kernels::weightRowBytes(format, shape.cols);
  std::vector<std::byte> rows(16 * rowBytes);
  kernels::cpu::fillStored(format, random, rows);
  for (uint64_t r = 0; r < shape.rows; r += 16) {
    const uint64_t n = std::min<uint64_t>(16, shape.rows - r);
    if (!matrix->writeRows(r, std::span(rows).first(n * rowBytes)).ok()) return nullptr;
  }
  return matrix;
}

struct Timing {
  double prepare, multiply;  // seconds a product
};

// One product after the other over copies that together exceed every cache, so that weights come from memory.
Timing timeProducts(ThreadPool& pool, const std::vector<std::unique_ptr<PackedMatrix>>& copies, uint32_t nTokens) {
  const PackedMatrix& first = *copies.front();
  const uint64_t rows = first.rows(), cols = first.cols();
  std::vector<float> x(nTokens * cols), out(nTokens * rows);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (float& value : x) value = normal(random);
  std::vector<std::byte> prepared(nTokens * first.preparedBytes(Precision::Fast));
  const auto prepare = [&] {
    pool.run([&](Team team) {
      const auto range = team.split(nTokens);
      first.prepare(Precision::Fast, x.data(), cols, static_cast<uint32_t>(range.begin),
                    static_cast<uint32_t>(range.end - range.begin), prepared.data());
    });
  };
  const auto multiplyAll = [&] {
    pool.run([&](Team team) {
      for (const auto& matrix : copies) {
        const auto range = team.split(rows, matrix->rowGroup());
        if (range.begin == range.end) continue;
        matrix->multiply(Precision::Fast, prepared.data(), nTokens, range.begin, range.end, out.data(), rows);
        pool.barrier();
      }
    });
  };
  const auto best = [](const auto& work, double budget) {
    double fastest = 1e9;
    const double end = seconds() + budget;
    do {
      const double start = seconds();
      work();
      fastest = std::min(fastest, seconds() - start);
    } while (seconds() < end);
    return fastest;
  };
  Timing timing;
  timing.prepare = best(prepare, 0.02);
  timing.multiply = best(multiplyAll, 0.25) / static_cast<double>(copies.size());
  return timing;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> formats, models;
  std::vector<std::string> tokens{"1", "4", "16", "128", "512"}, threads{"1", "2"};
  uint64_t copyBytes = 160u << 20;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    if (flag == "--format") formats = list(argv[i + 1]);
    if (flag == "--tokens") tokens = list(argv[i + 1]);
    if (flag == "--threads") threads = list(argv[i + 1]);
    if (flag == "--copies") copyBytes = std::stoull(argv[i + 1]) << 20;
    if (flag == "--model") models = list(argv[i + 1]);
  }
  const bench::PeakRates peak = bench::peakRates();
  std::printf("products: %s; peak of one core, GOP/s: int8 %.0f, float32 %.0f, BF16 %.0f\n",
              kernels::cpu::productTargetName(), peak.int8 / 1e9, peak.float32 / 1e9, peak.bfloat / 1e9);
  for (const std::string& nThreads : threads) {
    ThreadPool pool(static_cast<uint32_t>(std::stoul(nThreads)));
    const double stream = bench::readBandwidth(pool, 256u << 20);
    std::printf("%u threads, read stream %.1f GB/s\n%-6s %-8s %13s %6s %10s %10s %8s %8s %8s %8s\n", pool.size(),
                stream / 1e9, "format", "model", "shape", "tokens", "prep us", "mult us", "GB/s", "% stream", "GOP/s",
                "% peak");
    for (int f = 0; f < kernels::kWeightFormatCount; ++f) {
      const auto format = static_cast<WeightFormat>(f);
      const std::string name(kernels::weightFormatInfo(format).name);
      if (!wanted(formats, name)) continue;
      for (const Shape& shape : kShapes) {
        if (!wanted(models, shape.model)) continue;
        if (shape.cols % kernels::weightFormatInfo(format).blockElements != 0) continue;
        const uint64_t bytes = kernels::cpu::packedBytes(format, shape.rows, shape.cols);
        std::vector<std::unique_ptr<PackedMatrix>> copies;
        while (copies.empty() || copies.size() * bytes < copyBytes) {
          copies.push_back(makeMatrix(format, shape));
          if (copies.back() == nullptr) return 1;
        }
        for (const std::string& count : tokens) {
          const auto nTokens = static_cast<uint32_t>(std::stoul(count));
          std::vector<std::unique_ptr<PackedMatrix>> some;
          // Few copies are enough where arithmetic decides.
          const size_t nCopies = nTokens > 64 ? std::min<size_t>(copies.size(), 2) : copies.size();
          for (size_t i = 0; i < nCopies; ++i) some.push_back(std::move(copies[i]));
          const Timing timing = timeProducts(pool, some, nTokens);
          for (size_t i = 0; i < nCopies; ++i) copies[i] = std::move(some[i]);
          const double rate = static_cast<double>(bytes) / timing.multiply;
          const double ops = 2.0 * static_cast<double>(shape.rows * shape.cols) * nTokens / timing.multiply;
          const bool pairs = format == WeightFormat::BF16 && peak.bfloat > 0;
          const double limit = kernels::weightFormatInfo(format).blockElements > 1 ? peak.int8
                               : pairs                                             ? peak.bfloat
                                                                                   : peak.float32;
          std::printf("%-6s %-8s %6lu x %4lu %6u %10.1f %10.1f %8.1f %8.0f %8.0f %8.0f\n", name.c_str(), shape.model,
                      static_cast<unsigned long>(shape.rows), static_cast<unsigned long>(shape.cols), nTokens,
                      timing.prepare * 1e6, timing.multiply * 1e6, rate / 1e9, 100 * rate / stream, ops / 1e9,
                      100 * ops / limit / pool.size());
        }
      }
    }
  }
  return 0;
}
