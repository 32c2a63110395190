// The forward pass of every architecture, written once, as a list of fused operations.

#include "engine/decoder/decoder.h"

namespace engine {

namespace {

using kernels::BufferId;
using kernels::Rows;

class ProgramBuilder {
 public:
  ProgramBuilder(const DecoderConfig& config, const WeightPlan& plan, const std::vector<kernels::WeightId>& ids,
                 const ProgramShape& shape)
      : m_config(config), m_plan(plan), m_ids(ids), m_shape(shape) {}

  StepProgram build();

 private:
  BufferId buffer(const char* name, Rows rows, uint32_t cols) {
    m_program.buffers.push_back({name, rows, cols, kernels::DType::F32});
    return static_cast<BufferId>(m_program.buffers.size() - 1);
  }
  kernels::NormSpec norm(PlanIndex weight) const { return {m_ids[weight], m_config.normEps, m_config.normAddOne}; }
  kernels::LinearPart part(const PlannedLinear& linear) const {
    kernels::LinearPart out;
    out.weight = m_ids[linear.weight];
    if (linear.bias) out.bias = m_ids[*linear.bias];
    return out;
  }
  std::vector<kernels::LinearPart> parts(const std::vector<PlannedLinear>& linears) const {
    std::vector<kernels::LinearPart> out;
    for (const PlannedLinear& linear : linears) out.push_back(part(linear));
    return out;
  }
  void attention(uint32_t layer, BufferId stream, BufferId qkv, BufferId attended);
  void output(uint32_t layer, BufferId attended, BufferId stream);
  void mlp(uint32_t layer, BufferId stream, BufferId gated);
  void gather(BufferId in, BufferId out) { m_program.ops.push_back(kernels::GatherOp{in, out}); }

  const DecoderConfig& m_config;
  const WeightPlan& m_plan;
  const std::vector<kernels::WeightId>& m_ids;
  const ProgramShape& m_shape;
  kernels::Program m_program;
};

void ProgramBuilder::attention(uint32_t layer, BufferId stream, BufferId qkv, BufferId attended) {
  const PlannedLayer& weights = m_plan.layers[layer];
  kernels::LinearOp project;
  project.in = stream;
  project.norm = norm(weights.attentionNorm);
  project.parts = parts(weights.qkv);
  project.out = qkv;
  m_program.ops.push_back(std::move(project));

  kernels::RopeAppendOp append;
  append.qkv = qkv;
  append.layer = layer;
  append.heads = m_config.heads();
  append.rope.style = kernels::RopeStyle::None;
  if (m_plan.invFreq) {
    append.rope = {m_config.rope.style, m_config.rope.dims, m_ids[*m_plan.invFreq], m_config.rope.magnitude};
  }
  if (weights.qNorm) append.qNorm = norm(*weights.qNorm);
  if (weights.kNorm) append.kNorm = norm(*weights.kNorm);
  m_program.ops.push_back(append);

  kernels::AttentionOp attend;
  attend.qkv = qkv;
  attend.layer = layer;
  attend.heads = m_config.heads();
  attend.scale = m_config.attentionScale;
  attend.softcap = m_config.attentionSoftcap;
  attend.window = m_config.window(layer);
  if (m_plan.alibiSlopes) attend.alibiSlopes = m_ids[*m_plan.alibiSlopes];
  attend.out = attended;
  m_program.ops.push_back(attend);
}

void ProgramBuilder::output(uint32_t layer, BufferId attended, BufferId stream) {
  kernels::LinearOp project;
  project.in = attended;
  project.parts = {part(m_plan.layers[layer].output)};
  project.residual = stream;
  project.residualScale = m_config.residualScale;
  project.out = stream;
  m_program.ops.push_back(std::move(project));
}

void ProgramBuilder::mlp(uint32_t layer, BufferId stream, BufferId gated) {
  const PlannedLayer& weights = m_plan.layers[layer];
  kernels::LinearOp widen;
  widen.in = stream;
  widen.norm = norm(weights.mlpNorm);
  widen.parts = parts(weights.gateUp);
  widen.epilogue = m_config.gate;
  widen.out = gated;
  m_program.ops.push_back(std::move(widen));

  kernels::LinearOp narrow;
  narrow.in = gated;
  narrow.parts = {part(weights.down)};
  narrow.residual = stream;
  narrow.residualScale = m_config.residualScale;
  narrow.out = stream;
  m_program.ops.push_back(std::move(narrow));
}

StepProgram ProgramBuilder::build() {
  m_program.maxTokens = m_shape.maxTokens;
  m_program.maxLogitRows = m_shape.maxLogitRows;
  m_program.precision = m_shape.precision;
  const kernels::HeadShape heads = m_config.heads();
  const uint32_t attendedCols = heads.nHeads * heads.headDim;
  const BufferId stream = buffer("stream", Rows::Token, m_config.hiddenSize);
  const BufferId qkv = buffer("qkv", Rows::Token, attendedCols + 2 * heads.nKvHeads * heads.headDim);
  const BufferId attended = buffer("attended", Rows::Token, attendedCols);
  const BufferId gated = buffer("gated", Rows::Token, m_config.intermediateSize);
  const BufferId lastAttended = buffer("last attended", Rows::Logit, attendedCols);
  const BufferId lastStream = buffer("last stream", Rows::Logit, m_config.hiddenSize);
  const BufferId lastGated = buffer("last gated", Rows::Logit, m_config.intermediateSize);
  const BufferId logits = buffer("logits", Rows::Logit, m_config.vocabSize);

  m_program.ops.push_back(kernels::EmbedOp{m_ids[m_plan.embedding], stream, m_config.embeddingScale});
  const uint32_t last = m_config.nLayers - 1;
  for (uint32_t layer = 0; layer < last; ++layer) {
    attention(layer, stream, qkv, attended);
    output(layer, attended, stream);
    mlp(layer, stream, gated);
  }
  // After the last attention only the rows whose logits are wanted matter.
  attention(last, stream, qkv, attended);
  gather(attended, lastAttended);
  gather(stream, lastStream);
  output(last, lastAttended, lastStream);
  mlp(last, lastStream, lastGated);

  kernels::LinearOp head;
  head.in = lastStream;
  head.norm = norm(m_plan.finalNorm);
  head.parts = {part(m_plan.head)};
  head.out = logits;
  m_program.ops.push_back(std::move(head));
  if (m_shape.sample) {
    m_program.ops.push_back(kernels::SampleOp{logits, m_shape.nVocab > 0 ? m_shape.nVocab : m_config.vocabSize});
  }
  return {std::move(m_program), logits};
}

}  // namespace

StepProgram buildStepProgram(const DecoderConfig& config, const WeightPlan& plan,
                             const std::vector<kernels::WeightId>& weightIds, const ProgramShape& shape) {
  return ProgramBuilder(config, plan, weightIds, shape).build();
}

kernels::KvCacheDesc kvCacheDesc(const DecoderConfig& config, uint32_t nBlocks, kernels::DType dtype) {
  return {config.nLayers, config.nKvHeads, config.headDim, nBlocks, dtype};
}

}  // namespace engine
