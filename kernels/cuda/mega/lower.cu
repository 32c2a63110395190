#include "kernels/cuda/mega/lower.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "kernels/cuda/mega/mega_attention.cuh"

namespace kernels::cuda {

namespace {

constexpr uint64_t kAlign = 256;
constexpr uint32_t kNobody = 0xffffffffu;

Status refused(const std::string& why) {
  return {StatusCode::Unsupported, why};
}

class Lowering {
 public:
  Lowering(const CompiledProgram& compiled, const MegaPlaces& places)
      : m_compiled(compiled), m_program(compiled.program), m_places(places) {}

  Status run(MegaProgram* out) {
    if (m_places.compute != DType::BF16) return refused("weights are not bfloat16");
    const size_t nBuffers = m_program.buffers.size();
    m_alias.resize(nBuffers);
    for (size_t i = 0; i < nBuffers; ++i) m_alias[i] = static_cast<BufferId>(i);
    m_rowMajor.assign(nBuffers, false);
    m_windows.assign(nBuffers, std::nullopt);
    m_writer.assign(nBuffers, kNobody);
    for (const Op& op : m_program.ops) {
      if (const auto* rope = std::get_if<RopeAppendOp>(&op)) m_rowMajor[rope->qkv] = true;
      if (const auto* attention = std::get_if<AttentionOp>(&op)) {
        m_rowMajor[attention->qkv] = m_rowMajor[attention->out] = true;
      }
      if (const auto* gather = std::get_if<GatherOp>(&op)) m_rowMajor[gather->in] = m_rowMajor[gather->out] = true;
    }
    for (size_t i = 0; i < m_program.ops.size(); ++i) {
      const Status status = std::visit([this](const auto& op) { return add(op); }, m_program.ops[i]);
      if (!status.ok()) return {status.code(), "op " + std::to_string(i) + ": " + status.message()};
    }
    if (m_rope != nullptr) return refused("nothing attends to a rotated buffer");
    if (m_out.ops.empty()) return refused("there is nothing to do");
    count();
    m_out.opsAt = take(m_out.ops.size() * sizeof(MegaOp));
    m_out.countersAt = take((m_out.ops.size() + 1) * kMegaCounterStride * sizeof(uint32_t));
    m_out.memoryBytes = m_end;
    *out = std::move(m_out);
    return {};
  }

 private:
  uint64_t take(uint64_t bytes) {
    const uint64_t begin = m_end;
    m_end += (bytes + kAlign - 1) / kAlign * kAlign;
    return begin;
  }
  template <class T = std::byte>
  T* memory(uint64_t offset) const {
    return reinterpret_cast<T*>(m_places.memory + offset);
  }
  template <class T>
  T* buffer(BufferId id) const {
    return static_cast<T*>(m_places.buffer(id));
  }
  const float* vector(WeightId id) const { return static_cast<const float*>(m_places.weight(id)); }
  bool isFloat(BufferId id) const { return m_compiled.buffers[id].type == DType::F32; }
  uint32_t cols(BufferId id) const { return m_program.buffers[id].cols; }

  /// Activations that only products write and read lie window by window, so that a warp's load is of whole lines.
  MegaActivations windowsFor(uint32_t columns) {
    const uint64_t bytes = (uint64_t{columns} + kMegaWindow - 1) / kMegaWindow * kMegaWindow * kMegaRows * 2;
    return {memory<void>(take(bytes)), kMegaRows * kMegaWindow, kMegaWindow};
  }
  MegaActivations activationsOf(BufferId id) {
    if (m_rowMajor[id]) return {buffer<void>(id), kMegaWindow, cols(id)};
    if (!m_windows[id]) m_windows[id] = windowsFor(cols(id));
    return *m_windows[id];
  }

