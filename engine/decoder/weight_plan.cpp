#include "engine/decoder/weight_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "engine/checked.h"
#include "engine/loaders/model_source.h"
#include "engine/text.h"

namespace engine {

namespace {

using kernels::WeightFormat;
using kernels::WeightUse;

std::string layerName(std::string_view pattern, uint32_t layer) {
  std::string out(pattern);
  const size_t at = out.find("{}");
  if (at != std::string::npos) out.replace(at, 2, std::to_string(layer));
  return out;
}

std::string shapeText(const std::vector<uint64_t>& shape) {
  std::string out;
  for (const uint64_t dim : shape) out += fmt::format("{}{}", out.empty() ? "" : " x ", dim);
  return out.empty() ? "a single number" : out;
}

uint64_t total(const std::vector<RowRange>& rows) {
  return std::accumulate(rows.begin(), rows.end(), uint64_t{0},
                         [](uint64_t sum, const RowRange& range) { return sum + range.count; });
}

/// Rows of q, k and v in a stored tensor, and how many rows that tensor has.
struct QkvRows {
  std::vector<RowRange> q, k, v;
  uint64_t stored = 0;
};

QkvRows qkvRows(const kernels::HeadShape& heads, QkvPacking packing) {
  const uint64_t dim = heads.headDim, q = heads.nHeads * dim, kv = heads.nKvHeads * dim;
  QkvRows out;
  out.stored = q + 2 * kv;
  if (packing == QkvPacking::Grouped) {
    const uint64_t group = heads.nHeads / heads.nKvHeads;
    for (uint64_t head = 0; head < heads.nKvHeads; ++head) {
      const uint64_t first = head * (group + 2) * dim;
      out.q.push_back({first, group * dim});
      out.k.push_back({first + group * dim, dim});
      out.v.push_back({first + (group + 1) * dim, dim});
    }
  } else {
    out.q = {{0, q}};
    out.k = {{q, kv}};
    out.v = {{q + kv, kv}};
  }
  return out;
}

/// The shard's rows out of those that a weight is put together from, in equal shares in the weight's own order.
std::vector<RowRange> shareOf(const std::vector<RowRange>& rows, WeightShard shard) {
  const uint64_t all = total(rows), share = all / shard.count, first = share * shard.rank;
  std::vector<RowRange> out;
  uint64_t at = 0;  // rows of the weight before this range
  for (const RowRange& range : rows) {
    const uint64_t begin = std::max(first, at), end = std::min(first + share, at + range.count);
    if (begin < end) out.push_back({range.first + (begin - at), end - begin});
    at += range.count;
  }
  return out;
}

class Planner {
 public:
  Planner(const ModelSource& source, ModelDescription& description, std::optional<WeightFormat> dummyFormat,
          WeightShard shard)
      : m_source(source),
        m_config(description.config),
        m_names(*description.names),
        m_dummyFormat(dummyFormat),
        m_shard(shard) {}

  Result<WeightPlan> run();

 private:
  bool stored(const std::string& name) const { return !m_dummyFormat && m_source.find(name).has_value(); }
  Result<void> checkShard() const;
  /// `share`: which part of a shared model's weight this device has.
  enum class Share { Whole, Rows, Columns };
  Result<PlanIndex> add(const std::string& name, uint64_t storedRows, uint64_t cols, WeightUse use,
                        std::vector<RowRange> rows, Share share = Share::Whole);
  Result<void> takeColumns(PlannedWeight& weight) const;
  Result<PlanIndex> matrix(const std::string& name, uint64_t rows, uint64_t cols, WeightUse use) {
    return add(name + ".weight", rows, cols, use, {{0, rows}});
  }
  Result<PlanIndex> vector(const std::string& name, uint64_t size) {
    return add(name, size, 1, WeightUse::Vector, {{0, size}});
  }
  PlanIndex computed(std::string name, std::vector<float> values);
  /// A linear layer of some rows of a stored one.
  Result<PlannedLinear> linear(const std::string& name, uint64_t storedRows, uint64_t cols, std::vector<RowRange> rows,
                               BiasUse bias, Share share);
  Result<PlannedLinear> linear(const std::string& name, uint64_t rows, uint64_t cols, BiasUse bias, Share share) {
    return linear(name, rows, cols, {{0, rows}}, bias, share);
  }
  Result<void> embeddingAndHead();
  Result<void> layer(uint32_t index);
  Result<void> attention(uint32_t index, PlannedLayer& out);
  Result<void> mlp(uint32_t index, PlannedLayer& out);
  Result<void> positions();

