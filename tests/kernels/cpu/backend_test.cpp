// Linear ops, whole steps and the rules of the Backend interface.
#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "tests/kernels/cpu/backend_fixture.h"
#include "tests/kernels/cpu/simd_targets_test.h"

namespace kernels::test {
namespace {

using testing::HasSubstr;

struct LinearShape {
  uint32_t in = 64;
  std::vector<uint32_t> parts{64};
  Epilogue epilogue = Epilogue::None;
  bool norm = false, bias = false, residual = false, inPlace = false;
};

// embed -> linear, compared row by row. Sums over up to 200 products of order 1 in float32: 1e-5 of the largest value.
void expectLinear(const LinearShape& shape, uint32_t nTokens, uint32_t nThreads) {
  SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.parts[0] << " x " << shape.parts.size()
                                  << ", epilogue " << static_cast<int>(shape.epilogue) << ", " << nTokens << " tokens, "
                                  << nThreads << " threads");
  std::unique_ptr<Backend> backend;
  ASSERT_TRUE(createCpuBackend({nThreads}, &backend).ok());
  std::vector<std::vector<float>> values;
  const auto add = [&](WeightUse use, uint64_t rows, uint64_t cols) {
    values.push_back(randomFloats(rows * cols, static_cast<uint32_t>(values.size()), 1.0f / std::sqrt(float(cols))));
    return addWeight(backend.get(), use, rows, cols, values.back());
  };
  const uint32_t total =
      shape.epilogue == Epilogue::None ? std::accumulate(shape.parts.begin(), shape.parts.end(), 0u) : shape.parts[0];
  Program program;
  program.precision = Precision::Exact;
  program.maxTokens = nTokens + 3;
  program.buffers = {{"in", Rows::Token, shape.in}, {"out", Rows::Token, total}, {"residual", Rows::Token, total}};
  program.ops = {EmbedOp{add(WeightUse::Embedding, 50, shape.in), 0, 10.0f},
                 EmbedOp{add(WeightUse::Embedding, 50, total), 2, 1.0f}};
  LinearOp linear;
  linear.in = 0;
  linear.out = shape.inPlace ? 0 : shape.residual ? 2 : 1;
  linear.epilogue = shape.epilogue;
  if (shape.norm) linear.norm = NormSpec{add(WeightUse::Vector, 1, shape.in), 1e-5f, true};
  for (const uint32_t rows : shape.parts) {
    LinearPart part{add(WeightUse::Matrix, rows, shape.in), {}};
    if (shape.bias) part.bias = add(WeightUse::Vector, 1, rows);
    linear.parts.push_back(part);
  }
  if (shape.residual) linear.residual = shape.inPlace ? 0 : 2;
  linear.residualScale = shape.residual ? 0.7f : 1.0f;
  program.ops.push_back(linear);
  Backend::ProgramId id = 0;
  const Status status = backend->compile(program, &id);
  ASSERT_TRUE(status.ok()) << status.message();
  Batch batch;
  std::vector<int32_t> tokens(nTokens);
  for (uint32_t t = 0; t < nTokens; ++t) tokens[t] = static_cast<int32_t>(t * 7 % 50);
  batch.add(tokens, 0, std::vector<int32_t>((nTokens + 15) / 16, 0));
  ASSERT_TRUE(backend->createKvCache({1, 1, 8, 1, DType::F32}).ok());
  runStep(backend.get(), id, batch);
  reference::ReferenceProgram reference(program);
  for (size_t i = 0; i < values.size(); ++i) reference.setWeight(static_cast<WeightId>(i), values[i]);
  reference.run(batch.inputs());
  const auto got = readRows(backend.get(), id, linear.out, nTokens, total);
  double largest = 0.0;
  for (const float v : got) largest = std::max(largest, std::abs(double{v}));
  EXPECT_LT(maxError(got, reference.buffer(linear.out)), 1e-5 * std::max(1.0, largest));
}

TEST(BackendLinear, MatchesReferenceOverShapes) {
  const LinearShape shapes[] = {
      {},
      {.in = 33, .parts = {17}, .bias = true},
      {.in = 96, .parts = {96, 32, 32}, .norm = true},
      {.in = 40, .parts = {7, 5, 3, 1}, .norm = true, .bias = true},
      {.in = 200, .parts = {50}, .residual = true},
      {.in = 64, .parts = {64}, .norm = true, .residual = true, .inPlace = true},
      {.in = 72, .parts = {100, 100}, .epilogue = Epilogue::SwiGlu, .norm = true},
      {.in = 72, .parts = {51, 51}, .epilogue = Epilogue::GeluGlu, .bias = true, .residual = true},
  };
  for (const LinearShape& shape : shapes)
    for (const uint32_t nTokens : {1u, 2u, 9u, 70u})
      for (const uint32_t nThreads : {1u, 2u, 3u}) expectLinear(shape, nTokens, nThreads);
}

TEST(BackendLinear, PiecesForTheEpilogueOverManyRows) {
  // More rows and columns than are kept back at a time.
  expectLinear({.in = 16, .parts = {300, 300}, .epilogue = Epilogue::SwiGlu}, 400, 2);
  expectLinear({.in = 16, .parts = {300}, .residual = true}, 400, 2);
}

TEST(BackendLinear, EveryTarget) {
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    expectLinear({.in = 72, .parts = {100, 100}, .epilogue = Epilogue::SwiGlu, .norm = true, .bias = true}, 5, 2);
  }
}

