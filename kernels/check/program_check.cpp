#include "kernels/check/program_check.h"

#include <fmt/format.h>

#include <cmath>

namespace kernels {
namespace {

// Caps that keep every product of sizes far from overflow.
constexpr uint32_t kMaxCols = 1u << 24, kMaxRows = 1u << 20, kMaxHeads = 4096, kMaxHeadDim = 4096;

class Checker {
 public:
  Checker(const Program& program, const WeightTable& weights) : m_program(program), m_weights(weights) {}

  Status run() {
    for (const BufferDesc& buffer : m_program.buffers) {
      if (buffer.dtype != DType::F32)
        return {StatusCode::Unsupported, fmt::format("buffer '{}' is {}: buffers are declared as float32", buffer.name,
                                                     dtypeName(buffer.dtype))};
      if (buffer.cols == 0 || buffer.cols > kMaxCols)
        return bad("buffer '{}' has {} columns, 1 to {} are possible", buffer.name, buffer.cols, kMaxCols);
    }
    if (m_program.maxTokens == 0 || m_program.maxTokens > kMaxRows || m_program.maxLogitRows > kMaxRows) {
      return bad("{} tokens and {} logit rows: 1 to {} and 0 to {} are possible", m_program.maxTokens,
                 m_program.maxLogitRows, kMaxRows, kMaxRows);
    }
    for (m_index = 0; m_index < m_program.ops.size(); ++m_index) {
      KERNELS_RETURN_IF_ERROR(std::visit([this](const auto& op) { return check(op); }, m_program.ops[m_index]));
    }
    return {};
  }

 private:
  template <class... Args>
  Status bad(fmt::format_string<Args...> text, Args&&... args) const {
    return {StatusCode::InvalidArgument,
            fmt::format("op {} of the program: {}", m_index, fmt::format(text, std::forward<Args>(args)...))};
  }

  Status buffer(BufferId id, const char* role, const BufferDesc** out) const {
    if (id >= m_program.buffers.size())
      return bad("{} is buffer {}, the program has {}", role, id, m_program.buffers.size());
    *out = &m_program.buffers[id];
    return {};
  }

  Status vector(WeightId id, uint64_t cols, const char* role) const {
    const WeightDesc* weight = m_weights.find(id);
    if (weight == nullptr) return bad("{}: there is no weight {}", role, id);
    if (weight->use != WeightUse::Vector) return bad("{}: '{}' is not a vector", role, weight->name);
    if (weight->cols != cols)
      return bad("{}: '{}' has {} values, {} are needed", role, weight->name, weight->cols, cols);
    return {};
  }

  Status norm(const NormSpec& spec, uint64_t cols, const char* role) const {
    if (!(spec.eps >= 0.0f)) return bad("{}: eps {} must not be negative", role, spec.eps);
    return vector(spec.weight, cols, role);
  }

  Status heads(const HeadShape& shape, const BufferDesc& qkv) const {
    if (shape.nHeads == 0 || shape.nKvHeads == 0 || shape.headDim == 0 || shape.nHeads > kMaxHeads ||
        shape.headDim > kMaxHeadDim || shape.nHeads % shape.nKvHeads != 0) {
      return bad(
          "{} heads, {} KV heads of {} dimensions: heads must be a multiple of KV heads, at most {} of at most {}",
          shape.nHeads, shape.nKvHeads, shape.headDim, kMaxHeads, kMaxHeadDim);
    }
    const uint64_t cols = (uint64_t{shape.nHeads} + 2 * uint64_t{shape.nKvHeads}) * shape.headDim;
    if (qkv.cols != cols) return bad("buffer '{}' has {} columns, q, k and v take {}", qkv.name, qkv.cols, cols);
    if (qkv.rows != Rows::Token) return bad("buffer '{}' must have a row for every token", qkv.name);
    return {};
  }

  Status check(const EmbedOp& op) const {
    const BufferDesc* out = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.out, "out", &out));
    const WeightDesc* table = m_weights.find(op.table);
    if (table == nullptr) return bad("there is no weight {}", op.table);
    if (table->use != WeightUse::Embedding && table->use != WeightUse::EmbeddingAndMatrix)
      return bad("'{}' was not created as an embedding", table->name);
    if (table->cols != out->cols || out->rows != Rows::Token) {
      return bad("'{}' has {} columns, buffer '{}' has {} and must have a row for every token", table->name,
                 table->cols, out->name, out->cols);
    }
    return {};
  }