  const ModelSource& m_source;
  DecoderConfig& m_config;
  const TensorNames& m_names;
  const std::optional<WeightFormat> m_dummyFormat;
  const WeightShard m_shard;
  WeightPlan m_plan;
};

Result<void> Planner::checkShard() const {
  const uint32_t count = m_shard.count;
  if (count == 1) return {};
  const std::pair<const char*, uint64_t> shared[] = {{"attention heads", m_config.nHeads},
                                                     {"heads for keys and values", m_config.nKvHeads},
                                                     {"gated width", m_config.intermediateSize},
                                                     {"vocabulary", m_config.vocabSize}};
  for (const auto& [what, size] : shared) {
    if (count == 0 || m_shard.rank >= count || size % count != 0) {
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("the model's {} ({}) cannot be shared out evenly to {} devices", what, size, count)};
    }
  }
  return {};
}

/// Restricts a matrix to the shard's columns, which have to begin and end with blocks of the stored format.
Result<void> Planner::takeColumns(PlannedWeight& weight) const {
  const uint64_t cols = weight.storedCols / m_shard.count;
  const uint64_t block = kernels::weightFormatInfo(weight.desc.format).blockElements;
  if (weight.storedCols % m_shard.count != 0 || cols % block != 0) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("the {} columns of the tensor {}, in blocks of {}, cannot be shared out evenly to {} devices",
                    weight.storedCols, weight.desc.name, block, m_shard.count)};
  }
  weight.desc.cols = cols;
  weight.firstCol = cols * m_shard.rank;
  return {};
}

/// Plans a stored matrix [storedRows, cols], or a vector of storedRows elements, restricted to `rows`, and to the
/// shard's share of these or of the columns.
Result<PlanIndex> Planner::add(const std::string& name, uint64_t storedRows, uint64_t cols, WeightUse use,
                               std::vector<RowRange> rows, Share share) {
  PlannedWeight weight;
  const bool isVector = use == WeightUse::Vector;
  if (share == Share::Rows && m_shard.count > 1) rows = shareOf(rows, m_shard);
  weight.storedCols = cols;
  weight.desc.name = name;
  weight.desc.use = use;
  weight.desc.rows = isVector ? 1 : total(rows);
  weight.desc.cols = isVector ? total(rows) : cols;
  weight.desc.format = isVector ? WeightFormat::F32 : m_dummyFormat.value_or(WeightFormat::F32);
  if (!m_dummyFormat) {
    const std::optional<size_t> index = m_source.find(name);
    if (!index) return Error{ErrorCode::Damaged, fmt::format("the tensor {} is missing", name), name};
    const StoredTensor& tensor = m_source.tensors()[*index];
    const std::vector<uint64_t> wanted = isVector ? std::vector{storedRows} : std::vector{storedRows, cols};
    if (tensor.shape != wanted) {
      return Error{ErrorCode::Damaged,
                   fmt::format("the tensor {} is {}, but the model's description gives {}", name,
                               shapeText(tensor.shape), shapeText(wanted)),
                   name};
    }
    const StoredTypeInfo& info = storedTypeInfo(tensor.type);
    if (!info.loadsAs || (isVector && info.blockElements > 1)) {
      return Error{ErrorCode::Unsupported,
                   fmt::format("the tensor {} is stored as {}, which this build cannot use here", name, info.name),
                   name};
    }
    if (!isVector) weight.desc.format = *info.loadsAs;
    weight.tensor = *index;
    m_plan.storedBytes += tensor.bytes / std::max<uint64_t>(1, storedRows) * total(rows);
  }
  if (share == Share::Columns && !isVector && m_shard.count > 1) ENGINE_RETURN_IF_ERROR(takeColumns(weight));
  weight.rows = std::move(rows);
  m_plan.weights.push_back(std::move(weight));
  return static_cast<PlanIndex>(m_plan.weights.size() - 1);
}

PlanIndex Planner::computed(std::string name, std::vector<float> values) {
  PlannedWeight weight;
  weight.desc = {std::move(name), WeightFormat::F32, 1, values.size(), WeightUse::Vector};
  weight.values = std::move(values);
  m_plan.weights.push_back(std::move(weight));
  return static_cast<PlanIndex>(m_plan.weights.size() - 1);
}

