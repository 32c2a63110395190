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
  /// `windowBytes`: of the windows, as another lowering has counted them; what lies after them is elsewhere otherwise.
  Lowering(const CompiledProgram& compiled, const MegaPlaces& places, uint64_t windowBytes)
      : m_compiled(compiled), m_program(compiled.program), m_places(places), m_end(windowBytes) {}

  Status run(MegaProgram* out) {
    if (m_places.compute != DType::BF16) return refused("weights are not bfloat16");
    const size_t nBuffers = m_program.buffers.size();
    m_alias.resize(nBuffers);
    for (size_t i = 0; i < nBuffers; ++i) m_alias[i] = static_cast<BufferId>(i);
    m_windows.assign(nBuffers, std::nullopt);
    m_writer.assign(nBuffers, kNobody);
    for (const Op& op : m_program.ops) {
      if (const auto* product = std::get_if<LinearOp>(&op)) m_result = product;
    }
    for (size_t i = 0; i < m_program.ops.size(); ++i) {
      const Status status = std::visit([this](const auto& op) { return add(op); }, m_program.ops[i]);
      if (!status.ok()) return {status.code(), "op " + std::to_string(i) + ": " + status.message()};
    }
    if (m_rope != nullptr) return refused("nothing attends to a rotated buffer");
    if (m_out.ops.empty()) return refused("there is nothing to do");
    KERNELS_RETURN_IF_ERROR(checkReaders());
    m_out.opsAt = take(m_out.ops.size() * sizeof(MegaOp));
    m_out.counterAt = take(sizeof(uint32_t));
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
  template <class T>
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

  /// Memory for columns of half type, or of float, that one instruction writes and later ones read. No other ever
  /// writes there.
  void* windows(uint32_t columns, uint32_t perWindow) {
    std::byte* const begin = m_places.memory + m_out.windowBytes();
    m_out.nWindows += (columns + perWindow - 1) / perWindow;
    return begin;
  }
  void* halfWindows(uint32_t columns) { return windows(columns, kMegaWindow); }
  void* floatWindows(uint32_t columns) { return windows(columns, kMegaTokenBytes / sizeof(float)); }

  /// The next instruction writes this buffer, in new windows or where others than the kernel read it: what a gather has
  /// taken from it is no longer to be had there.
  void* wrote(BufferId id, bool result = false) {
    for (BufferId& alias : m_alias)
      if (alias == id) alias = kNobody;
    m_alias[id] = id;
    m_writer[id] = static_cast<uint32_t>(m_out.ops.size());
    m_windows[id].reset();
    if (!result) m_windows[id] = isFloat(id) ? floatWindows(cols(id)) : halfWindows(cols(id));
    m_readers.emplace_back();
    return m_windows[id].value_or(nullptr);
  }
  /// Whether an instruction has left a buffer for later ones.
  bool isThere(BufferId id) const { return m_alias[id] != kNobody && m_windows[m_alias[id]].has_value(); }
  /// Where the next instruction reads a buffer that is there.
  void* reads(BufferId id) {
    m_readers[m_writer[m_alias[id]]].result = true;
    return *m_windows[m_alias[id]];
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
    args.step = m_places.step;
    out.embed.stream = wrote(op.out);
    m_out.ops.push_back(out);
    return {};
  }

  Status add(const LinearOp& op) {
    if (m_out.ops.empty()) return refused("a product before the embedding");
    if (!isThere(op.in)) return refused("a product of what nobody wrote");
    const BufferId in = m_alias[op.in];
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
      KERNELS_RETURN_IF_ERROR(addNorm(in, *op.norm, &linear));
    } else {
      if (isFloat(in)) return refused("a product of float32 activations");
      linear.in = reads(in);
    }
    if (op.residual) {
      if (!isThere(*op.residual) || !isFloat(*op.residual)) return refused("a residual stream that is not whole");
      linear.residual = reads(*op.residual);
      linear.residualScale = op.residualScale;
    }
    const bool result = &op == m_result;
    if (result && !isFloat(op.out)) return refused("a result of half type");
    if (result && op.residual) return refused("a result that a residual stream is added to");
    void* const to = wrote(op.out, result);
    if (result) {
      linear.outFloat = buffer<float>(op.out);
    } else if (isFloat(op.out)) {
      linear.stream = to;
    } else {
      linear.out = to;
    }
    m_out.ops.push_back(out);
    return {};
  }

  /// The norm of `in` for the product that becomes the next instruction: whoever wrote `in` last does the first half.
  Status addNorm(BufferId in, const NormSpec& spec, MegaLinear* out) {
    const uint32_t writer = m_writer[in];
    if (!isFloat(in)) return refused("a norm of what is not the residual stream");
    MegaOp& from = m_out.ops[writer];
    MegaNormOut& next = from.kind == MegaKind::Embed ? from.embed.next : from.linear.next;
    if (next.nSquares == 0) {
      next.weight = vector(spec.weight);
      next.addOne = spec.addOne;
      next.nSquares = from.kind == MegaKind::Embed ? cols(in) / kMegaWindow : from.linear.nGroups;
      next.squares = floatWindows(next.nSquares);
      next.normed = halfWindows(cols(in));
    } else if (m_readers[writer].normWeight != spec.weight || next.addOne != spec.addOne) {
      return refused("two different norms of one buffer");
    }
    m_readers[writer].norm = true;
    m_readers[writer].normWeight = spec.weight;
    out->in = next.normed;
    out->norm = {next.squares, next.nSquares, spec.eps};
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
    if (!isThere(op.qkv) || isFloat(op.qkv) || isFloat(op.out)) {
      return refused("attention over a buffer that no product wrote");
    }
    if (op.softcap > 0.0f || op.window > 0 || op.alibiSlopes) return refused("attention with bent scores");
    m_out.shape.headDim = heads.headDim;

    MegaOp out;
    out.kind = MegaKind::Attention;
    out.attention = MegaAttention{};
    RopeAppendArgs& rotation = out.attention.rope;
    rotation.qkv = reads(op.qkv);
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
    args.type = m_places.compute;
    args.nRows = kMegaRows;
    args.heads = heads;
    args.scale = op.scale;
    args.cache = rotation.cache;
    args.step = m_places.step;
    args.decodeOnly = true;
    args.nMultiprocessors = m_places.nMultiprocessors;
    takeSplits(heads, &out.attention);
    args.out = wrote(op.out);
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
    if (!isThere(op.in)) return refused("a gather of what nobody wrote");
    m_alias[op.out] = m_alias[op.in];
    return {};
  }
  Status add(const SampleOp& op) {
    if (m_result == nullptr || m_result->out != op.logits) return refused("samples of what is no result");
    if (&std::get<SampleOp>(m_program.ops.back()) != &op) return refused("sampling is not the last op");
    return {};
  }
  Status add(const AllReduceOp&) { return {}; }

  static std::string notInWindows(uint32_t columns) {
    return std::to_string(columns) + " columns are not a multiple of " + std::to_string(kMegaWindow);
  }

  /// Windows are cleared by those who have results of the last instruction, from which it follows that all others are
  /// done only if there is a way to it from each of them. What nobody reads is not written: it might come afterwards.
  Status checkReaders() {
    if (m_out.ops.back().kind != MegaKind::Linear) return refused("the last instruction is no product");
    for (size_t i = 0; i + 1 < m_out.ops.size(); ++i) {
      MegaOp& op = m_out.ops[i];
      if (!m_readers[i].result && !m_readers[i].norm) {
        return refused("nobody reads what instruction " + std::to_string(i) + " writes");
      }
      if (m_readers[i].result) continue;
      if (op.kind == MegaKind::Embed) op.embed.stream = nullptr;
      if (op.kind == MegaKind::Linear) op.linear.stream = nullptr;
    }
    return {};
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
  const LinearOp* m_result = nullptr;           ///< the last product
  std::vector<BufferId> m_alias;                ///< of a gather's output: its input
  std::vector<std::optional<void*>> m_windows;  ///< where a buffer's last writer leaves it for other instructions
  std::vector<uint32_t> m_writer;               ///< last instruction that wrote the buffer
  struct Readers {
    bool result = false, norm = false;
    WeightId normWeight = 0;
  };
  std::vector<Readers> m_readers;  ///< of each instruction's results
  std::map<std::pair<uint32_t, uint32_t>, Splits> m_splits;
  const RopeAppendOp* m_rope = nullptr;  ///< whose attention is still to come
};

}  // namespace

MegaArgs MegaProgram::args(std::byte* memory) const {
  MegaArgs out;
  out.ops = reinterpret_cast<const MegaOp*>(memory + opsAt);
  out.nOps = static_cast<uint32_t>(ops.size());
  out.windows = memory;
  out.nWindows = nWindows;
  out.counter = reinterpret_cast<uint32_t*>(memory + counterAt);
  return out;
}

Status lowerMega(const CompiledProgram& compiled, const MegaPlaces& places, MegaProgram* out) {
  MegaProgram sizes;
  KERNELS_RETURN_IF_ERROR(Lowering(compiled, places, 0).run(&sizes));
  return Lowering(compiled, places, sizes.windowBytes()).run(out);
}

}  // namespace kernels::cuda
