// Steps on a backend: picks the smallest compiled program that takes the step.
#pragma once

#include <memory>
#include <vector>

#include "engine/decoder/decoder.h"
#include "engine/memory/step_limits.h"
#include "engine/scheduler/op_facts.h"
#include "engine/scheduler/step_runner.h"
#include "kernels/backend.h"

namespace engine {

/// Bytes that a backend took, as it says itself.
struct StepMemory {
  uint64_t weights = 0, cache = 0;
  uint64_t steps = 0;  ///< buffers, scratch and sampling slots
};

class BackendRunner : public StepRunner {
 public:
  /// Compiles the programs of stepShapes(limits), and makes slots and cache. The decoder's weights are on `backend`.
  static Result<std::unique_ptr<BackendRunner>> create(std::unique_ptr<kernels::Backend> backend,
                                                       std::unique_ptr<Decoder> decoder, const StepLimits& limits,
                                                       uint32_t nBlocks, const ComputeType& compute, uint32_t nVocab);

  uint32_t depth() const override { return m_backend->device().stepsInFlight; }
  kernels::Status writeSlot(uint32_t slot, const kernels::SlotSampling& state) override;
  kernels::Status enqueue(const kernels::StepInputs& inputs) override;
  kernels::Status wait(std::vector<kernels::SampledRow>* rows) override;

  void setProfiling(bool on) override { m_backend->setProfiling(on); }
  std::vector<OpTime> lastProfile() const override;
  void setStepClock(bool on) override { m_backend->setStepClock(on); }
  kernels::StepTime lastStepTime() const override { return m_backend->lastStepTime(); }

  const StepMemory& taken() const { return m_taken; }
  kernels::MemoryInfo memory() const { return m_backend->memory(); }

 private:
  BackendRunner(std::unique_ptr<kernels::Backend> backend, std::unique_ptr<Decoder> decoder);

  struct Compiled {
    StepShape shape;
    kernels::Backend::ProgramId id = 0;
    std::vector<OpFacts> ops;
  };
  std::unique_ptr<kernels::Backend> m_backend;
  std::unique_ptr<Decoder> m_decoder;
  std::vector<Compiled> m_programs;
  StepMemory m_taken;
  size_t m_last = 0;  ///< index into m_programs of the step enqueued last
  StepSize m_lastSize;
};

}  // namespace engine
