// A small decoder in host memory as the persistent kernel sees it: weights in bfloat16, buffers, a paged cache, a step.
#pragma once

#include <array>
#include <ostream>
#include <vector>

#include "kernels/cuda/mega/lower.h"
#include "kernels/half.h"
#include "tests/kernels/cpu/backend_fixture.h"

namespace kernels::test {

struct MegaModelShape {
  const char* name = "";
  uint32_t hidden = 64, gated = 64, vocab = 64;
  HeadShape heads;
  RopeStyle style = RopeStyle::Half;
  uint32_t rotary = 0;  ///< 0: the whole head
  bool bias = false, headNorms = false, addOne = false;
  Epilogue gate = Epilogue::SwiGlu;
  uint32_t nLayers = 2;
};

inline void PrintTo(const MegaModelShape& shape, std::ostream* out) {
  *out << shape.name;
}

class MegaModel {
 public:
  static constexpr uint32_t kCacheBlocks = 128;

  explicit MegaModel(const MegaModelShape& wanted) : shape(wanted) { build(); }

  /// Descriptions of the weights and nothing else.
  class Table final : public WeightTable {
   public:
    const WeightDesc* find(WeightId id) const override { return id < descs.size() ? &descs[id] : nullptr; }
    uint64_t rowsWritten(WeightId id) const override { return id < descs.size() ? descs[id].rows : 0; }
    std::vector<WeightDesc> descs;
  };

  MegaModelShape shape;
  Table weights;
  Program program;
  BufferId qkv = 1, logits = 5;
  cuda::StepHeader header;
  std::array<SequenceSpan, cuda::kMegaRows> spans{};

  reference::ReferenceProgram reference() const {
    reference::ReferenceProgram out(program);
    for (size_t i = 0; i < m_floats.size(); ++i) out.setWeight(static_cast<WeightId>(i), m_floats[i]);
    out.setCacheType(DType::BF16);
    return out;
  }

  /// Sequence s of a test has its own blocks, in no order.
  static std::vector<int32_t> blocksOf(uint32_t s, uint32_t count) {
    std::vector<int32_t> out(count);
    for (uint32_t i = 0; i < count; ++i) out[i] = static_cast<int32_t>((s * count + i) * 29 % kCacheBlocks);
    return out;
  }

  void allocate(const std::vector<DType>& types) {
    m_buffers.resize(types.size());
    for (size_t i = 0; i < types.size(); ++i) {
      m_buffers[i].resize(size_t{cuda::kMegaRows} * program.buffers[i].cols * dtypeBytes(types[i]) / 4 + 8);
    }
    m_cache.assign(size_t{shape.nLayers} * 2 * cacheElements(), 0xffff);
  }
  /// Nothing of an earlier step may be read: everything becomes not a number.
  void poison(const std::vector<DType>& types) {
    for (size_t i = 0; i < types.size(); ++i) std::fill(m_buffers[i].begin(), m_buffers[i].end(), 0xffffffffu);
  }

  cuda::MegaPlaces places(uint32_t nBlocks, uint32_t nMultiprocessors) {
    cuda::MegaPlaces out;
    out.weights = &weights;
    out.nBlocks = nBlocks;
    out.nMultiprocessors = nMultiprocessors;
    out.weight = [this](WeightId id) {
      return weights.descs[id].use == WeightUse::Vector ? static_cast<const void*>(m_floats[id].data())
                                                        : static_cast<const void*>(aligned(m_halves[id]));
    };
    out.buffer = [this](BufferId id) { return static_cast<void*>(m_buffers[id].data()); };
    out.cache = [this](uint32_t layer) {
      cuda::KvView view;
      view.keys = m_cache.data() + size_t{layer} * 2 * cacheElements();
      view.values = m_cache.data() + (size_t{layer} * 2 + 1) * cacheElements();
      view.nKvHeads = shape.heads.nKvHeads;
      view.headDim = shape.heads.headDim;
      return view;
    };
    out.step.header = &header;
    out.step.tokens = m_tokens.data();
    out.step.spans = spans.data();
    out.step.blockTable = m_blockTable.data();
    out.step.lastTokens = m_lastTokens.data();
    return out;
  }

