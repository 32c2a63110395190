// From ops of a step program to launches.
#include "kernels/cuda/cuda_backend.h"
#include "kernels/cuda/cuda_error.h"
#include "kernels/cuda/ops/linear_wide.h"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

Status CudaBackend::runMega(const Compiled& compiled, const StepShape& shape) {
  CUDA_RETURN_IF_ERROR(compiled.mega.launch(m_inputs.view(m_sampler.lastTokens()), shape.nTokens, m_stream),
                       "the persistent kernel");
  const auto* sample = std::get_if<SampleOp>(&compiled.program.program.ops.back());
  return sample != nullptr ? run(compiled, *sample, shape) : Status{};
}

Status CudaBackend::runOps(const Compiled& compiled, const StepShape& shape) {
  if (shape.mega) return runMega(compiled, shape);
  const std::vector<Op>& ops = compiled.program.program.ops;
  const bool profile = m_profiling && !shape.captured;
  while (profile && m_opEvents.size() <= ops.size()) {
    cudaEvent_t event = nullptr;
    CUDA_RETURN_IF_ERROR(cudaEventCreate(&event), "making an event");
    m_opEvents.push_back(event);
  }
  if (profile) CUDA_RETURN_IF_ERROR(cudaEventRecord(m_opEvents[0], m_stream), "profiling");
  for (size_t i = 0; i < ops.size(); ++i) {
    const bool needed = shape.nLogitRows > 0 || !compiled.program.ops[i].forLogits;
    if (Status status = needed ? runOp(compiled, ops[i], shape) : Status{}; !status.ok()) {
      return {status.code(),
              "op " + std::to_string(i) + " (" + compiled.program.ops[i].name + "): " + status.message()};
    }
    if (profile) CUDA_RETURN_IF_ERROR(cudaEventRecord(m_opEvents[i + 1], m_stream), "profiling");
  }
  return {};
}

Status CudaBackend::runOp(const Compiled& compiled, const Op& op, const StepShape& shape) {
  if (const auto* linear = std::get_if<LinearOp>(&op)) return run(compiled, *linear, shape);
  if (const auto* attention = std::get_if<AttentionOp>(&op)) return run(compiled, *attention, shape);
  if (const auto* rope = std::get_if<RopeAppendOp>(&op)) return run(compiled, *rope, shape);
  if (const auto* embed = std::get_if<EmbedOp>(&op)) return run(compiled, *embed, shape);
  if (const auto* gather = std::get_if<GatherOp>(&op)) return run(compiled, *gather, shape);
  if (const auto* sample = std::get_if<SampleOp>(&op)) return run(compiled, *sample, shape);
  return {};
}

Status CudaBackend::run(const Compiled& compiled, const EmbedOp& op, const StepShape& shape) {
  const WeightDesc& table = *m_weights.find(op.table);
  EmbedArgs args;
  args.table = m_weights.data(op.table);
  args.type = m_weights.compute();
  args.cols = static_cast<uint32_t>(table.cols);
  args.nRows = shape.nTokens;
  args.vocab = table.rows;
  args.scale = op.scale;
  args.out = static_cast<float*>(bufferOf(compiled, op.out));
  args.step = m_inputs.view(m_sampler.lastTokens());
  return toStatus(launchEmbed(args, m_stream), "embedding");
}

Status CudaBackend::run(const Compiled& compiled, const LinearOp& op, const StepShape& shape) {
  const CompiledProgram& program = compiled.program;
  LinearArgs args;
  args.type = m_weights.compute();
  args.nRows = rowsOf(compiled, op.in, shape);
  args.nIn = program.program.buffers[op.in].cols;
  if (args.nRows == 0) return {};
  args.in = bufferOf(compiled, op.in);
  if (op.norm || program.buffers[op.in].type != args.type) {
    NormArgs norm;
    norm.in = static_cast<const float*>(args.in);
    norm.weight = op.norm ? m_weights.vector(op.norm->weight) : nullptr;
    norm.out = m_arena.as(program.normed);
    norm.outType = args.type;
    norm.nRows = args.nRows;
    norm.cols = args.nIn;
    norm.eps = op.norm ? op.norm->eps : 0.0f;
    norm.addOne = op.norm && op.norm->addOne;
    CUDA_RETURN_IF_ERROR(launchNorm(norm, m_stream), "a norm");
    args.in = norm.out;
  }
  for (const LinearPart& part : op.parts) {
    LinearPartArgs& to = args.parts[args.nParts++];
    to.weight = m_weights.data(part.weight);
    to.bias = part.bias ? m_weights.vector(*part.bias) : nullptr;
    to.nOut = static_cast<uint32_t>(m_weights.find(part.weight)->rows);
  }
  args.epilogue = op.epilogue;
  args.residual = op.residual ? static_cast<const float*>(bufferOf(compiled, *op.residual)) : nullptr;
  args.residualScale = op.residualScale;
  args.out = bufferOf(compiled, op.out);
  args.outType = program.buffers[op.out].type;
  args.scratch = m_arena.as(program.linearScratch);
  const bool ofTokens = program.program.buffers[op.in].rows == Rows::Token;
  args.roomRows = ofTokens ? program.program.maxTokens : program.program.maxLogitRows;
  const bool always = m_options.batchInvariant;
  if (always ? linearWideSupports(args, m_device.major)
             : linearWideSuits(args, m_device.major, m_device.nMultiprocessors)) {
    const uint64_t partials = linearWidePartialBytes(m_device.nMultiprocessors);
    const WideSpace space{m_wideSpace.as<float>(), m_wideSpace.as<uint32_t>(partials)};
    return toStatus(launchLinearWide(args, space, m_device.nMultiprocessors, m_stream), "a linear op");
  }
  if (always) {
    return toStatus(linearOrderedSupports(args, m_device.major) ? launchLinearOrdered(args, m_stream)
                                                                : launchLinearPlain(args, m_stream),
                    "a linear op");
  }
  if (linearStreamSupports(args, m_device.major)) return toStatus(launchLinearStream(args, m_stream), "a linear op");
  if (GemmLt::supports(args)) return m_gemm.run(args, m_stream);
  return toStatus(launchLinearPlain(args, m_stream), "a linear op");
}

