#include "app/cli/bench_limits.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>

#include "engine/device.h"

namespace app::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// Larger than any cache, small against the memory of any machine that runs a model.
constexpr uint64_t kReadStreamBytes = 256ull << 20;
constexpr uint64_t kGpuReadStreamBytes = 4096ull << 20;
/// A weight of this many columns and a few hundred rows stays in a core's second-level cache.
constexpr uint32_t kCols = 1024;
constexpr uint32_t kMostTokens = 256;
/// Products in one step, so that starting a step costs nothing beside them.
constexpr int kRepeats = 16;
constexpr auto kProductTime = std::chrono::milliseconds(60);

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

kernels::DType typeOf(const engine::EngineOptions& options) {
  if (options.dtype == engine::DTypeChoice::Float32) return kernels::DType::F32;
  return options.dtype == engine::DTypeChoice::BFloat16 ? kernels::DType::BF16 : kernels::DType::F16;
}

/// Stored numbers of either sign below 2. On a processor the time of a product does not depend on them, but a GPU runs
/// faster over zeros. Quantized formats stay zero.
std::vector<std::byte> someNumbers(kernels::WeightFormat format, uint64_t count) {
  std::vector<std::byte> out(kernels::weightRowBytes(format, count));
  uint32_t state = 1;
  const auto put = [&](uint64_t at, size_t bytes, uint32_t exponent, uint32_t mask) {
    state = state * 1664525u + 1013904223u;
    const uint32_t bits = exponent | ((state >> 8) & mask);
    std::memcpy(out.data() + at * bytes, &bits, bytes);  // little-endian, as in files
  };
  for (uint64_t i = 0; i < count; ++i) {
    if (format == kernels::WeightFormat::F32) put(i, 4, 0x3c000000u, 0x807fffffu);
    if (format == kernels::WeightFormat::BF16) put(i, 2, 0x3c00u, 0x807fu);
    if (format == kernels::WeightFormat::F16) put(i, 2, 0x2400u, 0x83ffu);
  }
  return out;
}

}  // namespace

double median(std::vector<double> samples) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const size_t half = samples.size() / 2;
  return samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
}

engine::Result<std::unique_ptr<MachineLimits>> MachineLimits::create(const engine::EngineOptions& options) {
  std::unique_ptr<MachineLimits> limits(new MachineLimits());
  ENGINE_ASSIGN_OR_RETURN(const engine::DeviceChoice device, engine::chooseDevice(options));
  limits->m_onGpu = device.isCuda();
  ENGINE_ASSIGN_OR_RETURN(limits->m_backend, engine::openBackend(options, device, typeOf(options)));
  return limits;
}

engine::Result<void> MachineLimits::prepareProducts(kernels::WeightFormat format, kernels::Precision precision,
                                                    std::span<const ProductShape> shapes, uint32_t nTokens) {
  m_shapes.clear();
  m_modelShapes = !shapes.empty();
  m_bestRate = 0;
  for (const ProductShape& shape : shapes) {
    const auto in = static_cast<uint32_t>(shape.inCols), out = static_cast<uint32_t>(shape.outCols);
    if (m_backend->measureProductRate(nTokens, in, out, 0) <= 0) {
      m_shapes.clear();
      break;
    }
    Shape library;
    library.operations = 2.0 * nTokens * in * out;
    library.product = shape;
    library.libraryTokens = nTokens;
    m_shapes.push_back(std::move(library));
  }
  if (!m_shapes.empty()) return {};
  // A step names cache blocks for its tokens, though these programs never look at them.
  const uint32_t nBlocks = (std::max(nTokens, kMostTokens) - 1) / kernels::kKvBlockTokens + 1;
  ENGINE_RETURN_IF_BAD_STATUS(
      m_backend->createKvCache({.nLayers = 1, .nKvHeads = 1, .headDim = 64, .nBlocks = nBlocks}));
  m_blocks.resize(nBlocks);
  std::iota(m_blocks.begin(), m_blocks.end(), 0);
  for (const ProductShape& shape : shapes) {
    ENGINE_RETURN_IF_ERROR(addShape(format, precision, static_cast<uint32_t>(shape.outCols), nTokens,
                                    static_cast<uint32_t>(shape.inCols)));
    m_shapes.back().product.calls = shape.calls;
  }
  if (m_modelShapes) return {};
  for (const auto& [rows, count] : {std::pair(256u, 64u), std::pair(512u, 128u), std::pair(1024u, kMostTokens)}) {
    ENGINE_RETURN_IF_ERROR(addShape(format, precision, rows, count, kCols));
  }
  return {};
}

