// The backend of the machine's own processor: a whole step runs inside one call of the thread team, with a barrier
// between ops.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernels/backend.h"
#include "kernels/cpu/step_context.h"
#include "kernels/cpu/weight_store.h"

namespace kernels::cpu {

class CpuBackend final : public Backend {
 public:
  /// May throw std::system_error or std::bad_alloc: createCpuBackend() turns them into a Status.
  explicit CpuBackend(const CpuOptions& options);

  const DeviceInfo& device() const override { return m_device; }
  MemoryInfo memory() const override;
  uint64_t weightBytes(const WeightDesc& desc) const override { return WeightStore::bytesOf(desc); }
  uint64_t programBytes(const Program& program) const override;
  Status createWeight(const WeightDesc& desc, WeightId* id) override;
  Status writeWeightRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) override;
  Status createKvCache(const KvCacheDesc& desc) override;
  Status createSlots(uint32_t n) override;
  Status writeSlot(uint32_t slot, const SlotSampling& state) override;
  Status compile(const Program& program, ProgramId* id) override;
  Status enqueue(ProgramId id, const StepInputs& inputs) override;
  Status wait(std::vector<SampledRow>* rows) override;
  Status readBuffer(ProgramId id, BufferId buffer, uint32_t nRows, std::span<float> out) override;
  void setProfiling(bool on) override { m_profiling = on; }
  std::vector<OpProfile> lastProfile() const override;
  double measureReadBandwidth(uint64_t bytes) override;
  double measureCopyBandwidth(uint64_t bytes) override;

 private:
  struct Compiled {
    CompiledProgram program;
    uint64_t nEmbeddings = 0;
    bool checked = false;  ///< against the present cache and weights
  };

  uint32_t nSamplers(const CompiledProgram& program) const;
  uint64_t samplerBytes(const CompiledProgram& program) const;
  Status makeRoom(const CompiledProgram& program);
  Status checkStep(ProgramId id, const StepInputs& inputs);
  void runOps(Team team);
  void runOp(size_t index, Team team);

  DeviceInfo m_device;
  WeightStore m_weights;
  KvCache m_cache;
  std::vector<SamplingSlot> m_slots;
  std::vector<uint8_t> m_slotSeen;
  std::vector<std::unique_ptr<Compiled>> m_programs;
  AlignedMemory m_arena;  ///< buffers and scratch of whichever program runs
  std::vector<RowSampler> m_samplers;
  uint32_t m_samplerVocab = 0;
  std::vector<SampledRow> m_sampled;
  StepPlan m_plan;
  StepContext m_step;  ///< the step in flight
  const Compiled* m_last = nullptr;
  bool m_inFlight = false;
  bool m_profiling = false;
  std::vector<int64_t> m_opEnds;  ///< [1 + ops] nanoseconds: start, then the end of each op of the last profiled step
  const Compiled* m_profiled = nullptr;
  uint64_t m_profiledContext = 0;  ///< tokens of context that attention of the profiled step read
  std::function<void(Team)> m_work;
  std::unique_ptr<ThreadPool> m_pool;  ///< last: it stops before what it works on goes
};

}  // namespace kernels::cpu
