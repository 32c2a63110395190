// Runs a step program op by op in double, without any care for speed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "kernels/backend.h"
#include "kernels/program.h"
#include "kernels/reference/reference_ops.h"

namespace kernels::reference {

class ReferenceProgram {
 public:
  explicit ReferenceProgram(Program program) : m_program(std::move(program)) {}

  /// Values of a weight, dequantized, row-major. Ids as in the program.
  void setWeight(WeightId id, std::vector<float> values) { m_weights[id] = std::move(values); }
  /// Keys and values are rounded to this type when they are stored.
  void setCacheType(DType type) { m_cacheType = type; }

  /// Runs all ops but sampling. Negative tokens are not taken.
  void run(const StepInputs& inputs);
  const std::vector<Row>& buffer(BufferId id) const { return m_buffers[id]; }

 private:
  void apply(const EmbedOp& op);
  void apply(const LinearOp& op);
  void apply(const RopeAppendOp& op);
  void apply(const AttentionOp& op);
  void apply(const GatherOp& op);
  void apply(const SampleOp&) {}
  void apply(const AllReduceOp&) {}

  /// Where the cache holds a position of the sequence that token t belongs to.
  int64_t cacheSlot(uint32_t token, uint32_t position) const;
  double stored(double value) const;

  Program m_program;
  std::map<WeightId, std::vector<float>> m_weights;
  DType m_cacheType = DType::F32;
  StepInputs m_inputs;
  std::vector<uint32_t> m_positions, m_sequenceOf;
  std::vector<std::vector<Row>> m_buffers;
  /// (layer, KV head, slot) to key and value.
  std::map<std::tuple<uint32_t, uint32_t, int64_t>, std::pair<Row, Row>> m_cache;
};

}  // namespace kernels::reference
