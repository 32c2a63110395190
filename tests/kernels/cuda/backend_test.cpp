// Small decoders on the GPU beside the reference: every op, in every compute type, op by op and as captured graphs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <ostream>
#include <string_view>

#include "kernels/half.h"
#include "tests/kernels/cpu/backend_fixture.h"
#include "tests/kernels/cuda/gpu.h"

namespace kernels::test {
namespace {

struct Shape {
  const char* name;
  uint32_t hidden, gated, vocab;
  HeadShape heads;
  RopeStyle style = RopeStyle::Half;
  uint32_t rotary = 0;  ///< 0: the whole head
  bool bias = false, headNorms = false, addOne = false, slopes = false;
  uint32_t window = 0;
  float softcap = 0.0f;
  Epilogue gate = Epilogue::SwiGlu;
};
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.name;
}

float rounded(float v, DType type) {
  if (type == DType::F16) return halfToFloat(floatToHalf(v));
  return type == DType::BF16 ? bfloatToFloat(floatToBfloat(v)) : v;
}

/// Two layers and a head.
class GpuModel {
 public:
  static constexpr uint32_t kMaxTokens = 128, kMaxRows = 64, kBlocks = 64;

  GpuModel(const Shape& wanted, DType compute, bool eager) : shape(wanted), m_compute(compute) {
    const Status made = createCudaBackend({.device = 0, .compute = compute, .eager = eager}, &backend);
    EXPECT_TRUE(made.ok()) << made.message();
    if (!made.ok()) return;
    build();
    EXPECT_TRUE(backend->createKvCache({2, shape.heads.nKvHeads, shape.heads.headDim, kBlocks, compute}).ok());
    EXPECT_TRUE(backend->createSlots(kMaxRows).ok());
    SlotSampling greedy;
    greedy.temperature = 0.0f;
    const Status compiled = backend->compile(program, &id);
    EXPECT_TRUE(compiled.ok()) << compiled.message();
    for (uint32_t slot = 0; slot < kMaxRows; ++slot) EXPECT_TRUE(backend->writeSlot(slot, greedy).ok());
  }

  reference::ReferenceProgram reference() const {
    reference::ReferenceProgram out(program);
    for (size_t i = 0; i < m_values.size(); ++i) out.setWeight(static_cast<WeightId>(i), m_values[i]);
    out.setCacheType(m_compute);
    return out;
  }

  Shape shape;
  std::unique_ptr<Backend> backend;
  Program program;
  Backend::ProgramId id = 0;
  BufferId logits = 0;

 private:
  WeightId add(WeightUse use, uint64_t rows, uint64_t cols, float spread, float mean = 0.0f) {
    std::vector<float> values = randomFloats(rows * cols, m_seed++, spread);
    for (float& v : values) v = use == WeightUse::Vector ? v + mean : rounded(v, m_compute);
    m_values.push_back(values);
    return addWeight(backend.get(), use, rows, cols, values);
  }
  WeightId matrix(uint64_t rows, uint64_t cols) {
    return add(WeightUse::Matrix, rows, cols, 1.0f / std::sqrt(static_cast<float>(cols)));
  }
  NormSpec norm(uint64_t cols) {
    return {add(WeightUse::Vector, 1, cols, 0.1f, shape.addOne ? 0.0f : 1.0f), 1e-5f, shape.addOne};
  }
  LinearPart part(uint64_t rows, uint64_t cols) {
    LinearPart out{matrix(rows, cols), {}};
    if (shape.bias) out.bias = add(WeightUse::Vector, 1, rows, 0.2f);
    return out;
  }

