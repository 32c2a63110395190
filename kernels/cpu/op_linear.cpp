// LinearOp: norm and preparation of the rows, then products, then whatever follows by the thread that made them.
#include <algorithm>

#include "kernels/cpu/step_context.h"
#include "kernels/cpu/vector_ops.h"

namespace kernels::cpu {
namespace {

// From this many rows on, threads take pieces of the weight rows as they go instead of one share each.
constexpr uint32_t kSharedOutRows = 8;
// Output rows of a piece.
constexpr uint64_t kPieceRows = 64;

class LinearRun {
 public:
  LinearRun(const StepContext& step, const LinearOp& op, const LinearPlan& plan, Team team)
      : m_step(step),
        m_op(op),
        m_plan(plan),
        m_team(team),
        m_nRows(step.nRows(op.in)),
        m_inCols(step.cols(op.in)),
        m_outCols(step.cols(op.out)),
        m_precision(step.compiled->program.precision),
        m_scratch(step.threadScratch(team.index)) {}

  void run(size_t index) {
    if (m_nRows == 0) return;
    // One row is quickly prepared by every thread for itself, without waiting for another. Not where the output
    // overwrites what a slower thread still reads.
    m_ownRow = m_nRows == 1 && m_op.in != m_op.out;
    if (m_ownRow) {
      prepareRows(0, 1);
    } else {
      const Team::Range range = m_team.split(m_nRows);
      prepareRows(range.begin, range.end);
      m_step.pool->barrier();
    }
    if (m_nRows < kSharedOutRows || m_team.size == 1) {
      const Team::Range range = m_team.split(m_plan.outRows, m_plan.grain);
      multiply(range.begin, range.end);
      return;
    }
    const uint64_t piece = std::max(m_plan.grain, kPieceRows / m_plan.grain * m_plan.grain);
    for (uint64_t begin; (begin = piece * m_step.take(index)) < m_plan.outRows;)
      multiply(begin, std::min(begin + piece, m_plan.outRows));
  }

 private:
  void prepareRows(uint64_t begin, uint64_t end) const {
    if (begin >= end) return;
    const float* x = m_step.buffer(m_op.in);
    if (m_op.norm) {
      float* normed = m_ownRow ? reinterpret_cast<float*>(m_scratch)
                               : reinterpret_cast<float*>(m_step.arena + m_step.compiled->normed);
      for (uint64_t r = begin; r < end; ++r)
        rmsNorm(x + r * m_inCols, m_plan.normWeight, m_inCols, m_op.norm->eps, m_op.norm->addOne,
                normed + r * m_inCols);
      x = normed;
    }
    for (const LinearPlan::Form& form : m_plan.forms)
      form.matrix->prepare(m_precision, x, m_inCols, static_cast<uint32_t>(begin), static_cast<uint32_t>(end - begin),
                           prepared(form));
  }

  std::byte* prepared(const LinearPlan::Form& form) const {
    if (m_ownRow) return m_scratch + m_step.compiled->threadPrepared + form.rowOffset;
    return m_step.arena + m_step.compiled->prepared + form.offset;
  }

  // y[t * stride + r] for weight rows [begin, end) of the part, bias added.
  void product(const LinearPlan::Part& part, uint64_t begin, uint64_t end, float* y, uint64_t stride) const {
    part.matrix->multiply(m_precision, prepared(m_plan.forms[part.form]), m_nRows, begin, end, y, stride);
    if (part.bias == nullptr) return;
    for (uint64_t t = 0; t < m_nRows; ++t) addInPlace(y + t * stride + begin, part.bias + begin, end - begin);
  }

  float* products(int which) const {
    return reinterpret_cast<float*>(m_scratch + m_step.compiled->threadProducts) +
           static_cast<uint64_t>(which) * m_step.compiled->productFloats;
  }

  void multiply(uint64_t begin, uint64_t end) const {
    if (m_op.epilogue != Epilogue::None || m_op.residual) {
      const uint64_t most = std::max(m_plan.grain, kEpilogueFloats / m_nRows / m_plan.grain * m_plan.grain);
      for (; begin < end; begin += most) multiplyAndFinish(begin, std::min(end, begin + most));
      return;
    }
    float* out = m_step.buffer(m_op.out);
    forParts(begin, end, [&](const LinearPlan::Part& part, uint64_t first, uint64_t last) {
      product(part, first, last, out + part.firstColumn, m_outCols);
    });
  }

  template <class Body>
  void forParts(uint64_t begin, uint64_t end, Body body) const {
    for (const LinearPlan::Part& part : m_plan.parts) {
      const uint64_t first = std::max(begin, part.firstColumn);
      const uint64_t last = std::min(end, part.firstColumn + part.matrix->rows());
      if (first < last) body(part, first - part.firstColumn, last - part.firstColumn);
    }
  }

  void multiplyAndFinish(uint64_t begin, uint64_t end) const {
    const uint64_t width = end - begin;
    // The matrices write at their own row numbers: the areas begin that much earlier.
    float *y = products(0), *gate = y - begin, *up = products(1) - begin;
    if (m_op.epilogue == Epilogue::None) {
      forParts(begin, end, [&](const LinearPlan::Part& part, uint64_t first, uint64_t last) {
        product(part, first, last, y + part.firstColumn - begin, width);
      });
    } else {
      product(m_plan.parts[0], begin, end, gate, width);
      product(m_plan.parts[1], begin, end, up, width);
    }
    float* out = m_step.buffer(m_op.out) + begin;
    const float* residual = m_op.residual ? m_step.buffer(*m_op.residual) + begin : nullptr;
    for (uint64_t t = 0; t < m_nRows; ++t) {
      float* row = y + t * width;
      float* gated = residual != nullptr ? row : out + t * m_outCols;
      if (m_op.epilogue == Epilogue::SwiGlu) swiGlu(row, products(1) + t * width, width, gated);
      if (m_op.epilogue == Epilogue::GeluGlu) geluGlu(row, products(1) + t * width, width, gated);
      if (residual != nullptr)
        addResidual(residual + t * m_outCols, row, m_op.residualScale, width, out + t * m_outCols);
    }
  }

  const StepContext& m_step;
  const LinearOp& m_op;
  const LinearPlan& m_plan;
  const Team m_team;
  const uint32_t m_nRows, m_inCols, m_outCols;
  const Precision m_precision;
  std::byte* const m_scratch;
  bool m_ownRow = false;
};

}  // namespace

void runLinear(const StepContext& step, const LinearOp& op, const OpPlan& plan, size_t index, Team team) {
  LinearRun(step, op, plan.linear, team).run(index);
}

}  // namespace kernels::cpu
