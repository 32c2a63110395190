#include "engine/decoder/step_session.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "engine/device.h"
#include "engine/loaders/model_source.h"

namespace engine {

Result<std::unique_ptr<StepSession>> StepSession::open(const std::filesystem::path& path, const EngineOptions& options,
                                                       uint32_t maxTokens, uint32_t maxPositions, uint32_t maxRows) {
  std::unique_ptr<StepSession> out(new StepSession);
  out->m_maxTokens = maxTokens;
  ENGINE_ASSIGN_OR_RETURN(const DeviceChoice device, chooseDevice(options));
  ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<ModelSource> source, ModelSource::open(path));
  const ComputeType compute = computeType(options, source->storedDType());
  ENGINE_ASSIGN_OR_RETURN(out->m_backend, openBackend(options, device, compute.cache));
  ENGINE_ASSIGN_OR_RETURN(out->m_decoder, Decoder::load(*source, options, *out->m_backend, {}));
  const uint32_t nBlocks = maxPositions / kernels::kKvBlockTokens + 1;
  ENGINE_RETURN_IF_BAD_STATUS(out->m_backend->createKvCache(out->m_decoder->kvCache(nBlocks, compute.cache)));
  ENGINE_RETURN_IF_BAD_STATUS(out->m_backend->createSlots(1));
  ProgramShape shape;
  shape.maxTokens = maxTokens;
  shape.maxLogitRows = maxRows > 0 ? std::min(maxRows, maxTokens) : maxTokens;
  shape.sample = false;
  shape.precision = compute.precision;
  const StepProgram program = out->m_decoder->buildProgram(shape);
  out->m_logits = program.logits;
  ENGINE_RETURN_IF_BAD_STATUS(out->m_backend->compile(program.program, &out->m_program));
  out->m_blocks.resize(nBlocks);
  std::iota(out->m_blocks.begin(), out->m_blocks.end(), 0);
  std::shuffle(out->m_blocks.begin(), out->m_blocks.end(), std::mt19937(7));
  return out;
}

Result<std::vector<float>> StepSession::step(std::span<const int32_t> tokens, uint32_t nRows) {
  const auto n = static_cast<uint32_t>(tokens.size());
  const kernels::SequenceSpan sequence{0, n, m_length, 0};
  std::vector<int32_t> rows(nRows), slots(nRows, -1);
  std::iota(rows.begin(), rows.end(), static_cast<int32_t>(n - nRows));
  kernels::StepInputs inputs;
  inputs.tokens = tokens;
  inputs.sequences = std::span(&sequence, 1);
  inputs.blockTable = m_blocks;
  inputs.logitRows = rows;
  inputs.sampleSlots = slots;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->enqueue(m_program, inputs));
  std::vector<kernels::SampledRow> sampled;
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->wait(&sampled));
  std::vector<float> logits(size_t{nRows} * vocab());
  ENGINE_RETURN_IF_BAD_STATUS(m_backend->readBuffer(m_program, m_logits, nRows, logits));
  m_length += n;
  return logits;
}

}  // namespace engine