  Status checkPart(const LinearPart& part, const BufferDesc& in) const {
    const WeightDesc* weight = m_weights.find(part.weight);
    if (weight == nullptr) return bad("there is no weight {}", part.weight);
    if (weight->use == WeightUse::Vector || weight->use == WeightUse::Embedding)
      return bad("'{}' was not created as a matrix", weight->name);
    if (weight->cols != in.cols)
      return bad("'{}' takes {} columns, buffer '{}' has {}", weight->name, weight->cols, in.name, in.cols);
    if (weight->rows > kMaxCols) return bad("'{}' has {} rows, at most {}", weight->name, weight->rows, kMaxCols);
    if (part.bias) return vector(*part.bias, weight->rows, "bias");
    return {};
  }

  Status check(const LinearOp& op) const {
    const BufferDesc *in = nullptr, *out = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.in, "in", &in));
    KERNELS_RETURN_IF_ERROR(buffer(op.out, "out", &out));
    if (op.parts.empty()) return bad("a linear op needs a weight");
    uint64_t rows = 0;
    for (const LinearPart& part : op.parts) {
      KERNELS_RETURN_IF_ERROR(checkPart(part, *in));
      rows += m_weights.find(part.weight)->rows;
    }
    if (op.epilogue != Epilogue::None) {
      if (op.parts.size() != 2) return bad("a gated epilogue takes 2 weights, not {}", op.parts.size());
      const WeightDesc& gate = *m_weights.find(op.parts[0].weight);
      const WeightDesc& up = *m_weights.find(op.parts[1].weight);
      if (gate.rows != up.rows)
        return bad("'{}' has {} rows, '{}' has {}: gate and up must be alike", gate.name, gate.rows, up.name, up.rows);
      rows = gate.rows;
    }
    if (rows != out->cols)
      return bad("the weights from '{}' on give {} columns, buffer '{}' has {}",
                 m_weights.find(op.parts[0].weight)->name, rows, out->name, out->cols);
    if (in->rows != out->rows) return bad("buffers '{}' and '{}' do not have the same rows", in->name, out->name);
    if (op.in == op.out && !op.norm) return bad("buffer '{}' can be both in and out only with a norm", in->name);
    if (op.norm) KERNELS_RETURN_IF_ERROR(norm(*op.norm, in->cols, "norm"));
    if (op.residual) {
      const BufferDesc* residual = nullptr;
      KERNELS_RETURN_IF_ERROR(buffer(*op.residual, "residual", &residual));
      if (residual->cols != out->cols || residual->rows != out->rows)
        return bad("residual '{}' has {} columns, buffer '{}' has {}", residual->name, residual->cols, out->name,
                   out->cols);
      if (*op.residual == op.in && !op.norm) return bad("'{}' can be both in and residual only with a norm", in->name);
    }
    return {};
  }

  Status check(const RopeAppendOp& op) const {
    const BufferDesc* qkv = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.qkv, "qkv", &qkv));
    KERNELS_RETURN_IF_ERROR(heads(op.heads, *qkv));
    if (op.rope.style != RopeStyle::None) {
      if (op.rope.rotaryDims == 0 || op.rope.rotaryDims % 2 != 0 || op.rope.rotaryDims > op.heads.headDim)
        return bad("{} rotary dimensions: an even number up to the head's {}", op.rope.rotaryDims, op.heads.headDim);
      KERNELS_RETURN_IF_ERROR(vector(op.rope.invFreq, op.rope.rotaryDims / 2, "inverse frequencies"));
    }
    if (op.qNorm) KERNELS_RETURN_IF_ERROR(norm(*op.qNorm, op.heads.headDim, "q norm"));
    if (op.kNorm) KERNELS_RETURN_IF_ERROR(norm(*op.kNorm, op.heads.headDim, "k norm"));
    return {};
  }

  Status check(const AttentionOp& op) const {
    const BufferDesc *qkv = nullptr, *out = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.qkv, "qkv", &qkv));
    KERNELS_RETURN_IF_ERROR(buffer(op.out, "out", &out));
    KERNELS_RETURN_IF_ERROR(heads(op.heads, *qkv));
    const uint64_t cols = uint64_t{op.heads.nHeads} * op.heads.headDim;
    if (out->cols != cols || out->rows != Rows::Token || op.out == op.qkv)
      return bad("out '{}' has {} columns: attention gives {} for every token, into another buffer than q", out->name,
                 out->cols, cols);
    if (!std::isfinite(op.scale) || !(op.softcap >= 0.0f)) return bad("scale {}, softcap {}", op.scale, op.softcap);
    if (op.alibiSlopes) return vector(*op.alibiSlopes, op.heads.nHeads, "slopes");
    return {};
  }

  Status check(const GatherOp& op) const {
    const BufferDesc *in = nullptr, *out = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.in, "in", &in));
    KERNELS_RETURN_IF_ERROR(buffer(op.out, "out", &out));
    if (in->rows != Rows::Token || out->rows != Rows::Logit || in->cols != out->cols)
      return bad("gather goes from token rows ('{}', {} columns) to logit rows ('{}', {})", in->name, in->cols,
                 out->name, out->cols);
    return {};
  }

  Status check(const SampleOp& op) const {
    const BufferDesc* logits = nullptr;
    KERNELS_RETURN_IF_ERROR(buffer(op.logits, "logits", &logits));
    if (logits->rows != Rows::Logit) return bad("logits '{}' must have logit rows", logits->name);
    if (op.nVocab == 0 || op.nVocab > logits->cols)
      return bad("{} tokens to sample from: 1 to the {} columns of '{}'", op.nVocab, logits->cols, logits->name);
    return {};
  }

  Status check(const AllReduceOp& op) const {
    const BufferDesc* unused = nullptr;
    return buffer(op.buffer, "buffer", &unused);
  }

  const Program& m_program;
  const WeightTable& m_weights;
  size_t m_index = 0;
};