  void take(const Batch& batch) {
    header.nTokens = header.nSequences = header.nLogitRows = static_cast<uint32_t>(batch.tokens.size());
    std::copy(batch.tokens.begin(), batch.tokens.end(), m_tokens.begin());
    std::copy(batch.sequences.begin(), batch.sequences.end(), spans.begin());
    std::copy(batch.blockTable.begin(), batch.blockTable.end(), m_blockTable.begin());
  }

  std::vector<float> logitsOf(uint32_t nRows) const {
    std::vector<float> out(size_t{nRows} * shape.vocab);
    std::memcpy(out.data(), m_buffers[logits].data(), out.size() * sizeof(float));
    return out;
  }

  /// A matrix as it lies in memory, and what it holds.
  uint16_t* halfData(WeightId id) { return aligned(m_halves[id]); }
  std::vector<uint16_t> halves(WeightId id) {
    const size_t count = weights.descs[id].rows * weights.descs[id].cols;
    return {halfData(id), halfData(id) + count};
  }

  /// Puts keys and values of a prompt into the cache of layer 0, from rotated rows of qkv.
  void fillCache(const std::vector<reference::Row>& rows, const std::vector<int32_t>& blocks) {
    const HeadShape& heads = shape.heads;
    for (size_t position = 0; position < rows.size(); ++position) {
      for (uint32_t head = 0; head < 2 * heads.nKvHeads; ++head) {
        const bool value = head >= heads.nKvHeads;
        const size_t at =
            (static_cast<size_t>(blocks[position / kKvBlockTokens]) * heads.nKvHeads + head % heads.nKvHeads) *
                kKvBlockTokens +
            position % kKvBlockTokens;
        for (uint32_t d = 0; d < heads.headDim; ++d) {
          const double v = rows[position][(heads.nHeads + head) * heads.headDim + d];
          m_cache[(value ? cacheElements() : 0) + at * heads.headDim + d] = floatToBfloat(static_cast<float>(v));
        }
      }
    }
  }

 private:
  size_t cacheElements() const {
    return size_t{kCacheBlocks} * kKvBlockTokens * shape.heads.nKvHeads * shape.heads.headDim;
  }
  static uint16_t* aligned(std::vector<uint16_t>& values) {
    const auto at = reinterpret_cast<uintptr_t>(values.data());
    return values.data() + (16 - at % 16) % 16 / 2;
  }

  WeightId add(WeightUse use, uint64_t rows, uint64_t cols, std::vector<float> values) {
    WeightDesc desc;
    desc.rows = rows;
    desc.cols = cols;
    desc.use = use;
    weights.descs.push_back(desc);
    m_halves.emplace_back();
    if (use != WeightUse::Vector) {
      m_halves.back().resize(values.size() + 8);
      uint16_t* to = aligned(m_halves.back());
      for (size_t i = 0; i < values.size(); ++i) {
        to[i] = floatToBfloat(values[i]);
        values[i] = bfloatToFloat(to[i]);
      }
    }
    m_floats.push_back(std::move(values));
    return static_cast<WeightId>(weights.descs.size() - 1);
  }
  WeightId matrix(uint64_t rows, uint64_t cols) {
    const float spread = 1.0f / std::sqrt(static_cast<float>(cols));
    return add(WeightUse::Matrix, rows, cols, randomFloats(rows * cols, m_seed++, spread));
  }
  WeightId vector(uint64_t cols, float spread, float mean) {
    std::vector<float> values = randomFloats(cols, m_seed++, spread);
    for (float& v : values) v += mean;
    return add(WeightUse::Vector, 1, cols, std::move(values));
  }
  NormSpec norm(uint64_t cols) { return {vector(cols, 0.1f, shape.addOne ? 0.0f : 1.0f), 1e-5f, shape.addOne}; }
  LinearPart part(uint64_t rows, uint64_t cols) {
    LinearPart out{matrix(rows, cols), {}};
    if (shape.bias) out.bias = vector(rows, 0.2f, 0.0f);
    return out;
  }