  Status add(const EmbedOp& op) {
    if (!m_out.ops.empty()) return refused("an embedding that is not the first op");
    const WeightDesc& table = *m_places.weights->find(op.table);
    if (table.cols % kMegaWindow != 0) return refused(notInWindows(static_cast<uint32_t>(table.cols)));
    if (!isFloat(op.out)) return refused("embeddings go to a buffer of half type");
    MegaOp out;
    out.kind = MegaKind::Embed;
    out.embed = MegaEmbed{};
    EmbedArgs& args = out.embed.args;
    args.table = m_places.weight(op.table);
    args.type = m_places.compute;
    args.cols = static_cast<uint32_t>(table.cols);
    args.nRows = kMegaRows;
    args.vocab = table.rows;
    args.scale = op.scale;
    args.out = buffer<float>(op.out);
    args.step = m_places.step;
    wrote(op.out);
    m_out.ops.push_back(out);
    return {};
  }

  Status add(const LinearOp& op) {
    if (m_out.ops.empty()) return refused("a product before the embedding");
    const BufferId in = m_alias[op.in];
    if (in == kNobody || m_writer[in] == kNobody) return refused("a product of what nobody wrote");
    MegaOp out;
    out.kind = MegaKind::Linear;
    out.linear = MegaLinear{};
    MegaLinear& linear = out.linear;
    linear.nIn = cols(in);
    if (linear.nIn % kMegaWindow != 0) return refused(notInWindows(linear.nIn));
    if (op.parts.size() > kMaxLinearParts) return refused("too many products share an input");
    for (const LinearPart& part : op.parts) {
      const auto nOut = static_cast<uint32_t>(m_places.weights->find(part.weight)->rows);
      linear.parts[linear.nParts++] = {m_places.weight(part.weight), part.bias ? vector(*part.bias) : nullptr, nOut};
      linear.biased = linear.biased || part.bias;
      linear.outCols += nOut;
    }
    linear.epilogue = op.epilogue;
    if (op.epilogue != Epilogue::None) linear.outCols = linear.parts[0].nOut;
    linear.groupRows = groupRowsFor(op.epilogue, linear.outCols, m_places.nBlocks);
    linear.nGroups = groupsOf(op.epilogue, linear.groupRows, linear.outCols);
    linear.firstBlock = m_dealt % m_places.nBlocks;
    m_dealt = (m_dealt + linear.nGroups) % m_places.nBlocks;
    if (op.norm) {
      if (const Status status = addNorm(in, *op.norm, &linear.norm); !status.ok()) return status;
      linear.in = m_normed;
    } else {
      if (isFloat(in)) return refused("a product of float32 activations");
      linear.in = activationsOf(in);
    }
    if (op.residual) {
      const BufferId residual = m_alias[*op.residual];
      if (residual == kNobody || !isFloat(residual)) return refused("a residual stream that is not whole");
      linear.residual = buffer<float>(residual);
      linear.residualScale = op.residualScale;
    }
    if (isFloat(op.out)) {
      linear.outFloat = buffer<float>(op.out);
    } else {
      if (op.out == in) return refused("a product in place");
      linear.out = activationsOf(op.out);
    }
    wrote(op.out);
    m_out.ops.push_back(out);
    return {};
  }

  /// The next instruction writes this buffer: what a gather has taken from it is no longer to be had there.
  void wrote(BufferId id) {
    for (BufferId& alias : m_alias)
      if (alias == id) alias = kNobody;
    m_alias[id] = id;
    m_writer[id] = static_cast<uint32_t>(m_out.ops.size());
  }

