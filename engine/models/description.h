// What tells one decoder-only transformer from another, as data. The forward pass is written once, in engine/decoder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/program.h"

namespace engine {

/// How the base frequencies of the rotary embedding are stretched.
enum class RopeScalingKind { None, Linear, Llama3 };

struct RopeConfig {
  kernels::RopeStyle style = kernels::RopeStyle::Half;
  uint32_t dims = 0;  ///< leading dims of each head that rotate
  double theta = 10000.0;
  RopeScalingKind scaling = RopeScalingKind::None;
  double factor = 1.0;                               ///< Linear, Llama3
  double lowFreqFactor = 1.0, highFreqFactor = 4.0;  ///< Llama3
  uint32_t originalContext = 0;                      ///< Llama3
  float magnitude = 1.0f;                            ///< factor on cos and sin
};

/// Whether a linear layer adds a bias.
enum class BiasUse {
  None,
  Required,
  IfStored,  ///< where the file does not say, the tensor's presence does
};

/// All numbers of one model.
struct DecoderConfig {
  std::string family;  ///< our name: "llama", "qwen2"
  uint32_t vocabSize = 0, hiddenSize = 0, intermediateSize = 0, nLayers = 0;
  uint32_t nHeads = 0, nKvHeads = 0, headDim = 0;
  uint32_t contextLength = 0;  ///< positions that the model was trained for

  float normEps = 1e-5f;
  bool normAddOne = false;  ///< norms multiply by 1 + w
  RopeConfig rope;
  bool alibi = false;             ///< linear biases in the place of rotation
  bool qkNorm = false;            ///< norms over each head of q and k before rotation
  std::vector<uint32_t> windows;  ///< sliding window of each layer, 0 = none; empty = none anywhere
  kernels::Epilogue gate = kernels::Epilogue::SwiGlu;
  BiasUse qkvBias = BiasUse::None, outputBias = BiasUse::None, mlpBias = BiasUse::None;
  bool tiedHead = false;  ///< also taken as true when no head is stored
  float embeddingScale = 1.0f, residualScale = 1.0f;
  float attentionScale = 0.0f, attentionSoftcap = 0.0f;  ///< scale 0: 1/sqrt(headDim)

  int32_t bosId = -1;
  std::vector<int32_t> eosIds;  ///< every id that ends an answer by the model's files, ascending

  kernels::HeadShape heads() const { return {nHeads, nKvHeads, headDim}; }
  uint32_t window(uint32_t layer) const { return windows.empty() ? 0 : windows[layer]; }
};

/// How the rows of q, k and v lie in a stored tensor.
enum class QkvPacking {
  Separate,  ///< three tensors
  Stacked,   ///< one tensor: all of q, then k, then v
  Grouped,   ///< one tensor: per kv head its q heads, then k, then v
};

/// Names of tensors in a file. "{}" is the layer's number; ".weight" and ".bias" are appended. An empty name means that
/// the layout has no such tensor.
struct TensorNames {
  std::string_view embedding, finalNorm, head;
  std::string_view attentionNorm, mlpNorm;
  QkvPacking qkvPacking = QkvPacking::Separate;
  std::string_view q, k, v;  ///< Separate
  std::string_view qkv;      ///< Stacked, Grouped
  std::string_view output;
  std::string_view gate, up;  ///< two tensors, or
  std::string_view gateUp;    ///< one: all of gate, then up
  std::string_view down;
  std::string_view qNorm, kNorm;
  std::string_view ropeFactors;  ///< stored divisors of the base frequencies
};

}  // namespace engine