  void build() {
    const HeadShape& heads = shape.heads;
    const uint32_t q = heads.nHeads * heads.headDim, kv = heads.nKvHeads * heads.headDim;
    const uint32_t rotary = shape.rotary != 0 ? shape.rotary : heads.headDim;
    program.maxTokens = program.maxLogitRows = cuda::kMegaRows;
    program.buffers = {{"x", Rows::Token, shape.hidden},    {"qkv", Rows::Token, q + 2 * kv},
                       {"attended", Rows::Token, q},        {"gated", Rows::Token, shape.gated},
                       {"last", Rows::Logit, shape.hidden}, {"logits", Rows::Logit, shape.vocab}};
    const WeightId table = add(WeightUse::EmbeddingAndMatrix, shape.vocab, shape.hidden,
                               randomFloats(size_t{shape.vocab} * shape.hidden, m_seed++, 0.3f));
    std::vector<float> frequencies(rotary / 2);
    for (uint32_t i = 0; i < rotary / 2; ++i) {
      frequencies[i] = std::pow(10000.0f, -2.0f * static_cast<float>(i) / static_cast<float>(rotary));
    }
    const WeightId invFreq = add(WeightUse::Vector, 1, rotary / 2, frequencies);
    program.ops = {EmbedOp{table, 0, 1.5f}};
    for (uint32_t layer = 0; layer < shape.nLayers; ++layer) {
      LinearOp first{0, norm(shape.hidden), {}, Epilogue::None, {}, 1.0f, 1};
      for (const uint32_t rows : {q, kv, kv}) first.parts.push_back(part(rows, shape.hidden));
      RopeAppendOp rope{1, layer, heads, {shape.style, rotary, invFreq, 1.0f}, {}, {}};
      if (shape.headNorms) {
        rope.qNorm = norm(heads.headDim);
        rope.kNorm = norm(heads.headDim);
      }
      AttentionOp attention;
      attention.qkv = 1;
      attention.layer = layer;
      attention.heads = heads;
      attention.scale = 1.0f / std::sqrt(static_cast<float>(heads.headDim));
      attention.out = 2;
      const LinearOp output{2, {}, {part(shape.hidden, q)}, Epilogue::None, 0, 0.8f, 0};
      LinearOp up{0, norm(shape.hidden), {}, shape.gate, {}, 1.0f, 3};
      for (int i = 0; i < 2; ++i) up.parts.push_back(part(shape.gated, shape.hidden));
      const LinearOp down{3, {}, {part(shape.hidden, shape.gated)}, Epilogue::None, 0, 1.0f, 0};
      for (const Op& op : {Op(first), Op(rope), Op(attention), Op(output), Op(up), Op(down)}) program.ops.push_back(op);
    }
    program.ops.push_back(GatherOp{0, 4});
    program.ops.push_back(LinearOp{4, norm(shape.hidden), {{table, {}}}, Epilogue::None, {}, 1.0f, logits});
    program.ops.push_back(SampleOp{logits, shape.vocab});
  }

  uint32_t m_seed = 10;
  std::vector<std::vector<float>> m_floats;
  std::vector<std::vector<uint16_t>> m_halves;
  std::vector<std::vector<uint32_t>> m_buffers;
  std::vector<uint16_t> m_cache;
  std::vector<int32_t> m_tokens = std::vector<int32_t>(cuda::kMegaRows);
  std::vector<int32_t> m_blockTable = std::vector<int32_t>(4096);
  std::vector<int32_t> m_lastTokens = {0, 0, 0, 0};
};

}  // namespace kernels::test