  /// The norm of `in` for the product that becomes the next instruction: whoever wrote `in` last does the first half.
  Status addNorm(BufferId in, const NormSpec& spec, MegaNormIn* out) {
    const auto reader = static_cast<uint32_t>(m_out.ops.size());
    const uint32_t writer = m_writer[in];
    if (writer == kNobody || !isFloat(in)) return refused("a norm of something that no product wrote");
    if (m_normReader != kNobody && m_normReader >= writer) {
      // The same norm again, for a second product.
      const bool same = m_normWriter == writer && m_normSpec.weight == spec.weight && m_normSpec.eps == spec.eps &&
                        m_normSpec.addOne == spec.addOne;
      if (!same) return refused("two different norms of one buffer");
    } else {
      MegaOp& from = m_out.ops[writer];
      if (from.kind == MegaKind::Linear && from.linear.norm.nSquares != 0) {
        return refused("a norm of what a product with a norm wrote");
      }
      if (cols(in) > m_normCols) {
        if (m_normCols != 0) return refused("norms of different widths");
        m_normCols = cols(in);
        m_normed = windowsFor(m_normCols);
        m_squares = take(uint64_t{kMegaRows} * (m_normCols / (kMegaGroup / 2)) * sizeof(float));
      }
      if (cols(in) != m_normCols) return refused("norms of different widths");
      MegaNormOut& next = from.kind == MegaKind::Embed ? from.embed.next : from.linear.next;
      m_nSquares = from.kind == MegaKind::Embed ? m_normCols / kMegaWindow : from.linear.nGroups;
      next = {vector(spec.weight), spec.addOne, m_nSquares, memory<float>(m_squares), m_normed};
      m_normWriter = writer;
      m_normSpec = spec;
    }
    m_normReader = reader;
    *out = {memory<float>(m_squares), m_nSquares, spec.eps};
    return {};
  }

  Status add(const RopeAppendOp& op) {
    if (m_rope != nullptr) return refused("nothing attends to a rotated buffer");
    m_rope = &op;
    return {};
  }

  Status add(const AttentionOp& op) {
    if (m_rope == nullptr || m_rope->qkv != op.qkv || m_rope->layer != op.layer) {
      return refused("attention does not follow its rotation");
    }
    const RopeAppendOp& rope = *m_rope;
    m_rope = nullptr;
    const HeadShape& heads = op.heads;
    if (!megaKnowsHead(heads.headDim)) return refused("heads of " + std::to_string(heads.headDim));
    if (m_out.shape.headDim != 0 && m_out.shape.headDim != heads.headDim) return refused("heads of different sizes");
    if (heads.nHeads / heads.nKvHeads > 8) return refused("more than 8 query heads to a KV head");
    if (m_places.cacheType != m_places.compute) return refused("a cache of another type than the weights");
    if (m_writer[op.qkv] == kNobody || isFloat(op.qkv) || isFloat(op.out) || op.out == op.qkv) {
      return refused("attention over a buffer that no product wrote");
    }
    if (op.softcap > 0.0f || op.window > 0 || op.alibiSlopes) return refused("attention with bent scores");
    m_out.shape.headDim = heads.headDim;

    MegaOp out;
    out.kind = MegaKind::Attention;
    out.attention = MegaAttention{};
    RopeAppendArgs& rotation = out.attention.rope;
    rotation.qkv = buffer<void>(op.qkv);
    rotation.type = m_places.compute;
    rotation.nRows = kMegaRows;
    rotation.heads = heads;
    rotation.style = rope.rope.style;
    rotation.rotaryDims = rope.rope.rotaryDims;
    rotation.invFreq = rope.rope.style != RopeStyle::None ? vector(rope.rope.invFreq) : nullptr;
    rotation.magnitude = rope.rope.magnitude;
    if (rope.qNorm) {
      rotation.qNorm = vector(rope.qNorm->weight);
      rotation.qEps = rope.qNorm->eps;
      rotation.qAddOne = rope.qNorm->addOne;
    }
    if (rope.kNorm) {
      rotation.kNorm = vector(rope.kNorm->weight);
      rotation.kEps = rope.kNorm->eps;
      rotation.kAddOne = rope.kNorm->addOne;
    }
    rotation.cache = m_places.cache(op.layer);
    rotation.step = m_places.step;
    AttentionArgs& args = out.attention.attention;
    args.qkv = rotation.qkv;
    args.out = buffer<void>(op.out);
    args.type = m_places.compute;
    args.nRows = kMegaRows;
    args.heads = heads;
    args.scale = op.scale;
    args.cache = rotation.cache;
    args.step = m_places.step;
    args.decodeOnly = true;
    args.nMultiprocessors = m_places.nMultiprocessors;
    takeSplits(heads, &out.attention);
    wrote(op.out);
    m_out.ops.push_back(out);
    return {};
  }

