#include "engine/scheduler/backend_runner.h"

#include <algorithm>

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
    Compiled compiled;
    compiled.shape = shape;
    const kernels::Program program = runner->m_decoder->buildProgram(wanted).program;
    ENGINE_RETURN_IF_BAD_STATUS(device.compile(program, &compiled.id));
    compiled.ops = opFacts(program);
    runner->m_programs.push_back(std::move(compiled));
  }
  runner->m_taken.steps = device.memory().usedByUs - runner->m_taken.weights - runner->m_taken.cache;
  return runner;
}

kernels::Status BackendRunner::writeSlot(uint32_t slot, const kernels::SlotSampling& state) {
  return m_backend->writeSlot(slot, state);
}

kernels::Status BackendRunner::enqueue(const kernels::StepInputs& inputs) {
  for (size_t i = 0; i < m_programs.size(); ++i) {
    const Compiled& compiled = m_programs[i];
    if (inputs.tokens.size() <= compiled.shape.tokens && inputs.logitRows.size() <= compiled.shape.logitRows) {
      m_last = i;
      m_lastSize = stepSize(inputs);
      return m_backend->enqueue(compiled.id, inputs);
    }
  }
  return {kernels::StatusCode::InvalidArgument, "The step is larger than every program."};
}

std::vector<OpTime> BackendRunner::lastProfile() const {
  std::vector<OpTime> out;
  if (m_programs.empty()) return out;
  const std::vector<OpFacts>& facts = m_programs[m_last].ops;
  const std::vector<kernels::OpProfile> profile = m_backend->lastProfile();
  for (size_t i = 0; i < std::min(facts.size(), profile.size()); ++i) {
    OpTime op;
    op.name = facts[i].name;
    op.calls = 1;
    op.seconds = profile[i].microseconds * 1e-6;
    op.bytes = static_cast<double>(profile[i].bytes);
    op.operations = facts[i].operations(m_lastSize);
    op.inCols = facts[i].inCols;
    op.outCols = facts[i].outCols;
    out.push_back(std::move(op));
  }
  return out;
}

kernels::Status BackendRunner::wait(std::vector<kernels::SampledRow>* rows) {
  return m_backend->wait(rows);
}

}  // namespace engine