  void build() {
    const HeadShape& heads = shape.heads;
    const uint32_t q = heads.nHeads * heads.headDim, kv = heads.nKvHeads * heads.headDim;
    const uint32_t rotary = shape.rotary != 0 ? shape.rotary : heads.headDim;
    program.maxTokens = kMaxTokens;
    program.maxLogitRows = kMaxRows;
    program.buffers = {{"x", Rows::Token, shape.hidden},    {"qkv", Rows::Token, q + 2 * kv},
                       {"attended", Rows::Token, q},        {"gated", Rows::Token, shape.gated},
                       {"last", Rows::Logit, shape.hidden}, {"logits", Rows::Logit, shape.vocab}};
    logits = 5;
    const WeightId table = add(WeightUse::EmbeddingAndMatrix, shape.vocab, shape.hidden, 0.3f);
    std::vector<float> frequencies(rotary / 2);
    for (uint32_t i = 0; i < rotary / 2; ++i) frequencies[i] = std::pow(10000.0f, -2.0f * float(i) / float(rotary));
    m_values.push_back(frequencies);
    const WeightId invFreq = addWeight(backend.get(), WeightUse::Vector, 1, rotary / 2, frequencies);
    program.ops = {EmbedOp{table, 0, 1.5f}};
    for (uint32_t layer = 0; layer < 2; ++layer) {
      LinearOp qkv{0, norm(shape.hidden), {}, Epilogue::None, {}, 1.0f, 1};
      for (const uint32_t rows : {q, kv, kv}) qkv.parts.push_back(part(rows, shape.hidden));
      RopeAppendOp rope{1, layer, heads, {shape.style, rotary, invFreq, 1.0f}, {}, {}};
      if (shape.headNorms) {
        rope.qNorm = norm(heads.headDim);
        rope.kNorm = norm(heads.headDim);
      }
      AttentionOp attention;
      attention.qkv = 1;
      attention.layer = layer;
      attention.heads = heads;
      attention.scale = 1.0f / std::sqrt(static_cast<float>(heads.headDim));
      attention.window = shape.window;
      attention.softcap = shape.softcap;
      if (shape.slopes) attention.alibiSlopes = add(WeightUse::Vector, 1, heads.nHeads, 0.05f, 0.1f);
      attention.out = 2;
      LinearOp up{0, norm(shape.hidden), {}, shape.gate, {}, 1.0f, 3};
      for (int i = 0; i < 2; ++i) up.parts.push_back(part(shape.gated, shape.hidden));
      LinearOp output{2, {}, {part(shape.hidden, q)}, Epilogue::None, 0, 0.8f, 0};
      LinearOp down{3, {}, {part(shape.hidden, shape.gated)}, Epilogue::None, 0, 1.0f, 0};
      for (const Op& op : {Op(qkv), Op(rope), Op(attention), Op(output), Op(up), Op(down)}) program.ops.push_back(op);
    }
    program.ops.push_back(GatherOp{0, 4});
    program.ops.push_back(LinearOp{4, norm(shape.hidden), {{table, {}}}, Epilogue::None, {}, 1.0f, logits});
    program.ops.push_back(SampleOp{logits, shape.vocab});
  }

  DType m_compute;
  uint32_t m_seed = 10;
  std::vector<std::vector<float>> m_values;
};

/// Sequence s of a test has its own blocks, in no order.
std::vector<int32_t> blocksOf(uint32_t s, uint32_t count) {
  std::vector<int32_t> out(count);
  for (uint32_t i = 0; i < count; ++i) out[i] = static_cast<int32_t>((s * count + i) * 29 % GpuModel::kBlocks);
  return out;
}

std::vector<int32_t> tokensOf(uint32_t s, uint32_t from, uint32_t count, uint32_t vocab) {
  std::vector<int32_t> out(count);
  for (uint32_t i = 0; i < count; ++i) out[i] = static_cast<int32_t>(((s + 3) * 131 + (from + i) * 37) % vocab);
  return out;
}

/// Error of the logits relative to the largest of them: float32 rounding, or that of activations in 8 or 11 bits over
/// two layers.
double toleranceOf(DType compute) {
  return compute == DType::F32 ? 2e-5 : compute == DType::F16 ? 5e-3 : 4e-2;
}

/// Unless it is switched off, the persistent kernel may take the decode steps of these shapes. It rounds elsewhere than
/// the others.
bool throughPersistentKernel(const Shape& shape, DType compute) {
  const char* value = std::getenv("HEARTH_CUDA_MEGA");
  return (value == nullptr || std::string_view(value) != "0") && compute == DType::BF16 &&
         std::string_view(shape.name).starts_with("mega");
}

class CudaBackendTest : public ::testing::TestWithParam<std::tuple<Shape, DType>> {
 protected:
  void SetUp() override { SKIP_WITHOUT_GPU(); }
  static Shape shape() { return std::get<0>(GetParam()); }
  static DType compute() { return std::get<1>(GetParam()); }