Result<PlannedLinear> Planner::linear(const std::string& name, uint64_t storedRows, uint64_t cols,
                                      std::vector<RowRange> rows, BiasUse bias, Share share) {
  PlannedLinear out;
  const std::string biasName = name + ".bias";
  // Where results are summed up over the devices, the first one adds the bias.
  const bool hasBias = share != Share::Columns || m_shard.rank == 0;
  if (hasBias && (bias == BiasUse::Required || (bias == BiasUse::IfStored && stored(biasName)))) {
    ENGINE_ASSIGN_OR_RETURN(out.bias, add(biasName, storedRows, 1, WeightUse::Vector, rows, share));
  }
  ENGINE_ASSIGN_OR_RETURN(out.weight,
                          add(name + ".weight", storedRows, cols, WeightUse::Matrix, std::move(rows), share));
  return out;
}

Result<void> Planner::embeddingAndHead() {
  const std::string embedding(m_names.embedding);
  const std::string head(m_names.head);
  if (!m_dummyFormat) {
    const std::optional<size_t> index = m_source.find(embedding + ".weight");
    constexpr uint64_t kMaxVocab = 1u << 22;
    if (index && m_source.tensors()[*index].shape.size() == 2) {
      const uint64_t rows = m_source.tensors()[*index].shape[0];
      if (rows >= 1 && rows <= kMaxVocab) m_config.vocabSize = static_cast<uint32_t>(rows);
    }
    if (!stored(head + ".weight")) m_config.tiedHead = true;
  }
  const WeightUse use = m_config.tiedHead ? WeightUse::EmbeddingAndMatrix : WeightUse::Embedding;
  ENGINE_ASSIGN_OR_RETURN(m_plan.embedding, matrix(embedding, m_config.vocabSize, m_config.hiddenSize, use));
  return {};
}

Result<void> Planner::attention(uint32_t index, PlannedLayer& out) {
  const uint64_t hidden = m_config.hiddenSize;
  const kernels::HeadShape heads = m_config.heads();
  const uint64_t q = uint64_t{heads.nHeads} * heads.headDim, kv = uint64_t{heads.nKvHeads} * heads.headDim;
  const BiasUse bias = m_config.qkvBias;
  if (m_names.qkvPacking == QkvPacking::Separate) {
    for (const auto& [pattern, rows] : {std::pair(m_names.q, q), std::pair(m_names.k, kv), std::pair(m_names.v, kv)}) {
      ENGINE_ASSIGN_OR_RETURN(const PlannedLinear part,
                              linear(layerName(pattern, index), rows, hidden, bias, Share::Rows));
      out.qkv.push_back(part);
    }
  } else {
    const std::string name = layerName(m_names.qkv, index);
    const QkvRows packed = qkvRows(heads, m_names.qkvPacking);
    for (const auto* rows : {&packed.q, &packed.k, &packed.v}) {
      ENGINE_ASSIGN_OR_RETURN(const PlannedLinear part, linear(name, packed.stored, hidden, *rows, bias, Share::Rows));
      out.qkv.push_back(part);
    }
  }
  if (m_config.qkNorm) {
    ENGINE_ASSIGN_OR_RETURN(out.qNorm, vector(layerName(m_names.qNorm, index) + ".weight", heads.headDim));
    ENGINE_ASSIGN_OR_RETURN(out.kNorm, vector(layerName(m_names.kNorm, index) + ".weight", heads.headDim));
  }
  ENGINE_ASSIGN_OR_RETURN(out.output,
                          linear(layerName(m_names.output, index), hidden, q, m_config.outputBias, Share::Columns));
  return {};
}

Result<void> Planner::mlp(uint32_t index, PlannedLayer& out) {
  const uint64_t hidden = m_config.hiddenSize, inner = m_config.intermediateSize;
  const BiasUse bias = m_config.mlpBias;
  if (m_names.gateUp.empty()) {
    for (const std::string_view pattern : {m_names.gate, m_names.up}) {
      ENGINE_ASSIGN_OR_RETURN(const PlannedLinear part,
                              linear(layerName(pattern, index), inner, hidden, bias, Share::Rows));
      out.gateUp.push_back(part);
    }
  } else {
    const std::string name = layerName(m_names.gateUp, index);
    for (const uint64_t first : {uint64_t{0}, inner}) {
      ENGINE_ASSIGN_OR_RETURN(const PlannedLinear part,
                              linear(name, 2 * inner, hidden, {{first, inner}}, bias, Share::Rows));
      out.gateUp.push_back(part);
    }
  }
  ENGINE_ASSIGN_OR_RETURN(out.down, linear(layerName(m_names.down, index), hidden, inner, bias, Share::Columns));
  return {};
}