Status CudaBackend::run(const Compiled& compiled, const RopeAppendOp& op, const StepShape& shape) {
  RopeAppendArgs args;
  args.qkv = bufferOf(compiled, op.qkv);
  args.type = compiled.program.buffers[op.qkv].type;
  args.nRows = shape.nTokens;
  args.heads = op.heads;
  args.style = op.rope.style;
  args.rotaryDims = op.rope.rotaryDims;
  args.invFreq = op.rope.style != RopeStyle::None ? m_weights.vector(op.rope.invFreq) : nullptr;
  args.magnitude = op.rope.magnitude;
  if (op.qNorm) {
    args.qNorm = m_weights.vector(op.qNorm->weight);
    args.qEps = op.qNorm->eps;
    args.qAddOne = op.qNorm->addOne;
  }
  if (op.kNorm) {
    args.kNorm = m_weights.vector(op.kNorm->weight);
    args.kEps = op.kNorm->eps;
    args.kAddOne = op.kNorm->addOne;
  }
  args.cache = cacheOf(op.layer);
  args.step = m_inputs.view(m_sampler.lastTokens());
  return toStatus(launchRopeAppend(args, m_stream), "rotation");
}

Status CudaBackend::run(const Compiled& compiled, const AttentionOp& op, const StepShape& shape) {
  AttentionArgs args;
  args.qkv = bufferOf(compiled, op.qkv);
  args.out = bufferOf(compiled, op.out);
  args.type = compiled.program.buffers[op.qkv].type;
  args.nRows = shape.nTokens;
  args.heads = op.heads;
  args.scale = op.scale;
  args.softcap = op.softcap;
  args.window = op.window;
  args.alibiSlopes = op.alibiSlopes ? m_weights.vector(*op.alibiSlopes) : nullptr;
  args.cache = cacheOf(op.layer);
  args.step = m_inputs.view(m_sampler.lastTokens());
  args.decodeOnly = shape.decodeOnly;
  args.scratch = m_arena.as(compiled.program.attentionScratch);
  args.counters = m_counters.as<uint32_t>();
  args.maxContextBound = shape.contextBound;
  args.maxSequences = shape.nSequences;
  args.nMultiprocessors = m_device.nMultiprocessors;
  args.chunksOnly = shape.chunksOnly;
  args.oneOrder = m_options.batchInvariant;
  return toStatus(launchAttention(args, m_device.major, m_stream), "attention");
}

Status CudaBackend::run(const Compiled& compiled, const GatherOp& op, const StepShape& shape) {
  if (shape.nLogitRows == 0) return {};
  GatherArgs args;
  args.in = bufferOf(compiled, op.in);
  args.out = bufferOf(compiled, op.out);
  args.type = compiled.program.buffers[op.in].type;
  args.nRows = shape.nLogitRows;
  args.cols = compiled.program.program.buffers[op.in].cols;
  args.step = m_inputs.view(m_sampler.lastTokens());
  return toStatus(launchGather(args, m_stream), "a gather");
}

Status CudaBackend::run(const Compiled& compiled, const SampleOp& op, const StepShape& shape) {
  if (shape.nLogitRows == 0) return {};
  return toStatus(m_sampler.launch(static_cast<const float*>(bufferOf(compiled, op.logits)),
                                   compiled.program.program.buffers[op.logits].cols, op.nVocab, shape.nLogitRows,
                                   m_inputs.view(m_sampler.lastTokens()), m_stream),
                  "sampling");
}

}  // namespace kernels::cuda
