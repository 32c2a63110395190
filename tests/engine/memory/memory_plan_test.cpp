#include "engine/memory_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/capabilities.h"
#include "engine/decoder/decoder.h"
#include "engine/loaders/model_source.h"
#include "engine/memory/step_limits.h"
#include "tests/support/model_builder.h"
#include "tests/support/starter_model.h"

namespace engine {
namespace {

using ::testing::HasSubstr;
using testing::ModelBuilder;
using testing::TempFolder;

Result<MemoryPlan> planFor(const std::filesystem::path& path, const EngineOptions& options) {
  ENGINE_ASSIGN_OR_RETURN(const ModelInfo info, inspectModel(path));
  return planMemory(info, options);
}

/// What a backend holds after loading by the plan as the engine does.
Result<DeviceMemoryPlan> loadBy(const MemoryPlan& plan, const std::filesystem::path& path,
                                const EngineOptions& options) {
  DeviceMemoryPlan out;
  std::unique_ptr<kernels::Backend> backend;
  kernels::CpuOptions cpu;
  cpu.nThreads = options.nThreads;
  ENGINE_RETURN_IF_BAD_STATUS(kernels::createCpuBackend(cpu, &backend));
  ENGINE_ASSIGN_OR_RETURN(const auto source, ModelSource::open(path));
  ENGINE_ASSIGN_OR_RETURN(const auto decoder, Decoder::load(*source, options, *backend, {}));
  out.weights = backend->memory().usedByUs;
  const ComputeType compute = computeType(options, source->storedDType());
  ENGINE_RETURN_IF_BAD_STATUS(backend->createKvCache(decoder->kvCache(plan.kvBlocks, compute.cache)));
  out.kvCache = backend->memory().usedByUs - out.weights;
  const StepLimits limits = stepLimits(options, plan.contextLength, /*onGpu=*/false);
  ENGINE_RETURN_IF_BAD_STATUS(backend->createSlots(limits.sequences));
  for (const StepShape& step : stepShapes(limits)) {
    ProgramShape shape;
    shape.maxTokens = step.tokens;
    shape.maxLogitRows = step.logitRows;
    shape.precision = compute.precision;
    kernels::Backend::ProgramId id = 0;
    ENGINE_RETURN_IF_BAD_STATUS(backend->compile(decoder->buildProgram(shape).program, &id));
  }
  out.activations = backend->memory().usedByUs - out.weights - out.kvCache;
  return out;
}

void expectNear(uint64_t planned, uint64_t actual, const char* what) {
  EXPECT_NEAR(static_cast<double>(planned), static_cast<double>(actual), 0.03 * static_cast<double>(actual)) << what;
}

void expectAgreement(const std::filesystem::path& path, const EngineOptions& options) {
  const auto plan = planFor(path, options);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  ASSERT_TRUE(plan.value().fits) << plan.value().shortfall;
  const DeviceMemoryPlan& planned = plan.value().devices.front();
  const auto actual = loadBy(plan.value(), path, options);
  ASSERT_TRUE(actual.ok()) << actual.error().message;
  expectNear(planned.weights, actual.value().weights, "weights");
  expectNear(planned.kvCache, actual.value().kvCache, "cache");
  expectNear(planned.activations, actual.value().activations, "activations");
}

TEST(MemoryPlanTest, AgreesWithTheStarterModel) {
  const std::filesystem::path path = testing::starterModel();
  if (path.empty()) GTEST_SKIP() << "the starter model is not in the cache";
  EngineOptions options;
  options.nThreads = 2;
  expectAgreement(path, options);
  options.dtype = DTypeChoice::Float32;
  options.maxModelLen = 1000;
  options.maxNumSeqs = 4;
  expectAgreement(path, options);
}

TEST(MemoryPlanTest, AgreesWithModelsOfMixedTypes) {
  EngineOptions options;
  options.nThreads = 2;
  expectAgreement(HEARTH_TEST_DATA "/goldens/llama2-gqa", options);
  expectAgreement(HEARTH_TEST_DATA "/goldens/gguf/llama-q8_0.gguf", options);
}

TEST(MemoryPlanTest, CountsTheCacheByTheDescription) {
  TempFolder folder;
  const ModelBuilder model;
  model.write(folder);
  EngineOptions options;
  options.nThreads = 1;
  const auto half = planFor(folder.path(), options);
  ASSERT_TRUE(half.ok()) << half.error().message;
  // 2 layers, 2 kv heads of 4, keys and values, 2 bytes.
  EXPECT_EQ(half.value().kvBytesPerToken, 2u * 2 * 4 * 2 * 2);
  EXPECT_EQ(half.value().contextLength, 64u);
  EXPECT_GE(half.value().kvBlocks, 4u);
  EXPECT_EQ(half.value().largestContext, 64u);
  options.dtype = DTypeChoice::Float32;
  options.maxModelLen = 32;
  const auto full = planFor(folder.path(), options);
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full.value().kvBytesPerToken, 2 * half.value().kvBytesPerToken);
  EXPECT_EQ(full.value().contextLength, 32u);
}

TEST(MemoryPlanTest, DummyNeedsOnlyTheDescription) {
  TempFolder folder;
  const ModelBuilder model;
  folder.write("config.json", model.config.dump());
  EngineOptions options;
  options.nThreads = 1;
  EXPECT_FALSE(planFor(folder.path(), options).ok());
  options.loadFormat = LoadFormat::Dummy;
  const auto plan = planFor(folder.path(), options);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_TRUE(plan.value().fits);
}

TEST(MemoryPlanTest, ShortfallNamesNumbersAndWaysOutInOrder) {
  TempFolder folder;
  ModelBuilder model;
  // A context that no machine holds: terabytes of cache.
  model.config = {{"architectures", {"LlamaForCausalLM"}},
                  {"hidden_size", 2048},
                  {"intermediate_size", 4096},
                  {"num_hidden_layers", 1000},
                  {"num_attention_heads", 64},
                  {"num_key_value_heads", 64},
                  {"vocab_size", 1024},
                  {"max_position_embeddings", 4194304}};
  folder.write("config.json", model.config.dump());
  EngineOptions options;
  options.nThreads = 1;
  options.loadFormat = LoadFormat::Dummy;
  const auto plan = planFor(folder.path(), options);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_FALSE(plan.value().fits);
  EXPECT_EQ(plan.value().contextLength, 4194304u);
  EXPECT_LT(plan.value().devices.front().freeAfter(), 0);
  const std::string& text = plan.value().shortfall;
  size_t last = 0;
  for (const char* word : {"It needs", "KV cache for 4194304 tokens", "are free", "more memory", "ifq",
                           "--max-model-len", "--gpu_memory_utilization (0.95)", "eager"}) {
    const size_t at = text.find(word);
    ASSERT_NE(at, text.npos) << word << " in: " << text;
    EXPECT_GT(at + 1, last) << word;
    last = at;
  }
}

TEST(CapabilitiesTest, APlanForAnotherContextIsTheOneThatIsMadeForIt) {
  const std::string path = HEARTH_TEST_DATA "/goldens/llama2-gqa";
  const auto info = inspectModel(path);
  ASSERT_TRUE(info.ok()) << info.error().message;
  EngineOptions options;
  options.nThreads = 1;
  const auto first = planMemory(info.value(), options);
  ASSERT_TRUE(first.ok()) << first.error().message;
  for (const uint32_t context : {16u, 17u, 1000u, 4096u, 100000u}) {
    options.maxModelLen = context;
    const auto made = planMemory(info.value(), options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    MemoryPlan base = first.value();
    base.devices.front().otherPrograms = made.value().devices.front().otherPrograms;  // what changes by itself
    const MemoryPlan quick = planForContext(base, options, info.value().trainedContext, context);
    EXPECT_EQ(quick.contextLength, made.value().contextLength);
    EXPECT_EQ(quick.kvBlocks, made.value().kvBlocks);
    EXPECT_EQ(quick.largestContext, made.value().largestContext);
    EXPECT_EQ(quick.fits, made.value().fits);
    EXPECT_EQ(quick.devices.front().kvCache, made.value().devices.front().kvCache);
    EXPECT_EQ(quick.devices.front().activations, made.value().devices.front().activations);
  }
}

TEST(CapabilitiesTest, EveryModeIsThereAndWhatLacksSaysWhy) {
  const auto modes = quantizationModes({});
  ASSERT_EQ(modes.size(), 6u);
  EXPECT_EQ(modes.front().name, "none");
  EXPECT_TRUE(modes.front().available);
  for (const QuantizationMode& mode : modes) EXPECT_EQ(mode.available, mode.reason.empty()) << mode.name;
}

TEST(HostMemoryTest, IsPlausible) {
  const HostMemory memory = hostMemory();
  EXPECT_GT(memory.total, 0u);
  EXPECT_LE(memory.free, memory.total);
  EXPECT_GT(memory.usedByUs, 1u << 20);
}

}  // namespace
}  // namespace engine
