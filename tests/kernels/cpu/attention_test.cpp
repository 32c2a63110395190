// Attention, rotary embedding and cache append through the backend, against the reference.
#include <algorithm>
#include <numeric>

#include "tests/kernels/cpu/backend_fixture.h"
#include "tests/kernels/cpu/simd_targets_test.h"

namespace kernels::test {
namespace {

struct Shape {
  uint32_t nHeads = 4, nKvHeads = 2, headDim = 64;
  DType cache = DType::F32;
  RopeStyle style = RopeStyle::Half;
  uint32_t rotaryDims = 0;  ///< 0: whole head
  float softcap = 0.0f;
  uint32_t window = 0;
  bool alibi = false, norms = false;
  float magnitude = 1.0f;
};

// Random qkv rows, from an embedding table, go through RopeAppendOp and AttentionOp.
class AttentionBench {
 public:
  static constexpr uint32_t kRows = 700, kBlocks = 160, kMaxTokens = 640;

  AttentionBench(const Shape& shape, uint32_t nThreads) : m_shape(shape) {
    EXPECT_TRUE(createCpuBackend({nThreads}, &m_backend).ok());
    EXPECT_TRUE(m_backend->createKvCache({2, shape.nKvHeads, shape.headDim, kBlocks, shape.cache}).ok());
    const uint32_t cols = (shape.nHeads + 2 * shape.nKvHeads) * shape.headDim;
    const uint32_t dims = shape.rotaryDims != 0 ? shape.rotaryDims : shape.headDim / 2 * 2;
    const HeadShape heads{shape.nHeads, shape.nKvHeads, shape.headDim};
    Program program;
    program.buffers = {{"qkv", Rows::Token, cols, DType::F32},
                       {"out", Rows::Token, shape.nHeads * shape.headDim, DType::F32}};
    program.maxTokens = kMaxTokens;
    const WeightId table = add(WeightUse::Embedding, kRows, cols, randomFloats(size_t{kRows} * cols, 1));
    std::vector<float> frequencies(dims / 2);
    for (size_t i = 0; i < frequencies.size(); ++i)
      frequencies[i] = std::pow(10000.0f, -2.0f * static_cast<float>(i) / static_cast<float>(dims));
    RopeAppendOp rope;
    rope.qkv = 0;
    rope.layer = 1;
    rope.heads = heads;
    rope.rope = {shape.style, dims, add(WeightUse::Vector, 1, dims / 2, frequencies), shape.magnitude};
    if (shape.norms) {
      rope.qNorm = NormSpec{add(WeightUse::Vector, 1, shape.headDim, randomFloats(shape.headDim, 2)), 1e-6f, false};
      rope.kNorm = NormSpec{add(WeightUse::Vector, 1, shape.headDim, randomFloats(shape.headDim, 3)), 1e-5f, true};
    }
    AttentionOp attention;
    attention.qkv = 0;
    attention.layer = 1;
    attention.heads = heads;
    attention.scale = 1.0f / std::sqrt(static_cast<float>(shape.headDim));
    attention.softcap = shape.softcap;
    attention.window = shape.window;
    if (shape.alibi) {
      std::vector<float> slopes(shape.nHeads);
      for (uint32_t h = 0; h < shape.nHeads; ++h) slopes[h] = std::pow(0.5f, static_cast<float>(h + 1));
      attention.alibiSlopes = add(WeightUse::Vector, 1, shape.nHeads, slopes);
    }
    attention.out = 1;
    program.ops = {EmbedOp{table, 0, 1.0f}, rope, attention};
    const Status status = m_backend->compile(program, &m_program);
    EXPECT_TRUE(status.ok()) << status.message();
    m_reference = std::make_unique<reference::ReferenceProgram>(program);
    m_reference->setCacheType(shape.cache);
    for (size_t i = 0; i < m_weights.size(); ++i) m_reference->setWeight(static_cast<WeightId>(i), m_weights[i]);
  }

  std::vector<float> step(const Batch& batch) {
    runStep(m_backend.get(), m_program, batch);
    return readRows(m_backend.get(), m_program, 1, batch.tokens.size(), m_shape.nHeads * m_shape.headDim);
  }
  double errorOf(const Batch& batch) {
    const std::vector<float> got = step(batch);
    m_reference->run(batch.inputs());
    return maxError(got, m_reference->buffer(1));
  }

 private:
  WeightId add(WeightUse use, uint64_t rows, uint64_t cols, const std::vector<float>& values) {
    m_weights.push_back(values);
    return addWeight(m_backend.get(), use, rows, cols, values);
  }

