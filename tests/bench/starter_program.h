// A program of the starter model's shape over random weights: what kernels are profiled with when no file is at hand.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "kernels/backend.h"

namespace kernels::bench {

/// SmolLM2-135M: hidden 576, 9 heads over 3 of keys and values, 30 layers.
struct StarterShape {
  uint32_t hidden = 576, nHeads = 9, nKvHeads = 3, headDim = 64, ffn = 1536, nLayers = 30, nVocab = 49152;
};

class StarterBuilder {
 public:
  StarterBuilder(Backend* backend, WeightFormat format, const StarterShape& shape)
      : m_backend(backend), m_format(format), m_shape(shape) {}

  /// Creates all weights and the program; the status of the first failure.
  Status build(uint32_t maxTokens, uint32_t maxLogitRows, Program* program) {
    const StarterShape& s = m_shape;
    const uint32_t q = s.nHeads * s.headDim, kv = s.nKvHeads * s.headDim;
    program->maxTokens = maxTokens;
    program->maxLogitRows = maxLogitRows;
    program->buffers = {{"x", Rows::Token, s.hidden},    {"qkv", Rows::Token, q + 2 * kv},
                        {"attended", Rows::Token, q},    {"gated", Rows::Token, s.ffn},
                        {"last", Rows::Logit, s.hidden}, {"logits", Rows::Logit, s.nVocab}};
    const HeadShape heads{s.nHeads, s.nKvHeads, s.headDim};
    const WeightId table = matrix("embedding", s.nVocab, s.hidden, WeightUse::EmbeddingAndMatrix);
    const WeightId frequencies = vector(s.headDim / 2);
    program->ops.push_back(EmbedOp{table, 0, 1.0f});
    for (uint32_t layer = 0; layer < s.nLayers; ++layer) {
      const auto name = [layer](const char* what) { return "layer " + std::to_string(layer) + " " + what; };
      LinearOp qkv{0, NormSpec{vector(s.hidden)}, {}, Epilogue::None, {}, 1.0f, 1};
      for (const uint32_t rows : {q, kv, kv}) qkv.parts.push_back({matrix(name("qkv"), rows, s.hidden), {}});
      program->ops.push_back(qkv);
      program->ops.push_back(RopeAppendOp{1, layer, heads, {RopeStyle::Half, s.headDim, frequencies, 1.0f}, {}, {}});
      AttentionOp attention;
      attention.qkv = 1;
      attention.layer = layer;
      attention.heads = heads;
      attention.scale = 1.0f / std::sqrt(static_cast<float>(s.headDim));
      attention.out = 2;
      program->ops.push_back(attention);
      program->ops.push_back(LinearOp{2, {}, {{matrix(name("o"), s.hidden, q), {}}}, Epilogue::None, 0, 1.0f, 0});
      LinearOp up{0, NormSpec{vector(s.hidden)}, {}, Epilogue::SwiGlu, {}, 1.0f, 3};
      for (int i = 0; i < 2; ++i) up.parts.push_back({matrix(name("gate and up"), s.ffn, s.hidden), {}});
      program->ops.push_back(up);
      program->ops.push_back(
          LinearOp{3, {}, {{matrix(name("down"), s.hidden, s.ffn), {}}}, Epilogue::None, 0, 1.0f, 0});
    }
    program->ops.push_back(GatherOp{0, 4});
    program->ops.push_back(LinearOp{4, NormSpec{vector(s.hidden)}, {{table, {}}}, Epilogue::None, {}, 1.0f, 5});
    program->ops.push_back(SampleOp{5, s.nVocab});
    return m_status;
  }

 private:
  WeightId create(WeightDesc desc, const std::vector<std::byte>& data) {
    WeightId id = 0;
    if (m_status.ok()) m_status = m_backend->createWeight(desc, &id);
    if (m_status.ok()) m_status = m_backend->writeWeightRows(id, 0, data);
    return id;
  }

  WeightId vector(uint32_t n) {
    std::vector<std::byte> data(n * sizeof(float));
    for (uint32_t i = 0; i < n; ++i) reinterpret_cast<float*>(data.data())[i] = 1.0f / static_cast<float>(i + 1);
    WeightDesc desc;
    desc.name = "vector";
    desc.cols = n;
    desc.use = WeightUse::Vector;
    return create(desc, data);
  }

  // Random bits, but for the scales: those are small halves, so that values stay finite in every format.
  WeightId matrix(const std::string& name, uint64_t rows, uint64_t cols, WeightUse use = WeightUse::Matrix) {
    WeightDesc desc;
    desc.name = name;
    desc.format = m_format;
    desc.rows = rows;
    desc.cols = cols;
    desc.use = use;
    const WeightFormatInfo& info = weightFormatInfo(m_format);
    std::vector<std::byte> data(rows * weightRowBytes(m_format, cols));
    for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(m_random());
    const bool plain = info.blockElements == 1;
    for (size_t at = 0; at < data.size(); at += info.blockBytes) {
      if (plain) {
        data[at + info.blockBytes - 1] = (data[at + info.blockBytes - 1] & std::byte{0x83}) | std::byte{0x28};
        continue;
      }
      // The halves that scale a block stand at its beginning, or at its end for Q6_K.
      const size_t scales = m_format == WeightFormat::Q6_K ? at + info.blockBytes - 2 : at;
      const bool two = m_format != WeightFormat::Q6_K && m_format != WeightFormat::Q4_0 &&
                       m_format != WeightFormat::Q5_0 && m_format != WeightFormat::Q8_0;
      for (size_t half = 0; half < (two ? 2u : 1u); ++half) data[scales + 2 * half + 1] = std::byte{0x14};
    }
    return create(desc, data);
  }

  Backend* m_backend;
  WeightFormat m_format;
  StarterShape m_shape;
  Status m_status;
  std::minstd_rand m_random{1};
};

}  // namespace kernels::bench