/// A small decoder: embed, layer, gather, head, sample.
class TinyModel {
 public:
  static constexpr uint32_t kVocab = 97, kHidden = 32;

  explicit TinyModel(uint32_t nThreads = 2) {
    EXPECT_TRUE(createCpuBackend({nThreads}, &backend).ok());
    const auto add = [this](WeightUse use, uint64_t rows, uint64_t cols) {
      return addWeight(backend.get(), use, rows, cols, randomFloats(rows * cols, m_seed++, 0.3f));
    };
    program.maxTokens = 64;
    program.maxLogitRows = 4;
    program.buffers = {{"x", Rows::Token, kHidden},    {"qkv", Rows::Token, 4 * 16 + 2 * 2 * 16},
                       {"attended", Rows::Token, 64},  {"gated", Rows::Token, 48},
                       {"last", Rows::Logit, kHidden}, {"logits", Rows::Logit, kVocab}};
    const HeadShape heads{4, 2, 16};
    const WeightId table = add(WeightUse::EmbeddingAndMatrix, kVocab, kHidden);
    const NormSpec norm{add(WeightUse::Vector, 1, kHidden), 1e-5f, true};
    LinearOp qkv{0, norm, {}, Epilogue::None, {}, 1.0f, 1};
    for (const uint32_t rows : {64u, 32u, 32u}) qkv.parts.push_back({add(WeightUse::Matrix, rows, kHidden), {}});
    AttentionOp attention;
    attention.qkv = 1;
    attention.heads = heads;
    attention.scale = 0.25f;
    attention.out = 2;
    LinearOp up{0, norm, {}, Epilogue::SwiGlu, {}, 1.0f, 3};
    for (int i = 0; i < 2; ++i) up.parts.push_back({add(WeightUse::Matrix, 48, kHidden), {}});
    program.ops = {EmbedOp{table, 0, 1.0f},
                   qkv,
                   RopeAppendOp{1, 0, heads, {RopeStyle::Half, 16, add(WeightUse::Vector, 1, 8), 1.0f}, {}, {}},
                   attention,
                   LinearOp{2, {}, {{add(WeightUse::Matrix, kHidden, 64), {}}}, Epilogue::None, 0, 1.0f, 0},
                   up,
                   LinearOp{3, {}, {{add(WeightUse::Matrix, kHidden, 48), {}}}, Epilogue::None, 0, 1.0f, 0},
                   GatherOp{0, 4},
                   LinearOp{4, norm, {{table, {}}}, Epilogue::None, {}, 1.0f, 5},
                   SampleOp{5, kVocab}};
    EXPECT_TRUE(backend->createKvCache({1, 2, 16, 32, DType::F16}).ok());
    EXPECT_TRUE(backend->createSlots(4).ok());
    Status status = backend->compile(program, &id);
    EXPECT_TRUE(status.ok()) << status.message();
    for (uint32_t slot = 0; slot < 4; ++slot) {
      SlotSampling greedy;
      greedy.temperature = 0.0f;
      EXPECT_TRUE(backend->writeSlot(slot, greedy).ok());
    }
  }