  /// Runs the batch on both and compares logits; returns the sampled tokens.
  void step(GpuModel& model, reference::ReferenceProgram& reference, Batch& batch) {
    batch.logitRows.clear();
    batch.sampleSlots.clear();
    for (size_t s = 0; s < batch.sequences.size(); ++s) {
      const SequenceSpan& span = batch.sequences[s];
      batch.logitRows.push_back(static_cast<int32_t>(span.firstToken + span.nTokens - 1));
      batch.sampleSlots.push_back(static_cast<int32_t>(s));
    }
    std::vector<SampledRow> rows;
    runStep(model.backend.get(), model.id, batch, &rows);
    if (HasFatalFailure()) return;
    reference.run(batch.inputs());
    const auto n = static_cast<uint32_t>(batch.sequences.size());
    const std::vector<float> got = readRows(model.backend.get(), model.id, model.logits, n, shape().vocab);
    double largest = 1.0;
    for (const float v : got) largest = std::max(largest, std::abs(double{v}));
    const double error = maxError(got, reference.buffer(model.logits)) / largest;
    m_worst = std::max(m_worst, error);
    EXPECT_LT(error, toleranceOf(compute()));
    ASSERT_EQ(rows.size(), n);
    for (uint32_t r = 0; r < n; ++r) {
      const auto begin = got.begin() + static_cast<std::ptrdiff_t>(r) * shape().vocab;
      EXPECT_EQ(rows[r].token, std::max_element(begin, begin + shape().vocab) - begin);
    }
  }
  void TearDown() override { RecordProperty("worst", std::to_string(m_worst)); }
  double m_worst = 0.0;
};

TEST_P(CudaBackendTest, PromptsAndDecodesMatchTheReference) {
  for (const bool eager : {true, false}) {
    SCOPED_TRACE(eager ? "eager" : "graphs");
    GpuModel model(shape(), compute(), eager);
    ASSERT_FALSE(HasFailure());
    reference::ReferenceProgram reference = model.reference();
    const uint32_t vocab = shape().vocab, lengths[] = {1, 5, 17, 40};
    Batch prompts;
    for (uint32_t s = 0; s < 4; ++s) prompts.add(tokensOf(s, 0, lengths[s], vocab), 0, blocksOf(s, 5));
    step(model, reference, prompts);
    Batch mixed;  // a chunk behind a prefix beside decodes
    mixed.add(tokensOf(0, 1, 1, vocab), 1, blocksOf(0, 5));
    mixed.add(tokensOf(1, 5, 30, vocab), 5, blocksOf(1, 5));
    mixed.add(tokensOf(2, 17, 1, vocab), 17, blocksOf(2, 5));
    step(model, reference, mixed);
    const uint32_t contexts[] = {2, 35, 18, 40};
    for (uint32_t turn = 0; turn < 3; ++turn) {
      Batch decode;
      for (uint32_t s = 0; s < 4 - turn; ++s) {
        decode.add(tokensOf(s, contexts[s] + turn, 1, vocab), contexts[s] + turn, blocksOf(s, 5));
      }
      step(model, reference, decode);
    }
  }
}

TEST_P(CudaBackendTest, GraphsGiveTheBitsOfEagerSteps) {
  GpuModel eager(shape(), compute(), true), captured(shape(), compute(), false);
  ASSERT_FALSE(HasFailure());
  const uint32_t vocab = shape().vocab;
  for (uint32_t at = 0; at < 12; ++at) {
    std::vector<std::vector<float>> logits;
    for (GpuModel* model : {&eager, &captured}) {
      Batch decode;
      for (uint32_t s = 0; s < 3; ++s) {
        decode.add(tokensOf(s, at, 1, vocab), at, blocksOf(s, 5));
        decode.logitRows.push_back(static_cast<int32_t>(s));
        decode.sampleSlots.push_back(static_cast<int32_t>(s));
      }
      runStep(model->backend.get(), model->id, decode);
      ASSERT_FALSE(HasFatalFailure());
      logits.push_back(readRows(model->backend.get(), model->id, model->logits, 3, vocab));
    }
    if (!throughPersistentKernel(shape(), compute())) {
      EXPECT_EQ(logits[0], logits[1]) << "step " << at;
      continue;
    }
    double largest = 1.0, worst = 0.0;
    for (size_t i = 0; i < logits[0].size(); ++i) {
      largest = std::max(largest, std::abs(double{logits[0][i]}));
      const double error = std::abs(double{logits[0][i]} - logits[1][i]);
      worst = error <= worst ? worst : error;
    }
    EXPECT_LT(worst / largest, toleranceOf(compute())) << "step " << at;
  }
}

TEST_P(CudaBackendTest, TwoStepsInFlightFeedEachOther) {
  GpuModel model(shape(), compute(), false);
  ASSERT_FALSE(HasFailure());
  const auto generate = [&](bool ahead) {
    std::vector<int32_t> out;
    std::vector<SampledRow> rows;
    std::vector<Batch> batches;
    Batch prompt;
    prompt.add(tokensOf(1, 0, 9, shape().vocab), 0, blocksOf(1, 5));
    prompt.logitRows = {8};
    prompt.sampleSlots = {0};
    batches.push_back(prompt);
    for (uint32_t i = 0; i < 20; ++i) {
      Batch next;
      next.add(std::vector<int32_t>{-1}, 9 + i, blocksOf(1, 5));
      next.logitRows = {0};
      next.sampleSlots = {0};
      batches.push_back(next);
    }
    for (size_t i = 0; i < batches.size(); ++i) {
      const Status status = model.backend->enqueue(model.id, batches[i].inputs());
      EXPECT_TRUE(status.ok()) << status.message();
      if (ahead && i == 0) continue;
      EXPECT_TRUE(model.backend->wait(&rows).ok());
      out.push_back(rows.at(0).token);
    }
    if (ahead) {
      EXPECT_TRUE(model.backend->wait(&rows).ok());
      out.push_back(rows.at(0).token);
    }
    return out;
  };
  const std::vector<int32_t> one = generate(false);
  EXPECT_EQ(generate(true), one);
  EXPECT_EQ(one.size(), 21u);
}

const Shape kShapes[] = {
    {"llama", 64, 96, 203, {4, 2, 16}},
    {"interleaved_bias", 96, 80, 120, {6, 1, 16}, RopeStyle::Interleaved, 8, true},
    {"odd", 40, 56, 77, {5, 5, 8}, RopeStyle::Half, 0, true, false, true, false, 0, 0.0f, Epilogue::GeluGlu},
    {"window_softcap_norms", 128, 64, 300, {8, 2, 64}, RopeStyle::Half, 0, false, true, false, false, 7, 20.0f},
    {"alibi", 64, 64, 99, {4, 4, 32}, RopeStyle::None, 0, false, false, false, true},
    {"wide_heads", 256, 320, 512, {16, 1, 128}},
    {"mega", 64, 96, 203, {4, 2, 64}},
    {"mega_bias_norms", 1056, 608, 515, {8, 1, 128}, RopeStyle::Interleaved, 64, true, true, true},
};

std::string nameOf(const ::testing::TestParamInfo<std::tuple<Shape, DType>>& info) {
  return std::string(std::get<0>(info.param).name) + "_" + std::string(dtypeName(std::get<1>(info.param)));
}

INSTANTIATE_TEST_SUITE_P(Shapes, CudaBackendTest,
                         ::testing::Combine(::testing::ValuesIn(kShapes),
                                            ::testing::Values(DType::F32, DType::F16, DType::BF16)),
                         nameOf);

TEST(CudaBackend, MemoryComesBack) {
  SKIP_WITHOUT_GPU();
  std::vector<CudaDevice> devices;
  { GpuModel warm(kShapes[0], DType::BF16, false); }
  ASSERT_TRUE(listCudaDevices(&devices).ok());
  const uint64_t before = devices[0].memoryFree;
  {
    GpuModel model(kShapes[5], DType::BF16, false);
    EXPECT_GT(model.backend->memory().usedByUs, 0u);
  }
  ASSERT_TRUE(listCudaDevices(&devices).ok());
  EXPECT_EQ(devices[0].memoryFree, before);
}

TEST(CudaBackend, RefusesWhatItCannotDo) {
  SKIP_WITHOUT_GPU();
  std::unique_ptr<Backend> backend;
  const Status status = createCudaBackend({.device = 99}, &backend);
  EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
  EXPECT_NE(status.message().find("There is no GPU 99"), std::string::npos) << status.message();
}

TEST(CudaBackend, NoMemoryIsAnOrdinaryResult) {
  SKIP_WITHOUT_GPU();
  GpuModel model(kShapes[0], DType::BF16, false);
  const Status status = model.backend->createKvCache({2, 2, 16, 1u << 30, DType::BF16});
  EXPECT_EQ(status.code(), StatusCode::OutOfMemory);
  EXPECT_NE(status.message().find("bytes"), std::string::npos);
  EXPECT_TRUE(model.backend->createKvCache({2, 2, 16, GpuModel::kBlocks, DType::BF16}).ok());
  Batch batch;
  batch.add(std::vector<int32_t>{1, 2}, 0, blocksOf(0, 5));
  batch.logitRows = {1};
  batch.sampleSlots = {0};
  runStep(model.backend.get(), model.id, batch);
}

}  // namespace
}  // namespace kernels::test
