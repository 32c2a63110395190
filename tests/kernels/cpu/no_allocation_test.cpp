// A step allocates nothing: global operator new counts while one runs. A program of its own, because it replaces new.
#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/bench/starter_program.h"
#include "tests/kernels/cpu/backend_fixture.h"

namespace {
std::atomic<bool> g_counting{false};
std::atomic<int> g_count{0};

void* countedAllocation(std::size_t bytes, std::size_t alignment) {
  if (g_counting) ++g_count;
  void* memory = std::aligned_alloc(alignment, (bytes + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) {
  return countedAllocation(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return countedAllocation(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace kernels::test {
namespace {

TEST(NoAllocation, InAnyStep) {
  std::unique_ptr<Backend> backend;
  ASSERT_TRUE(createCpuBackend({3}, &backend).ok());
  bench::StarterShape shape;
  shape.nLayers = 2;
  shape.nVocab = 3000;
  Program program;
  ASSERT_TRUE(bench::StarterBuilder(backend.get(), WeightFormat::Q4_1, shape).build(64, 4, &program).ok());
  ASSERT_TRUE(backend->createKvCache({2, 3, 64, 128, DType::F16}).ok());
  ASSERT_TRUE(backend->createSlots(4).ok());
  Backend::ProgramId id = 0;
  ASSERT_TRUE(backend->compile(program, &id).ok());
  for (uint32_t slot = 0; slot < 4; ++slot) {
    SlotSampling state;
    state.temperature = slot == 0 ? 0.0f : 0.9f;
    state.topK = slot == 1 ? 40 : 0;
    state.topP = slot == 2 ? 0.9f : 1.0f;
    state.repetitionPenalty = slot == 3 ? 1.2f : 1.0f;
    state.topLogprobs = slot >= 2 ? 5 : -1;
    ASSERT_TRUE(backend->writeSlot(slot, state).ok());
  }
  std::vector<int32_t> blocks(128);
  for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = static_cast<int32_t>(i);
  Batch prompt, decode, longDecode;
  prompt.add(std::vector<int32_t>(60, 7), 0, blocks);
  longDecode.add(std::vector<int32_t>(1, 7), 900, blocks);
  for (uint32_t s = 0; s < 4; ++s) decode.add(std::vector<int32_t>(1, 9), 10 + s, std::span(blocks).subspan(s * 4, 4));
  prompt.logitRows = {59};
  longDecode.logitRows = {0};
  decode.logitRows = {0, 1, 2, 3};
  prompt.sampleSlots = longDecode.sampleSlots = {0};
  decode.sampleSlots = {0, 1, 2, 3};
  std::vector<SampledRow> rows(4);
  for (SampledRow& row : rows) row.top.reserve(32);
  for (const Batch* batch : {&prompt, &decode, &longDecode}) {
    const StepInputs inputs = batch->inputs();
    for (int i = 0; i < 3; ++i) {
      g_count = 0;
      g_counting = i > 0;  // the first call chooses the SIMD target
      Status status = backend->enqueue(id, inputs);
      g_counting = false;
      ASSERT_TRUE(status.ok()) << status.message();
      ASSERT_TRUE(backend->wait(&rows).ok());
      EXPECT_EQ(g_count, 0) << batch->tokens.size() << " tokens";
    }
  }
  g_counting = true;
  const std::vector<float> seen(100);
  g_counting = false;
  EXPECT_GT(g_count, 0) << "the counter must count";
}

}  // namespace
}  // namespace kernels::test
