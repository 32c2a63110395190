#include "kernels/cuda/compiled_program.h"

#include <algorithm>
#include <limits>

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kAlign = 256;

class Planner {
 public:
  Planner(const Program& program, const WeightTable& weights, DType compute, DType cacheType, uint32_t nMultiprocessors)
      : m_weights(weights), m_compute(compute), m_cacheType(cacheType), m_nMultiprocessors(nMultiprocessors) {
    m_out.program = program;
  }

  CompiledProgram run() {
    chooseTypes();
    const Program& program = m_out.program;
    for (size_t i = 0; i < program.buffers.size(); ++i) {
      const BufferDesc& desc = program.buffers[i];
      m_out.buffers[i].offset = take(uint64_t{rowsOf(desc.rows)} * desc.cols * dtypeBytes(m_out.buffers[i].type));
    }
    for (const Op& op : program.ops) std::visit([this](const auto& o) { plan(o); }, op);
    markForLogits();
    m_out.normed = take(m_normed);
    m_out.linearScratch = take(m_linear);
    m_out.attentionScratch = take(m_attention);
    m_out.arenaBytes = m_end;
    return std::move(m_out);
  }

 private:
  uint32_t rowsOf(Rows rows) const {
    return rows == Rows::Token ? m_out.program.maxTokens : std::max(1u, m_out.program.maxLogitRows);
  }
  uint64_t take(uint64_t bytes) {
    const uint64_t begin = m_end;
    m_end += (bytes + kAlign - 1) / kAlign * kAlign;
    return begin;
  }

  void chooseTypes() {
    const Program& program = m_out.program;
    m_out.buffers.assign(program.buffers.size(), {m_compute, 0});
    std::vector<bool> isFloat(program.buffers.size()), isRead(program.buffers.size());
    for (const Op& op : program.ops) {
      if (const auto* embed = std::get_if<EmbedOp>(&op)) isFloat[embed->out] = true;
      if (const auto* sample = std::get_if<SampleOp>(&op)) isFloat[sample->logits] = true;
      if (const auto* rope = std::get_if<RopeAppendOp>(&op)) isRead[rope->qkv] = true;
      if (const auto* attention = std::get_if<AttentionOp>(&op)) isRead[attention->qkv] = true;
      if (const auto* gather = std::get_if<GatherOp>(&op)) {
        isRead[gather->in] = true;
        if (isFloat[gather->in]) isFloat[gather->out] = true;
      }
      if (const auto* linear = std::get_if<LinearOp>(&op)) {
        isRead[linear->in] = true;
        if (linear->norm) isFloat[linear->in] = true;
        if (linear->residual) isFloat[*linear->residual] = isFloat[linear->out] = true;
      }
    }
    for (size_t i = 0; i < program.buffers.size(); ++i) {
      if (isFloat[i] || !isRead[i]) m_out.buffers[i].type = DType::F32;
    }
    // Attention writes what its input has; a gather's two sides are alike.
    for (const Op& op : program.ops) {
      if (const auto* attention = std::get_if<AttentionOp>(&op)) {
        m_out.buffers[attention->out].type = m_out.buffers[attention->qkv].type;
      }
      if (const auto* gather = std::get_if<GatherOp>(&op)) {
        m_out.buffers[gather->out].type = m_out.buffers[gather->in].type;
      }
    }
  }

  /// The last layer's attention, if the program goes on with the rows of logits alone.
  void markForLogits() {
    const std::vector<Op>& ops = m_out.program.ops;
    for (size_t i = ops.size(); i-- > 0;) {
      const auto* attention = std::get_if<AttentionOp>(&ops[i]);
      if (attention == nullptr) continue;
      const auto reads = [attention](const Op& op) {
        const auto* linear = std::get_if<LinearOp>(&op);
        return linear != nullptr && (linear->in == attention->out || linear->residual == attention->out);
      };
      m_out.ops[i].forLogits = std::none_of(ops.begin() + static_cast<std::ptrdiff_t>(i), ops.end(), reads) &&
                               std::any_of(ops.begin() + static_cast<std::ptrdiff_t>(i), ops.end(), [&](const Op& op) {
                                 const auto* gather = std::get_if<GatherOp>(&op);
                                 return gather != nullptr && gather->in == attention->out;
                               });
      return;
    }
  }

  void plan(const EmbedOp& op) {
    const WeightDesc& table = *m_weights.find(op.table);
    m_out.nEmbeddings = m_out.nEmbeddings == 0 ? table.rows : std::min(m_out.nEmbeddings, table.rows);
    m_out.ops.push_back({"embed", 0, 0});
  }
  void plan(const LinearOp& op) {
    const BufferDesc& in = m_out.program.buffers[op.in];
    const uint64_t rows = rowsOf(in.rows);
    uint32_t cols = 0;
    uint64_t bytes = 0;
    for (const LinearPart& part : op.parts) {
      const WeightDesc& desc = *m_weights.find(part.weight);
      cols += static_cast<uint32_t>(desc.rows);
      bytes += WeightStore::bytesOf(desc, m_compute);
    }
    m_normed = std::max(m_normed, rows * in.cols * dtypeBytes(m_compute));
    m_linear = std::max(m_linear, linearScratchBytes(static_cast<uint32_t>(rows), cols));
    m_out.ops.push_back({"linear " + m_out.program.buffers[op.out].name, bytes, 0});
  }
  void plan(const RopeAppendOp&) { m_out.ops.push_back({"rope, append", 0, 0}); }
  void plan(const AttentionOp& op) {
    m_attention = std::max(m_attention, attentionScratchBytes(op.heads, m_out.program.maxTokens, m_nMultiprocessors));
    m_out.attentionCounters = std::max(m_out.attentionCounters, attentionCounters(op.heads, m_out.program.maxTokens));
    m_out.ops.push_back({"attention", 0, uint64_t{2} * op.heads.nKvHeads * op.heads.headDim * dtypeBytes(m_cacheType)});
  }
  void plan(const GatherOp&) { m_out.ops.push_back({"gather", 0, 0}); }
  void plan(const SampleOp& op) {
    m_out.nVocab = std::max(m_out.nVocab, op.nVocab);
    m_out.ops.push_back({"sample", 0, 0});
  }
  void plan(const AllReduceOp&) { m_out.ops.push_back({"all-reduce", 0, 0}); }

  const WeightTable& m_weights;
  const DType m_compute;
  const DType m_cacheType;
  const uint32_t m_nMultiprocessors;
  CompiledProgram m_out;
  uint64_t m_end = 0, m_normed = 0, m_linear = 0, m_attention = 0;
};

}  // namespace

CompiledProgram planProgram(const Program& program, const WeightTable& weights, DType compute, DType cacheType,
                            uint32_t nMultiprocessors) {
  return Planner(program, weights, compute, cacheType, nMultiprocessors).run();
}

}  // namespace kernels::cuda