  /// Sampled tokens of a prompt and `n` further ones; fed through the slot when `feedSlot`.
  std::vector<int32_t> generate(const std::vector<int32_t>& prompt, int n, uint32_t slot, bool feedSlot,
                                std::span<const int32_t> blocks) {
    std::vector<int32_t> tokens;
    std::vector<int32_t> next = prompt;
    uint32_t context = 0;
    for (int i = 0; i <= n; ++i) {
      Batch batch;
      batch.add(next, context, blocks);
      batch.logitRows = {static_cast<int32_t>(next.size()) - 1};
      batch.sampleSlots = {static_cast<int32_t>(slot)};
      std::vector<SampledRow> rows;
      runStep(backend.get(), id, batch, &rows);
      tokens.push_back(rows.at(0).token);
      context += static_cast<uint32_t>(next.size());
      next = {feedSlot ? -1 - static_cast<int32_t>(slot) : rows[0].token};
    }
    return tokens;
  }

  std::unique_ptr<Backend> backend;
  Program program;
  Backend::ProgramId id = 0;

 private:
  uint32_t m_seed = 10;
};

const std::vector<int32_t> kBlocks{3, 1, 4, 7, 5, 9};

TEST(Backend, SlotsFeedTheNextStep) {
  TinyModel model;
  const std::vector<int32_t> prompt{5, 17, 80, 2};
  const auto byHost = model.generate(prompt, 20, 0, false, kBlocks);
  EXPECT_EQ(model.generate(prompt, 20, 2, true, kBlocks), byHost);
  EXPECT_GT(std::set<int32_t>(byHost.begin(), byHost.end()).size(), 1u);
}

TEST(Backend, LogitRowsWithoutASlotAreOnlyComputed) {
  TinyModel model;
  Batch batch;
  batch.add(std::vector<int32_t>{1, 2, 3}, 0, kBlocks);
  batch.logitRows = {0, 2};
  batch.sampleSlots = {-1, 1};
  std::vector<SampledRow> rows;
  runStep(model.backend.get(), model.id, batch, &rows);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].token, -1);
  const auto logits = readRows(model.backend.get(), model.id, 5, 2, TinyModel::kVocab);
  const auto last = logits.begin() + TinyModel::kVocab;
  EXPECT_EQ(rows[1].token, std::max_element(last, logits.end()) - last);
  // No logit rows at all: a prompt chunk that is not the last.
  batch.logitRows.clear();
  batch.sampleSlots.clear();
  runStep(model.backend.get(), model.id, batch, &rows);
  EXPECT_TRUE(rows.empty());
}

TEST(Backend, ProgramsShareBuffersAndCache) {
  TinyModel model;
  Program larger = model.program;
  larger.maxTokens = 500;
  Backend::ProgramId id = 0;
  ASSERT_TRUE(model.backend->compile(larger, &id).ok());
  EXPECT_GT(model.backend->programBytes(larger), model.backend->programBytes(model.program));
  const std::vector<int32_t> prompt{5, 17, 80, 2};
  const auto first = model.generate(prompt, 6, 0, false, kBlocks);
  model.id = id;
  EXPECT_EQ(model.generate(prompt, 6, 1, false, kBlocks), first);
}

TEST(Backend, ProfileNamesOpsAndCountsBytes) {
  TinyModel model;
  model.backend->setProfiling(true);
  model.generate({1, 2, 3}, 0, 0, false, kBlocks);
  const auto profile = model.backend->lastProfile();
  ASSERT_EQ(profile.size(), model.program.ops.size());
  EXPECT_THAT(profile[1].name, HasSubstr("weight of 64x32"));
  EXPECT_EQ(profile[1].bytes, model.backend->weightBytes({"", WeightFormat::F32, 64, 32}) +
                                  2 * model.backend->weightBytes({"", WeightFormat::F32, 32, 32}));
  EXPECT_EQ(profile[3].bytes, 3u * 2 * 2 * 16 * 2);
  for (const OpProfile& op : profile) EXPECT_GE(op.microseconds, 0.0);
}

