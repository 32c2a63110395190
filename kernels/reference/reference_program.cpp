#include "kernels/reference/reference_program.h"

#include "kernels/half.h"

namespace kernels::reference {
namespace {

std::span<const float> rowOf(const std::vector<float>& values, size_t row, size_t cols) {
  return std::span<const float>(values).subspan(row * cols, cols);
}

}  // namespace

void ReferenceProgram::run(const StepInputs& inputs) {
  m_inputs = inputs;
  m_positions.assign(inputs.tokens.size(), 0);
  m_sequenceOf.assign(inputs.tokens.size(), 0);
  for (uint32_t s = 0; s < inputs.sequences.size(); ++s) {
    const SequenceSpan& span = inputs.sequences[s];
    for (uint32_t t = 0; t < span.nTokens; ++t) {
      m_positions[span.firstToken + t] = span.contextLength + t;
      m_sequenceOf[span.firstToken + t] = s;
    }
  }
  m_buffers.clear();
  for (const BufferDesc& desc : m_program.buffers)
    m_buffers.emplace_back(desc.rows == Rows::Token ? inputs.tokens.size() : inputs.logitRows.size(), Row(desc.cols));
  for (const Op& op : m_program.ops) std::visit([this](const auto& o) { apply(o); }, op);
}

int64_t ReferenceProgram::cacheSlot(uint32_t token, uint32_t position) const {
  const uint32_t first = m_inputs.sequences[m_sequenceOf[token]].blockTableOffset;
  return int64_t{m_inputs.blockTable[first + position / kKvBlockTokens]} * kKvBlockTokens + position % kKvBlockTokens;
}

double ReferenceProgram::stored(double value) const {
  const auto x = static_cast<float>(value);
  if (m_cacheType == DType::F16) return halfToFloat(floatToHalf(x));
  if (m_cacheType == DType::BF16) return bfloatToFloat(floatToBfloat(x));
  return x;
}

void ReferenceProgram::apply(const EmbedOp& op) {
  for (size_t t = 0; t < m_inputs.tokens.size(); ++t) {
    Row& out = m_buffers[op.out][t];
    const auto values = rowOf(m_weights[op.table], static_cast<size_t>(m_inputs.tokens[t]), out.size());
    for (size_t i = 0; i < out.size(); ++i) out[i] = double{op.scale} * values[i];
  }
}

void ReferenceProgram::apply(const LinearOp& op) {
  const std::vector<Row> in = m_buffers[op.in];
  for (size_t r = 0; r < in.size(); ++r) {
    const Row x = op.norm ? rmsNorm(in[r], m_weights[op.norm->weight], *op.norm) : in[r];
    std::vector<Row> parts;
    for (const LinearPart& part : op.parts)
      parts.push_back(
          matrixVector(m_weights[part.weight], part.bias ? m_weights[*part.bias] : std::vector<float>(), x));
    Row y;
    if (op.epilogue == Epilogue::None) {
      for (const Row& part : parts) y.insert(y.end(), part.begin(), part.end());
    } else {
      y = gated(op.epilogue, parts[0], parts[1]);
    }
    if (op.residual)
      for (size_t i = 0; i < y.size(); ++i) y[i] = m_buffers[*op.residual][r][i] + op.residualScale * y[i];
    m_buffers[op.out][r] = y;
  }
}

void ReferenceProgram::apply(const RopeAppendOp& op) {
  const size_t dim = op.heads.headDim;
  for (uint32_t t = 0; t < m_inputs.tokens.size(); ++t) {
    Row& qkv = m_buffers[op.qkv][t];
    for (size_t h = 0; h < op.heads.nHeads + op.heads.nKvHeads; ++h) {
      const auto& norm = h < op.heads.nHeads ? op.qNorm : op.kNorm;
      double* head = qkv.data() + h * dim;
      if (norm) {
        const Row normed = rmsNorm(Row(head, head + dim), m_weights[norm->weight], *norm);
        std::copy(normed.begin(), normed.end(), head);
      }
      if (op.rope.style != RopeStyle::None) rotate(op.rope, m_weights[op.rope.invFreq], m_positions[t], head);
    }
    for (uint32_t h = 0; h < op.heads.nKvHeads; ++h) {
      Row key(dim), value(dim);
      for (size_t d = 0; d < dim; ++d) {
        key[d] = stored(qkv[(op.heads.nHeads + h) * dim + d]);
        value[d] = stored(qkv[(op.heads.nHeads + op.heads.nKvHeads + h) * dim + d]);
      }
      m_cache[{op.layer, h, cacheSlot(t, m_positions[t])}] = {key, value};
    }
  }
}

void ReferenceProgram::apply(const AttentionOp& op) {
  const size_t dim = op.heads.headDim, group = op.heads.nHeads / op.heads.nKvHeads;
  for (uint32_t t = 0; t < m_inputs.tokens.size(); ++t) {
    for (uint32_t h = 0; h < op.heads.nHeads; ++h) {
      AttentionRow row;
      row.query = m_buffers[op.qkv][t].data() + h * dim;
      row.position = m_positions[t];
      row.slope = op.alibiSlopes ? m_weights[*op.alibiSlopes][h] : 0.0f;
      for (uint32_t j = 0; j <= row.position; ++j) {
        const auto& entry = m_cache.at({op.layer, static_cast<uint32_t>(h / group), cacheSlot(t, j)});
        row.keys.push_back(entry.first.data());
        row.values.push_back(entry.second.data());
      }
      const Row out = attend(op, row);
      std::copy(out.begin(), out.end(), m_buffers[op.out][t].begin() + static_cast<ptrdiff_t>(h * dim));
    }
  }
}

void ReferenceProgram::apply(const GatherOp& op) {
  for (size_t r = 0; r < m_inputs.logitRows.size(); ++r)
    m_buffers[op.out][r] = m_buffers[op.in][static_cast<size_t>(m_inputs.logitRows[r])];
}

}  // namespace kernels::reference