Status checkLayer(size_t index, uint32_t layer, const HeadShape& heads, const KvCacheDesc& cache) {
  if (layer < cache.nLayers && heads.nKvHeads == cache.nKvHeads && heads.headDim == cache.headDim) return {};
  return {
      StatusCode::InvalidArgument,
      fmt::format("op {} of the program: layer {} with {} KV heads of {} dimensions; the KV cache has {} layers with "
                  "{} of {}",
                  index, layer, heads.nKvHeads, heads.headDim, cache.nLayers, cache.nKvHeads, cache.headDim)};
}

template <class Visit>
void forEachWeight(const Program& program, Visit visit) {
  const auto norm = [&visit](const std::optional<NormSpec>& spec) {
    if (spec) visit(spec->weight);
  };
  for (const Op& op : program.ops) {
    if (const auto* embed = std::get_if<EmbedOp>(&op)) visit(embed->table);
    if (const auto* linear = std::get_if<LinearOp>(&op)) {
      norm(linear->norm);
      for (const LinearPart& part : linear->parts) {
        visit(part.weight);
        if (part.bias) visit(*part.bias);
      }
    }
    if (const auto* rope = std::get_if<RopeAppendOp>(&op)) {
      norm(rope->qNorm);
      norm(rope->kNorm);
      if (rope->rope.style != RopeStyle::None) visit(rope->rope.invFreq);
    }
    if (const auto* attention = std::get_if<AttentionOp>(&op); attention != nullptr && attention->alibiSlopes)
      visit(*attention->alibiSlopes);
  }
}

}  // namespace

Status checkProgram(const Program& program, const WeightTable& weights) {
  return Checker(program, weights).run();
}

Status checkProgramCache(const Program& program, const KvCacheDesc& cache) {
  for (size_t i = 0; i < program.ops.size(); ++i) {
    if (const auto* rope = std::get_if<RopeAppendOp>(&program.ops[i]))
      KERNELS_RETURN_IF_ERROR(checkLayer(i, rope->layer, rope->heads, cache));
    if (const auto* attention = std::get_if<AttentionOp>(&program.ops[i]))
      KERNELS_RETURN_IF_ERROR(checkLayer(i, attention->layer, attention->heads, cache));
  }
  return {};
}

Status checkWeightsWritten(const Program& program, const WeightTable& weights) {
  Status status;
  forEachWeight(program, [&](WeightId id) {
    const WeightDesc* weight = weights.find(id);
    if (status.ok() && weights.rowsWritten(id) < weight->rows) {
      status = {StatusCode::InvalidArgument,
                fmt::format("{} of {} rows of '{}' have arrived", weights.rowsWritten(id), weight->rows, weight->name)};
    }
  });
  return status;
}

}  // namespace kernels