TEST(Backend, SaysWhatItIs) {
  std::unique_ptr<Backend> backend;
  ASSERT_TRUE(createCpuBackend({}, &backend).ok());
  EXPECT_EQ(backend->device().kind, "cpu");
  EXPECT_FALSE(backend->device().name.empty());
  EXPECT_GE(backend->device().nThreads, 1u);
  const MemoryInfo memory = backend->memory();
  EXPECT_GT(memory.total, 0u);
  EXPECT_LE(memory.free, memory.total);
  EXPECT_GT(backend->measureReadBandwidth(1 << 20), 1e8);
  EXPECT_GT(backend->measureCopyBandwidth(1 << 20), 1e8);
  EXPECT_EQ(backend->measureUploadBandwidth(1 << 20), 0.0);
}

TEST(Backend, RefusesBadInputs) {
  TinyModel model;
  Backend* backend = model.backend.get();
  const auto refused = [&](const Batch& batch) {
    const Status status = backend->enqueue(model.id, batch.inputs());
    EXPECT_EQ(status.code(), StatusCode::InvalidArgument);
    return status.message();
  };
  Batch good;
  good.add(std::vector<int32_t>{1, 2, 3}, 14, kBlocks);
  good.logitRows = {2};
  good.sampleSlots = {0};
  Batch bad = good;
  bad.tokens[1] = 97;
  EXPECT_THAT(refused(bad), HasSubstr("has id 97, the vocabulary has 97"));
  bad.tokens[1] = -6;
  EXPECT_THAT(refused(bad), HasSubstr("slot 5, there are 4"));
  bad = good;
  bad.blockTable[1] = 32;
  EXPECT_THAT(refused(bad), HasSubstr("block 32, there are 32"));
  bad = good;
  bad.blockTable.resize(1);
  EXPECT_THAT(refused(bad), HasSubstr("block table entries 0 + 2, there are 1"));
  bad = good;
  bad.sequences[0].nTokens = 2;
  EXPECT_THAT(refused(bad), HasSubstr("cover 2 of 3 tokens"));
  bad = good;
  bad.sequences[0].contextLength = 0xffffffffu;
  EXPECT_THAT(refused(bad), HasSubstr("of context"));
  bad = good;
  bad.logitRows[0] = 3;
  EXPECT_THAT(refused(bad), HasSubstr("logit row 0 is token 3, the step has 3"));
  bad = good;
  bad.sampleSlots[0] = 4;
  EXPECT_THAT(refused(bad), HasSubstr("slot 4, there are 4"));
  bad = good;
  bad.logitRows = {1, 2};
  bad.sampleSlots = {3, 3};
  EXPECT_THAT(refused(bad), HasSubstr("slot 3 is sampled for twice"));
  bad = Batch();
  EXPECT_THAT(refused(bad), HasSubstr("0 tokens, 1 to 64"));
  EXPECT_FALSE(backend->enqueue(99, good.inputs()).ok());
  std::vector<SampledRow> rows;
  EXPECT_FALSE(backend->wait(&rows).ok());
  runStep(backend, model.id, good);
}

