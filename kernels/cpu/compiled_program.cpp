#include "kernels/cpu/compiled_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "kernels/cpu/attention.h"

namespace kernels::cpu {
namespace {

constexpr uint64_t kAlign = 256;

// Hands out places one after the other.
class Layout {
 public:
  uint64_t take(uint64_t bytes) {
    const uint64_t at = m_size;
    m_size += (bytes + kAlign - 1) / kAlign * kAlign;
    return at;
  }
  uint64_t size() const { return m_size; }

 private:
  uint64_t m_size = 0;
};

// Largest needs of any op.
struct Needs {
  uint64_t normed = 0, prepared = 0, normedRow = 0, preparedRow = 0, products = 0, attention = 0, partials = 0;
};

const float* vectorOf(const WeightStore& weights, WeightId id) {
  return weights.weight(id)->vector.data();
}

void planLinear(const LinearOp& op, const WeightStore& weights, CompiledProgram* out, OpPlan* plan, Needs* needs) {
  LinearPlan& linear = plan->linear;
  const uint64_t rows = out->rowsOf(op.in), inCols = out->program.buffers[op.in].cols;
  const Precision precision = out->program.precision;
  std::vector<uint32_t> keys;
  uint64_t column = 0, prepared = 0, preparedRow = 0;
  for (const LinearPart& spec : op.parts) {
    const Weight& weight = *weights.weight(spec.weight);
    LinearPlan::Part part{weight.matrix.get(), spec.bias ? vectorOf(weights, *spec.bias) : nullptr, 0, column};
    const uint32_t key = part.matrix->preparedKey(precision);
    part.form = static_cast<uint32_t>(std::find(keys.begin(), keys.end(), key) - keys.begin());
    if (part.form == keys.size()) {
      keys.push_back(key);
      const uint64_t bytes = part.matrix->preparedBytes(precision);
      linear.forms.push_back({part.matrix, bytes, prepared, preparedRow});
      prepared += (bytes * rows + kAlign - 1) / kAlign * kAlign;
      preparedRow += (bytes + kAlign - 1) / kAlign * kAlign;
    }
    linear.parts.push_back(part);
    linear.grain = std::lcm(linear.grain, uint64_t{part.matrix->rowGroup()});
    linear.outRows = op.epilogue == Epilogue::None ? column + part.matrix->rows() : part.matrix->rows();
    column += part.matrix->rows();
    plan->weightBytes += packedBytes(weight.desc.format, weight.desc.rows, weight.desc.cols);
  }
  const std::string& first = weights.weight(op.parts[0].weight)->desc.name;
  plan->name = op.parts.size() == 1 ? first : fmt::format("{} and {} more", first, op.parts.size() - 1);
  if (op.norm) {
    linear.normWeight = vectorOf(weights, op.norm->weight);
    needs->normed = std::max(needs->normed, rows * inCols);
    needs->normedRow = std::max(needs->normedRow, inCols);
  }
  needs->prepared = std::max(needs->prepared, prepared);
  needs->preparedRow = std::max(needs->preparedRow, preparedRow);
  if (op.residual || op.epilogue != Epilogue::None) {
    const uint64_t least = linear.grain * rows, whole = linear.outRows * rows;
    needs->products = std::max(needs->products, std::min(whole, std::max(kEpilogueFloats, least)));
  }
}

uint64_t kvElementBytes(const HeadShape& heads) {
  return uint64_t{2} * heads.nKvHeads * heads.headDim;
}

void planRope(const RopeAppendOp& op, const WeightStore& weights, CompiledProgram* out, OpPlan* plan) {
  plan->name = fmt::format("rope and append, layer {}", op.layer);
  if (op.qNorm) plan->qNorm = vectorOf(weights, op.qNorm->weight);
  if (op.kNorm) plan->kNorm = vectorOf(weights, op.kNorm->weight);
  if (op.rope.style == RopeStyle::None) return;
  const float* invFreq = vectorOf(weights, op.rope.invFreq);
  const auto same = [&](const RopeTable& t) {
    return t.invFreq == invFreq && t.spec.rotaryDims == op.rope.rotaryDims && t.spec.magnitude == op.rope.magnitude;
  };
  const auto found = std::find_if(out->ropeTables.begin(), out->ropeTables.end(), same);
  plan->ropeTable = static_cast<int>(found - out->ropeTables.begin());
  if (found != out->ropeTables.end()) return;
  uint64_t offset = 0;
  for (const RopeTable& t : out->ropeTables) offset += uint64_t{out->program.maxTokens} * t.spec.rotaryDims;
  out->ropeTables.push_back({op.rope, invFreq, offset});
}

void planAttention(const AttentionOp& op, const WeightStore& weights, CompiledProgram* out, OpPlan* plan,
                   Needs* needs) {
  plan->name = fmt::format("attention, layer {}", op.layer);
  plan->kvBytesPerToken = kvElementBytes(op.heads);
  if (op.alibiSlopes) plan->slopes = vectorOf(weights, *op.alibiSlopes);
  const uint32_t tokens = attentionTileTokens(op.heads);
  const auto found = std::find(out->tileTokens.begin(), out->tileTokens.end(), tokens);
  plan->tilePlan = static_cast<uint32_t>(found - out->tileTokens.begin());
  if (found == out->tileTokens.end()) out->tileTokens.push_back(tokens);
  needs->attention = std::max(needs->attention, attentionScratchBytes(op.heads));
  const uint64_t splitTokens = std::min(out->program.maxTokens, kSplitTokens);
  needs->partials =
      std::max(needs->partials, splitTokens * op.heads.nHeads * kMaxAttentionChunks * attentionPartialFloats(op.heads));
}

}  // namespace

CompiledProgram planProgram(const Program& program, const WeightStore& weights, uint32_t nThreads) {
  CompiledProgram out;
  out.program = program;
  Needs needs;
  for (const Op& op : program.ops) {
    OpPlan plan;
    if (const auto* embed = std::get_if<EmbedOp>(&op)) {
      plan.table = weights.weight(embed->table)->matrix.get();
      plan.name = weights.weight(embed->table)->desc.name;
    } else if (const auto* linear = std::get_if<LinearOp>(&op)) {
      planLinear(*linear, weights, &out, &plan, &needs);
    } else if (const auto* rope = std::get_if<RopeAppendOp>(&op)) {
      planRope(*rope, weights, &out, &plan);
    } else if (const auto* attention = std::get_if<AttentionOp>(&op)) {
      planAttention(*attention, weights, &out, &plan, &needs);
    } else if (const auto* sample = std::get_if<SampleOp>(&op)) {
      plan.name = "sample";
      out.nVocab = std::max(out.nVocab, sample->nVocab);
    } else {
      plan.name = std::holds_alternative<GatherOp>(op) ? "gather" : "all-reduce";
    }
    out.plans.push_back(std::move(plan));
  }

  Layout arena;
  for (BufferId id = 0; id < program.buffers.size(); ++id)
    out.buffers.push_back(arena.take(uint64_t{out.rowsOf(id)} * program.buffers[id].cols * sizeof(float)));
  uint64_t ropeFloats = 0;
  for (const RopeTable& table : out.ropeTables) ropeFloats += uint64_t{program.maxTokens} * table.spec.rotaryDims;
  out.normed = arena.take(needs.normed * sizeof(float));
  out.prepared = arena.take(needs.prepared);
  out.ropes = arena.take(ropeFloats * sizeof(float));
  out.partials = arena.take(needs.partials * sizeof(float));
  Layout thread;  // a linear op's normed row comes first; attention has the whole to itself
  thread.take(needs.normedRow * sizeof(float));
  out.threadPrepared = thread.take(needs.preparedRow);
  out.productFloats = (needs.products + 63) / 64 * 64;
  out.threadProducts = thread.take(2 * out.productFloats * sizeof(float));
  // A page apart, so that threads do not write to neighbouring lines.
  out.threadBytes = (std::max(thread.size(), needs.attention) + 8191) / 4096 * 4096;
  out.threads = arena.take(out.threadBytes * nThreads);
  out.arenaBytes = arena.size();
  return out;
}

}  // namespace kernels::cpu
