// The backend of one NVIDIA GPU: a step is a row of launches on one stream, captured as a graph where its shape comes
// again.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "kernels/backend.h"
#include "kernels/cuda/compiled_program.h"
#include "kernels/cuda/gemm_lt.h"
#include "kernels/cuda/mega/mega_path.h"
#include "kernels/cuda/sampler.h"
#include "kernels/cuda/step_buffers.h"
#include "kernels/cuda/weight_store.h"
#include "kernels/cuda_module.h"

namespace kernels::cuda {

class CudaBackend final : public Backend {
 public:
  static Status create(const CudaOptions& options, const CudaDevice& device, std::unique_ptr<Backend>* out);
  ~CudaBackend() override;

  const DeviceInfo& device() const override { return m_info; }
  MemoryInfo memory() const override;
  uint64_t weightBytes(const WeightDesc& desc) const override { return WeightStore::bytesOf(desc, m_options.compute); }
  uint64_t programBytes(const Program& program) const override;
  Status createWeight(const WeightDesc& desc, WeightId* id) override;
  Status writeWeightRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) override;
  Status fillWeightRows(WeightId id, uint64_t firstRow, uint64_t bytes, const RowFill& fill) override;
  Status makeUpWeight(WeightId id, uint64_t seed) override;
  Status finishWeights() override;
  Status createKvCache(const KvCacheDesc& desc) override;
  Status createSlots(uint32_t n) override;
  Status writeSlot(uint32_t slot, const SlotSampling& state) override;
  Status compile(const Program& program, ProgramId* id) override;
  Status enqueue(ProgramId id, const StepInputs& inputs) override;
  Status wait(std::vector<SampledRow>* rows) override;
  Status readBuffer(ProgramId id, BufferId buffer, uint32_t nRows, std::span<float> out) override;
  void setProfiling(bool on) override { m_profiling = on; }
  std::vector<OpProfile> lastProfile() const override;
  void setStepClock(bool on) override;
  StepTime lastStepTime() const override { return m_lastTime; }
  double measureReadBandwidth(uint64_t bytes) override;
  double measureCopyBandwidth(uint64_t bytes) override;
  double measureUploadBandwidth(uint64_t bytes) override;
  double measureProductRate(uint32_t nRows, uint32_t nIn, uint32_t nOut, double heldSeconds) override;

 private:
  struct Compiled {
    CompiledProgram program;
    bool checked = false;  ///< against the present cache and weights
    MegaPath mega;         ///< for small steps of decodes, where it is switched on
  };
  /// Sizes that the launches of a step are made for; those of a captured step are rounded up.
  struct StepShape {
    uint32_t nTokens = 0, nSequences = 0, nLogitRows = 0;
    uint32_t contextBound = 0;
    bool decodeOnly = false;
    bool captured = false;
    bool mega = false;        ///< through the persistent kernel
    bool chunksOnly = false;  ///< no sequence has one token
  };
  struct InFlight {
    ProgramId program = 0;
    uint32_t nTokens = 0, nLogitRows = 0, parity = 0;
    uint32_t clock = kNoClock;  ///< its events in m_clockEvents
  };
  /// Events around a step; those of the one before are still to be read when it has ended.
  struct ClockEvents {
    cudaEvent_t begin = nullptr, end = nullptr;
  };
  static constexpr uint32_t kClocks = 2 * kStepsInFlight, kNoClock = kClocks;
  using GraphKey = std::tuple<ProgramId, uint32_t, uint32_t>;  ///< program, rows, context bound

  CudaBackend(const CudaOptions& options, const CudaDevice& device) : m_options(options), m_device(device) {}
  Status open();
  Status use();
  Status kept(Status status);
  Status checkStep(ProgramId id, const StepInputs& inputs);
  StepShape shapeOf(const Compiled& compiled, const StepInputs& inputs) const;
  Status launch(ProgramId id, const StepShape& shape);
  void readClock(const InFlight& step);
  Status capture(ProgramId id, const StepShape& shape, cudaGraphExec_t* out);
  void dropGraphs();
  /// Drops what knows addresses that have changed, and makes a program's instructions again.
  Status noteAddresses(Compiled& compiled);
  MegaPlaces megaPlaces(const CompiledProgram& compiled) const;

  Status runOps(const Compiled& compiled, const StepShape& shape);
  Status runOp(const Compiled& compiled, const Op& op, const StepShape& shape);
  Status runMega(const Compiled& compiled, const StepShape& shape);
  Status run(const Compiled& compiled, const EmbedOp& op, const StepShape& shape);
  Status run(const Compiled& compiled, const LinearOp& op, const StepShape& shape);
  Status run(const Compiled& compiled, const RopeAppendOp& op, const StepShape& shape);
  Status run(const Compiled& compiled, const AttentionOp& op, const StepShape& shape);
  Status run(const Compiled& compiled, const GatherOp& op, const StepShape& shape);
  Status run(const Compiled& compiled, const SampleOp& op, const StepShape& shape);

  uint32_t rowsOf(const Compiled& compiled, BufferId buffer, const StepShape& shape) const {
    return compiled.program.program.buffers[buffer].rows == Rows::Token ? shape.nTokens : shape.nLogitRows;
  }
  void* bufferOf(const Compiled& compiled, BufferId buffer) const {
    return m_arena.as(compiled.program.buffers[buffer].offset);
  }
  KvView cacheOf(uint32_t layer) const;

  const CudaOptions m_options;
  const CudaDevice m_device;
  DeviceInfo m_info;
  cudaStream_t m_stream = nullptr;
  std::array<cudaEvent_t, kStepsInFlight> m_done{};
  WeightStore m_weights;
  std::atomic<bool> m_weightsFlushed{true};
  KvCacheDesc m_cacheDesc;
  DeviceBuffer m_cache;
  Sampler m_sampler;
  std::vector<uint8_t> m_slotSeen;
  StepBuffers m_inputs;
  GemmLt m_gemm;
  DeviceBuffer m_wideSpace;  ///< of linear_wide, where the device has it: partial sums, then counters
  DeviceBuffer m_arena;
  DeviceBuffer m_counters;  ///< attention's
  std::vector<std::unique_ptr<Compiled>> m_programs;
  bool m_mega = false;  ///< the persistent kernel is switched on
  std::map<GraphKey, cudaGraphExec_t> m_graphs;
  std::tuple<uint64_t, uint64_t, const void*, const void*> m_graphsFor{};  ///< addresses that the graphs know
  std::deque<InFlight> m_inFlight;
  InFlight m_last;
  bool m_hasLast = false;
  uint32_t m_nextParity = 0;
  Status m_lost;  ///< once the device is lost, the answer to everything
  bool m_profiling = false;
  std::vector<cudaEvent_t> m_opEvents;
  const Compiled* m_profiled = nullptr;
  uint64_t m_profiledContext = 0;
  bool m_clocking = false;
  std::array<ClockEvents, kClocks> m_clockEvents{};
  uint32_t m_nextClock = 0, m_clockBefore = kNoClock;
  StepTime m_lastTime;
};

}  // namespace kernels::cuda