TEST(Backend, RefusesBadPrograms) {
  TinyModel model;
  const auto refused = [&](size_t op, auto change) {
    Program program = model.program;
    change(&program, &program.ops[op]);
    Backend::ProgramId id = 0;
    const Status status = model.backend->compile(program, &id);
    EXPECT_FALSE(status.ok());
    return status.message();
  };
  EXPECT_THAT(
      refused(1, [](Program* p, Op*) { p->buffers[1].cols = 100; }),
      HasSubstr("op 1 of the program: the weights from 'weight of 64x32' on give 128 columns, buffer 'qkv' has 100"));
  EXPECT_THAT(refused(1, [](Program* p, Op*) { p->buffers[0].cols = 33; }),
              HasSubstr("has 32 columns, buffer 'x' has 33"));
  EXPECT_THAT(refused(0, [](Program* p, Op*) { p->buffers[2].dtype = DType::F16; }),
              HasSubstr("'attended' is float16"));
  EXPECT_THAT(refused(0, [](Program*, Op* op) { std::get<EmbedOp>(*op).table = 999; }), HasSubstr("no weight 999"));
  EXPECT_THAT(refused(0, [](Program*, Op* op) { std::get<EmbedOp>(*op).out = 6; }),
              HasSubstr("buffer 6, the program has 6"));
  EXPECT_THAT(refused(5, [](Program*, Op* op) { std::get<LinearOp>(*op).parts.pop_back(); }),
              HasSubstr("takes 2 weights, not 1"));
  EXPECT_THAT(refused(3, [](Program*, Op* op) { std::get<AttentionOp>(*op).heads.nKvHeads = 3; }),
              HasSubstr("multiple"));
  EXPECT_THAT(refused(2, [](Program*, Op* op) { std::get<RopeAppendOp>(*op).rope.rotaryDims = 15; }),
              HasSubstr("15 rotary dimensions"));
  EXPECT_THAT(refused(9, [](Program*, Op* op) { std::get<SampleOp>(*op).nVocab = 98; }), HasSubstr("98 tokens"));
  EXPECT_THAT(refused(4, [](Program*, Op* op) { std::get<LinearOp>(*op).residual = 1; }),
              HasSubstr("residual 'qkv' has 128"));
  EXPECT_THAT(refused(1, [](Program*, Op* op) { std::get<LinearOp>(*op).norm->weight = 0; }),
              HasSubstr("is not a vector"));
  // The cache is looked at when a step runs.
  ASSERT_TRUE(model.backend->createKvCache({1, 2, 8, 4, DType::F16}).ok());
  Batch batch;
  batch.add(std::vector<int32_t>{1}, 0, std::vector<int32_t>{0});
  EXPECT_THAT(model.backend->enqueue(model.id, batch.inputs()).message(), HasSubstr("with 2 of 8"));
}

TEST(Backend, RefusesBadWeightsAndCaches) {
  std::unique_ptr<Backend> backend;
  ASSERT_TRUE(createCpuBackend({1}, &backend).ok());
  WeightId id = 0;
  EXPECT_FALSE(backend->createWeight({"v", WeightFormat::F32, 2, 8, WeightUse::Vector}, &id).ok());
  EXPECT_FALSE(backend->createWeight({"q", WeightFormat::Q4_0, 4, 33, WeightUse::Matrix}, &id).ok());
  ASSERT_TRUE(backend->createWeight({"m", WeightFormat::F32, 4, 8, WeightUse::Matrix}, &id).ok());
  const std::vector<std::byte> data(5 * 8 * 4);
  EXPECT_THAT(backend->writeWeightRows(id, 0, data).message(), HasSubstr("rows 0 to 5 of 4"));
  EXPECT_THAT(backend->writeWeightRows(id, ~uint64_t{0}, std::span(data).first(32)).message(), HasSubstr("of 4"));
  EXPECT_THAT(backend->writeWeightRows(id, 0, std::span(data).first(31)).message(), HasSubstr("not whole rows"));
  EXPECT_FALSE(backend->writeWeightRows(77, 0, data).ok());
  EXPECT_EQ(backend->createKvCache({1, 1, 8, 4, DType::I8}).code(), StatusCode::Unsupported);
  EXPECT_EQ(backend->createKvCache({0, 1, 8, 4, DType::F16}).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(backend->createKvCache({4096, 4096, 4096, 0xffffffffu, DType::F32}).code(), StatusCode::OutOfMemory);
  EXPECT_EQ(kvBlockBytes({30, 3, 64, 1, DType::F16}), 2u * 16 * 30 * 3 * 64 * 2);
}

TEST(Backend, RefusesAStepBeforeItsWeightsHaveArrived) {
  TinyModel model;
  WeightId id = 0;
  ASSERT_TRUE(model.backend->createWeight({"late", WeightFormat::F32, 32, 48, WeightUse::Matrix}, &id).ok());
  Program program = model.program;
  std::get<LinearOp>(program.ops[6]).parts[0].weight = id;
  ASSERT_TRUE(model.backend->compile(program, &model.id).ok());
  Batch batch;
  batch.add(std::vector<int32_t>{1}, 0, kBlocks);
  EXPECT_THAT(model.backend->enqueue(model.id, batch.inputs()).message(), HasSubstr("0 of 32 rows of 'late'"));
}

}  // namespace
}  // namespace kernels::test