Result<void> Planner::layer(uint32_t index) {
  PlannedLayer out;
  const uint64_t hidden = m_config.hiddenSize;
  ENGINE_ASSIGN_OR_RETURN(out.attentionNorm, vector(layerName(m_names.attentionNorm, index) + ".weight", hidden));
  ENGINE_RETURN_IF_ERROR(attention(index, out));
  ENGINE_ASSIGN_OR_RETURN(out.mlpNorm, vector(layerName(m_names.mlpNorm, index) + ".weight", hidden));
  ENGINE_RETURN_IF_ERROR(mlp(index, out));
  m_plan.layers.push_back(std::move(out));
  return {};
}

Result<void> Planner::positions() {
  if (m_config.alibi) {
    m_plan.alibiSlopes = computed("alibi slopes", alibiSlopes(m_config.nHeads));
    return {};
  }
  const PlanIndex index = computed("rotary frequencies", inverseFrequencies(m_config.rope));
  m_plan.invFreq = index;
  const std::string factors = std::string(m_names.ropeFactors) + ".weight";
  if (m_names.ropeFactors.empty() || !stored(factors)) return {};
  const size_t tensor = *m_source.find(factors);
  const StoredTensor& divisors = m_source.tensors()[tensor];
  const uint64_t wanted = m_config.rope.dims / 2;
  if (divisors.shape != std::vector<uint64_t>{wanted} || storedTypeInfo(divisors.type).blockElements > 1 ||
      !storedTypeInfo(divisors.type).loadsAs) {
    return Error{ErrorCode::Damaged,
                 fmt::format("the tensor {} is {} of {}, but {} floats are needed", factors, shapeText(divisors.shape),
                             storedTypeInfo(divisors.type).name, wanted),
                 factors};
  }
  m_plan.weights[index].tensor = tensor;
  m_plan.weights[index].rows = {{0, wanted}};
  m_plan.storedBytes += divisors.bytes;
  return {};
}

Result<WeightPlan> Planner::run() {
  ENGINE_RETURN_IF_ERROR(embeddingAndHead());
  ENGINE_RETURN_IF_ERROR(checkShard());
  for (uint32_t i = 0; i < m_config.nLayers; ++i) ENGINE_RETURN_IF_ERROR(layer(i));
  ENGINE_ASSIGN_OR_RETURN(m_plan.finalNorm, vector(std::string(m_names.finalNorm) + ".weight", m_config.hiddenSize));
  if (m_config.tiedHead) {
    m_plan.head = {m_plan.embedding, {}};
  } else {
    ENGINE_ASSIGN_OR_RETURN(m_plan.head, linear(std::string(m_names.head), m_config.vocabSize, m_config.hiddenSize,
                                                BiasUse::None, Share::Rows));
  }
  ENGINE_RETURN_IF_ERROR(positions());
  return std::move(m_plan);
}

}  // namespace

Result<WeightPlan> planWeights(const ModelSource& source, ModelDescription& description,
                               std::optional<WeightFormat> dummyFormat, WeightShard shard) {
  return Planner(source, description, dummyFormat, shard).run();
}

uint64_t weightBytes(const WeightPlan& plan, const kernels::Backend& backend) {
  uint64_t bytes = 0;
  for (const PlannedWeight& weight : plan.weights) bytes += backend.weightBytes(weight.desc);
  return bytes;
}

uint64_t streamedBytes(const WeightPlan& plan, const kernels::Backend& backend) {
  uint64_t bytes = 0;
  for (const PlannedWeight& weight : plan.weights) {
    const WeightUse use = weight.desc.use;
    if (use == WeightUse::Matrix || use == WeightUse::EmbeddingAndMatrix) bytes += backend.weightBytes(weight.desc);
  }
  return bytes;
}

}  // namespace engine