  /// Scratch for what splits leave each other, shared by all layers of a shape.
  void takeSplits(const HeadShape& heads, MegaAttention* attention) {
    const auto key = std::make_pair(heads.nHeads, heads.nKvHeads);
    const uint32_t nSlots = kMegaRows * decodeCut(heads, m_places.nMultiprocessors).maxSplits;
    auto found = m_splits.find(key);
    if (found == m_splits.end()) {
      const uint64_t stats = uint64_t{nSlots} * heads.nHeads * 2 * sizeof(float);
      Splits made;
      made.stats = take(stats);
      made.sums = take(stats / 2 * heads.headDim);
      made.counters = take(uint64_t{kMegaRows} * heads.nKvHeads * sizeof(uint32_t));
      found = m_splits.emplace(key, made).first;
    }
    attention->nSlots = nSlots;
    attention->stats = memory<float>(found->second.stats);
    attention->sums = memory<float>(found->second.sums);
    attention->attention.counters = memory<uint32_t>(found->second.counters);
  }

  Status add(const GatherOp& op) {
    const BufferId in = m_alias[op.in];
    if (in == kNobody || m_writer[in] == kNobody) return refused("a gather of what nobody wrote");
    m_alias[op.out] = in;
    return {};
  }
  Status add(const SampleOp& op) {
    if (!isFloat(op.logits)) return refused("logits of half type");
    if (&std::get<SampleOp>(m_program.ops.back()) != &op) return refused("sampling is not the last op");
    return {};
  }
  Status add(const AllReduceOp&) { return {}; }

  static std::string notInWindows(uint32_t columns) {
    return std::to_string(columns) + " columns are not a multiple of " + std::to_string(kMegaWindow);
  }

  /// What each instruction waits for.
  void count() {
    uint32_t reports = 0;
    for (MegaOp& op : m_out.ops) {
      op.before = reports;
      reports = op.kind == MegaKind::Linear      ? std::min(op.linear.nGroups, m_places.nBlocks)
                : op.kind == MegaKind::Attention ? kMegaTeams * m_places.nBlocks
                                                 : m_places.nBlocks;
    }
  }

  struct Splits {
    uint64_t stats = 0, sums = 0, counters = 0;
  };

  const CompiledProgram& m_compiled;
  const Program& m_program;
  const MegaPlaces& m_places;
  MegaProgram m_out;
  uint64_t m_end = 0;
  uint32_t m_dealt = 0;
  std::vector<BufferId> m_alias;  ///< of a gather's output: its input
  std::vector<bool> m_rowMajor;   ///< others than products use the buffer
  std::vector<std::optional<MegaActivations>> m_windows;
  std::vector<uint32_t> m_writer;  ///< last instruction that wrote the buffer
  std::map<std::pair<uint32_t, uint32_t>, Splits> m_splits;
  const RopeAppendOp* m_rope = nullptr;  ///< whose attention is still to come
  MegaActivations m_normed;
  uint64_t m_squares = 0;
  uint32_t m_normCols = 0, m_nSquares = 0, m_normWriter = kNobody, m_normReader = kNobody;
  NormSpec m_normSpec;
};

}  // namespace

Status lowerMega(const CompiledProgram& compiled, const MegaPlaces& places, MegaProgram* out) {
  return Lowering(compiled, places).run(out);
}

}  // namespace kernels::cuda