engine::Result<void> MachineLimits::addShape(kernels::WeightFormat format, kernels::Precision precision, uint32_t rows,
                                             uint32_t nTokens, uint32_t cols) {
  kernels::WeightId table = 0, weight = 0;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->createWeight(
      {.name = "inputs", .rows = 1, .cols = cols, .use = kernels::WeightUse::Embedding}, &table));
  const std::vector<std::byte> input = someNumbers(kernels::WeightFormat::F32, cols);
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->writeWeightRows(table, 0, input));
  ENGINE_RETURN_IF_BAD_STATUS(
      m_backend->createWeight({.name = "weights", .format = format, .rows = rows, .cols = cols}, &weight));
  const std::vector<std::byte> weights = someNumbers(format, uint64_t{rows} * cols);
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->writeWeightRows(weight, 0, weights));

  kernels::Program program;
  program.maxTokens = nTokens;
  program.precision = precision;
  program.buffers = {{.name = "in", .cols = cols}, {.name = "out", .cols = rows}};
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
  shape.operations = 2.0 * rows * cols * nTokens * kRepeats;
  shape.product = {cols, rows, 1};
  m_shapes.push_back(std::move(shape));
  ENGINE_RETURN_IF_BAD_STATUS(runOnce(m_shapes.back()));
  return {};
}

kernels::Status MachineLimits::runOnce(const Shape& shape) {
  KERNELS_RETURN_IF_ERROR(m_backend->enqueue(shape.program, {shape.tokens, shape.sequences, m_blocks, {}, {}}));
  std::vector<kernels::SampledRow> rows;
  return m_backend->wait(&rows);
}

double MachineLimits::measureUpload() {
  return m_backend->measureUploadBandwidth(kReadStreamBytes);
}

double MachineLimits::measureRead() {
  return m_backend->measureReadBandwidth(m_onGpu ? kGpuReadStreamBytes : kReadStreamBytes);
}

double MachineLimits::leastSeconds(const Shape& shape) {
  if (shape.libraryTokens > 0) {
    const double rate = m_backend->measureProductRate(shape.libraryTokens, static_cast<uint32_t>(shape.product.inCols),
                                                      static_cast<uint32_t>(shape.product.outCols), 0);
    return rate > 0 ? shape.operations / rate : 0;
  }
  double least = 0;
  const Clock::time_point start = Clock::now();
  for (int pass = 0; pass < 3 || Clock::now() - start < kProductTime; ++pass) {
    const Clock::time_point begin = Clock::now();
    if (!runOnce(shape).ok()) return 0;
    const double passed = seconds(Clock::now() - begin);
    least = pass == 0 ? passed : std::min(least, passed);
  }
  return least;
}

double MachineLimits::measureProducts() {
  double best = 0, operations = 0, time = 0;
  for (Shape& shape : m_shapes) {
    const double least = leastSeconds(shape);
    if (least <= 0) return 0;
    shape.bestSeconds = shape.bestSeconds > 0 ? std::min(shape.bestSeconds, least) : least;
    best = std::max(best, shape.operations / least);
    operations += shape.product.calls * shape.operations;
    time += shape.product.calls * least;
  }
  m_bestRate = std::max(m_bestRate, best);
  if (m_modelShapes) return time > 0 ? operations / time : 0;
  return best;
}

double MachineLimits::measureHeldProducts(double heldSeconds) {
  double operations = 0, time = 0;
  for (const Shape& shape : m_shapes) {
    if (shape.libraryTokens == 0) return 0;
    const double rate = m_backend->measureProductRate(shape.libraryTokens, static_cast<uint32_t>(shape.product.inCols),
                                                      static_cast<uint32_t>(shape.product.outCols), heldSeconds);
    if (rate <= 0) return 0;
    operations += shape.product.calls * shape.operations;
    time += shape.product.calls * shape.operations / rate;
  }
  return time > 0 ? operations / time : 0;
}

double MachineLimits::productRate(uint64_t inCols, uint64_t outCols) const {
  for (const Shape& shape : m_shapes) {
    const bool same = m_modelShapes && shape.product.inCols == inCols && shape.product.outCols == outCols;
    if (same && shape.bestSeconds > 0) return shape.operations / shape.bestSeconds;
  }
  return m_bestRate;
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
