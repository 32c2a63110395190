#include "app/cli/bench_limits.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace app::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// Larger than any cache, small against the memory of any machine that runs a model.
constexpr uint64_t kReadStreamBytes = 256ull << 20;
/// A weight of this many columns and a few hundred rows stays in a core's second-level cache.
constexpr uint32_t kCols = 1024;
constexpr uint32_t kMostTokens = 256;
/// Products in one step, so that starting a step costs nothing beside them.
constexpr int kRepeats = 16;
constexpr auto kProductTime = std::chrono::milliseconds(60);

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const size_t half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

engine::Result<std::unique_ptr<MachineLimits>> MachineLimits::create(uint32_t nThreads) {
  std::unique_ptr<MachineLimits> limits(new MachineLimits());
  ENGINE_RETURN_IF_BAD_STATUS(kernels::createCpuBackend({.nThreads = nThreads}, &limits->m_backend));
  return limits;
}

engine::Result<void> MachineLimits::prepareProducts(kernels::WeightFormat format, kernels::Precision precision) {
  m_shapes.clear();
  // A step names cache blocks for its tokens, though these programs never look at them.
  const uint32_t nBlocks = kMostTokens / kernels::kKvBlockTokens;
  ENGINE_RETURN_IF_BAD_STATUS(
      m_backend->createKvCache({.nLayers = 1, .nKvHeads = 1, .headDim = 64, .nBlocks = nBlocks}));
  m_blocks.resize(nBlocks);
  std::iota(m_blocks.begin(), m_blocks.end(), 0);
  for (const auto& [rows, nTokens] : {std::pair(256u, 64u), std::pair(512u, 128u), std::pair(1024u, kMostTokens)}) {
    ENGINE_RETURN_IF_ERROR(addShape(format, precision, rows, nTokens));
  }
  return {};
}

engine::Result<void> MachineLimits::addShape(kernels::WeightFormat format, kernels::Precision precision, uint32_t rows,
                                             uint32_t nTokens) {
  kernels::WeightId table = 0, weight = 0;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->createWeight(
      {.name = "inputs", .rows = 1, .cols = kCols, .use = kernels::WeightUse::Embedding}, &table));
  const std::vector<std::byte> input(kernels::weightRowBytes(kernels::WeightFormat::F32, kCols));
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->writeWeightRows(table, 0, input));
  ENGINE_RETURN_IF_BAD_STATUS(
      m_backend->createWeight({.name = "weights", .format = format, .rows = rows, .cols = kCols}, &weight));
  // How long a product takes does not depend on the numbers.
  const std::vector<std::byte> weights(rows * kernels::weightRowBytes(format, kCols));
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->writeWeightRows(weight, 0, weights));

  kernels::Program program;
  program.maxTokens = nTokens;
  program.precision = precision;
  program.buffers = {{.name = "in", .cols = kCols}, {.name = "out", .cols = rows}};
  program.ops.emplace_back(kernels::EmbedOp{.table = table, .out = 0});
  kernels::LinearOp product;
  product.in = 0;
  product.parts.push_back({.weight = weight, .bias = {}});
  product.out = 1;
  for (int i = 0; i < kRepeats; ++i) program.ops.emplace_back(product);

  Shape shape;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->compile(program, &shape.program));
  shape.tokens.assign(nTokens, 0);
  shape.sequences = {{.nTokens = nTokens}};
  shape.operations = 2.0 * rows * kCols * nTokens * kRepeats;
  m_shapes.push_back(std::move(shape));
  ENGINE_RETURN_IF_BAD_STATUS(runOnce(m_shapes.back()));
  return {};
}

kernels::Status MachineLimits::runOnce(const Shape& shape) {
  KERNELS_RETURN_IF_ERROR(m_backend->enqueue(shape.program, {shape.tokens, shape.sequences, m_blocks, {}, {}}));
  std::vector<kernels::SampledRow> rows;
  return m_backend->wait(&rows);
}

double MachineLimits::measureRead() {
  return m_backend->measureReadBandwidth(kReadStreamBytes);
}

double MachineLimits::measureProducts() {
  double best = 0;
  for (const Shape& shape : m_shapes) {
    const Clock::time_point start = Clock::now();
    for (int pass = 0; pass < 3 || Clock::now() - start < kProductTime; ++pass) {
      const Clock::time_point begin = Clock::now();
      if (!runOnce(shape).ok()) return 0;
      best = std::max(best, shape.operations / seconds(Clock::now() - begin));
    }
  }
  return best;
}

std::optional<kernels::WeightFormat> formatOfWeightType(std::string_view weightType) {
  const std::string_view name = weightType.substr(0, weightType.find(' '));
  if (name == "float32") return kernels::WeightFormat::F32;
  if (name == "float16") return kernels::WeightFormat::F16;
  if (name == "bfloat16") return kernels::WeightFormat::BF16;
  for (int i = 0; i < kernels::kWeightFormatCount; ++i) {
    const auto format = static_cast<kernels::WeightFormat>(i);
    if (kernels::weightFormatInfo(format).name == name) return format;
  }
  return std::nullopt;
}

}  // namespace app::cli
