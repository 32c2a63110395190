#include "engine/scheduler/op_facts.h"

namespace engine {

namespace {

OpFacts factsOf(const kernels::LinearOp& op, const kernels::Program& program) {
  const kernels::BufferDesc &in = program.buffers[op.in], &to = program.buffers[op.out];
  const bool gated = op.epilogue != kernels::Epilogue::None;
  OpFacts out;
  out.inCols = in.cols;
  out.outCols = uint64_t{to.cols} * (gated ? 2 : 1);
  out.onLogitRows = in.rows == kernels::Rows::Logit;
  if (to.name == "logits") {
    out.name = "head";
  } else if (to.name == "qkv") {
    out.name = "qkv";
  } else if (to.name.ends_with("gated")) {
    out.name = gated ? "gate, up" : "up";
  } else {
    out.name = in.name.ends_with("attended") ? "attention output" : "down";
  }
  return out;
}

}  // namespace

StepSize stepSize(const kernels::StepInputs& inputs) {
  StepSize out;
  out.tokens = static_cast<double>(inputs.tokens.size());
  out.logitRows = static_cast<double>(inputs.logitRows.size());
  for (const kernels::SequenceSpan& span : inputs.sequences) {
    const double n = span.nTokens;
    out.attended += n * span.contextLength + n * (n + 1) / 2;
  }
  return out;
}

std::vector<OpFacts> opFacts(const kernels::Program& program) {
  std::vector<OpFacts> out;
  out.reserve(program.ops.size());
  for (const kernels::Op& op : program.ops) {
    OpFacts facts;
    if (const auto* linear = std::get_if<kernels::LinearOp>(&op)) {
      facts = factsOf(*linear, program);
    } else if (const auto* attention = std::get_if<kernels::AttentionOp>(&op)) {
      facts.name = "attention";
      // A product with the key and one with the value.
      facts.perAttended = 4.0 * attention->heads.nHeads * attention->heads.headDim;
    } else if (std::holds_alternative<kernels::EmbedOp>(op)) {
      facts.name = "embedding";
    } else if (std::holds_alternative<kernels::RopeAppendOp>(op)) {
      facts.name = "rope, append";
    } else if (std::holds_alternative<kernels::GatherOp>(op)) {
      facts.name = "gather";
    } else if (std::holds_alternative<kernels::SampleOp>(op)) {
      facts.name = "sample";
    } else {
      facts.name = "all-reduce";
    }
    out.push_back(std::move(facts));
  }
  return out;
}

}  // namespace engine
