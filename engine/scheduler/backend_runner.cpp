#include "engine/scheduler/backend_runner.h"

namespace engine {

BackendRunner::BackendRunner(std::unique_ptr<kernels::Backend> backend, std::unique_ptr<Decoder> decoder)
    : m_backend(std::move(backend)), m_decoder(std::move(decoder)) {}

Result<std::unique_ptr<BackendRunner>> BackendRunner::create(std::unique_ptr<kernels::Backend> backend,
                                                             std::unique_ptr<Decoder> decoder, const StepLimits& limits,
                                                             uint32_t nBlocks, const ComputeType& compute,
                                                             uint32_t nVocab) {
  std::unique_ptr<BackendRunner> runner(new BackendRunner(std::move(backend), std::move(decoder)));
  kernels::Backend& device = *runner->m_backend;
  runner->m_taken.weights = device.memory().usedByUs;
  ENGINE_RETURN_IF_BAD_STATUS(device.createKvCache(runner->m_decoder->kvCache(nBlocks, compute.cache)));
  runner->m_taken.cache = device.memory().usedByUs - runner->m_taken.weights;
  ENGINE_RETURN_IF_BAD_STATUS(device.createSlots(limits.sequences));
  for (const StepShape& shape : stepShapes(limits)) {
    const ProgramShape wanted{shape.tokens, shape.logitRows, /*sample=*/true, nVocab, compute.precision};
    Compiled compiled{shape};
    ENGINE_RETURN_IF_BAD_STATUS(device.compile(runner->m_decoder->buildProgram(wanted).program, &compiled.id));
    runner->m_programs.push_back(compiled);
  }
  runner->m_taken.steps = device.memory().usedByUs - runner->m_taken.weights - runner->m_taken.cache;
  return runner;
}

kernels::Status BackendRunner::writeSlot(uint32_t slot, const kernels::SlotSampling& state) {
  return m_backend->writeSlot(slot, state);
}

kernels::Status BackendRunner::enqueue(const kernels::StepInputs& inputs) {
  for (const Compiled& compiled : m_programs) {
    if (inputs.tokens.size() <= compiled.shape.tokens && inputs.logitRows.size() <= compiled.shape.logitRows) {
      return m_backend->enqueue(compiled.id, inputs);
    }
  }
  return {kernels::StatusCode::InvalidArgument, "The step is larger than every program."};
}

kernels::Status BackendRunner::wait(std::vector<kernels::SampledRow>* rows) {
  return m_backend->wait(rows);
}

}  // namespace engine