  Shape m_shape;
  std::unique_ptr<Backend> m_backend;
  Backend::ProgramId m_program = 0;
  std::vector<std::vector<float>> m_weights;
  std::unique_ptr<reference::ReferenceProgram> m_reference;
};

std::vector<int32_t> ids(uint32_t first, uint32_t n) {
  std::vector<int32_t> values(n);
  std::iota(values.begin(), values.end(), static_cast<int32_t>(first));
  return values;
}

// Block numbers without any order.
std::vector<int32_t> shuffledBlocks() {
  std::vector<int32_t> blocks = ids(0, AttentionBench::kBlocks);
  std::shuffle(blocks.begin(), blocks.end(), std::mt19937(7));
  return blocks;
}

// A prompt in two chunks beside another sequence, then decoding. Rows of random values have outputs below about 3; the
// bound is 1e-5, a few float32 roundings over some hundred keys.
void expectExact(const Shape& shape, uint32_t nThreads, uint32_t promptTokens) {
  AttentionBench bench(shape, nThreads);
  const std::vector<int32_t> blocks = shuffledBlocks();
  const std::span<const int32_t> a(blocks.data(), 60), b(blocks.data() + 60, 60);
  Batch first;
  first.add(ids(0, promptTokens), 0, a);
  EXPECT_LT(bench.errorOf(first), 1e-5);
  Batch second;
  second.add(ids(promptTokens, 37), promptTokens, a);
  second.add(ids(300, 5), 0, b);
  EXPECT_LT(bench.errorOf(second), 1e-5);
  Batch decode;
  decode.add(ids(400, 1), promptTokens + 37, a);
  decode.add(ids(401, 1), 5, b);
  EXPECT_LT(bench.errorOf(decode), 1e-5);
}

TEST(Attention, MatchesReferenceOverShapesOnEveryTarget) {
  const Shape shapes[] = {
      {.nHeads = 9, .nKvHeads = 3, .headDim = 64},
      {.nHeads = 9, .nKvHeads = 3, .headDim = 64, .cache = DType::F16},
      {.nHeads = 4, .nKvHeads = 4, .headDim = 80, .cache = DType::BF16},
      {.nHeads = 16, .nKvHeads = 1, .headDim = 96, .cache = DType::F16, .style = RopeStyle::Interleaved},
      {.nHeads = 7, .nKvHeads = 1, .headDim = 128, .rotaryDims = 64},
      {.nHeads = 2, .nKvHeads = 1, .headDim = 256, .cache = DType::F16},
      {.nHeads = 5, .nKvHeads = 1, .headDim = 33, .style = RopeStyle::Interleaved, .rotaryDims = 22},
      {.nHeads = 3, .nKvHeads = 3, .headDim = 7, .cache = DType::F16, .rotaryDims = 6},
      {.nHeads = 4, .nKvHeads = 2, .headDim = 64, .softcap = 5.0f},
      {.nHeads = 4, .nKvHeads = 2, .headDim = 64, .window = 20},
      {.nHeads = 4, .nKvHeads = 2, .headDim = 64, .window = 1},
      {.nHeads = 6, .nKvHeads = 2, .headDim = 64, .style = RopeStyle::None, .alibi = true},
      {.nHeads = 6, .nKvHeads = 2, .headDim = 40, .norms = true, .magnitude = 1.3f},
  };
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (const Shape& shape : shapes) {
      SCOPED_TRACE(testing::Message() << hwy::TargetName(target) << " heads " << shape.nHeads << "/" << shape.nKvHeads
                                      << " x " << shape.headDim << " window " << shape.window);
      expectExact(shape, 2, 45);
    }
  }
}

TEST(Attention, LongContextSplitOverThreads) {
  for (const uint32_t nThreads : {1u, 2u, 5u}) expectExact({.nHeads = 3, .nKvHeads = 1, .headDim = 64}, nThreads, 590);
  expectExact({.nHeads = 3, .nKvHeads = 1, .headDim = 64, .window = 300}, 4, 590);
}

// Bits, not closeness: chunking, neighbours and threads must not show.
TEST(Attention, SameBitsHoweverChunkedBatchedAndThreaded) {
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (const Shape& shape : {Shape{.nHeads = 9, .nKvHeads = 3, .headDim = 64, .cache = DType::F16},
                               Shape{.nHeads = 2, .nKvHeads = 1, .headDim = 72, .window = 130}}) {
      const uint32_t n = 610;
      const size_t cols = size_t{shape.nHeads} * shape.headDim;
      const std::vector<int32_t> blocks = shuffledBlocks();
      const std::span<const int32_t> mine(blocks.data(), 40), other(blocks.data() + 40, 40);
      AttentionBench whole(shape, 1);
      Batch all;
      all.add(ids(0, n), 0, mine);
      const std::vector<float> want = whole.step(all);
      for (const uint32_t nThreads : {1u, 2u, 3u}) {
        AttentionBench chunked(shape, nThreads);
        uint32_t done = 0;
        for (const uint32_t count : {1u, 2u, 63u, 200u, 17u, 16u, 250u, 1u, 1u, 1u, 58u}) {
          Batch step;
          if (count != 16) step.add(ids(5, 3), 0, other);
          const size_t before = step.tokens.size();
          step.add(ids(done, count), done, mine);
          const std::vector<float> got = chunked.step(step);
          ASSERT_EQ(0, std::memcmp(got.data() + before * cols, want.data() + done * cols, count * cols * sizeof(float)))
              << hwy::TargetName(target) << ", " << nThreads << " threads, tokens " << done << " + " << count;
          done += count;
        }
        ASSERT_EQ(done, n);
      }
    }
  }
}

}  // namespace
}  // namespace kernels::test
