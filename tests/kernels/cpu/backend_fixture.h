// A program over random weights, run by the CPU backend and by the reference side by side.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/reference/reference_program.h"

namespace kernels::test {

inline std::vector<float> randomFloats(size_t n, uint32_t seed, float spread = 1.0f) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> values(n);
  for (float& v : values) v = normal(generator);
  return values;
}

/// Creates an F32 weight and fills it.
inline WeightId addWeight(Backend* backend, WeightUse use, uint64_t rows, uint64_t cols,
                          const std::vector<float>& values) {
  WeightDesc desc;
  desc.name = "weight of " + std::to_string(rows) + "x" + std::to_string(cols);
  desc.rows = rows;
  desc.cols = cols;
  desc.use = use;
  WeightId id = 0;
  Status status = backend->createWeight(desc, &id);
  EXPECT_TRUE(status.ok()) << status.message();
  status = backend->writeWeightRows(id, 0, std::as_bytes(std::span(values)));
  EXPECT_TRUE(status.ok()) << status.message();
  return id;
}

/// A flat batch with its own memory. Sequences get blocks from a shuffled pool.
struct Batch {
  std::vector<int32_t> tokens, blockTable, logitRows, sampleSlots;
  std::vector<SequenceSpan> sequences;

  void add(std::span<const int32_t> ids, uint32_t contextLength, std::span<const int32_t> blocks) {
    sequences.push_back({static_cast<uint32_t>(tokens.size()), static_cast<uint32_t>(ids.size()), contextLength,
                         static_cast<uint32_t>(blockTable.size())});
    tokens.insert(tokens.end(), ids.begin(), ids.end());
    blockTable.insert(blockTable.end(), blocks.begin(), blocks.end());
  }
  StepInputs inputs() const { return {tokens, sequences, blockTable, logitRows, sampleSlots}; }
};

inline void runStep(Backend* backend, Backend::ProgramId id, const Batch& batch,
                    std::vector<SampledRow>* rows = nullptr) {
  std::vector<SampledRow> unused;
  Status status = backend->enqueue(id, batch.inputs());
  ASSERT_TRUE(status.ok()) << status.message();
  status = backend->wait(rows != nullptr ? rows : &unused);
  ASSERT_TRUE(status.ok()) << status.message();
}

inline std::vector<float> readRows(Backend* backend, Backend::ProgramId id, BufferId buffer, size_t nRows,
                                   size_t cols) {
  std::vector<float> out(nRows * cols);
  const Status status = backend->readBuffer(id, buffer, static_cast<uint32_t>(nRows), out);
  EXPECT_TRUE(status.ok()) << status.message();
  return out;
}

/// Largest |got - want| over all rows, relative to `scale`.
inline double maxError(std::span<const float> got, const std::vector<reference::Row>& want) {
  double worst = 0.0;
  size_t i = 0;
  for (const reference::Row& row : want) {
    for (const double v : row) {
      const double error = std::abs(got[i++] - v);
      worst = error <= worst ? worst : error;  // NaN becomes the worst
    }
  }
  EXPECT_EQ(i, got.size());
  return worst;
}

}  // namespace kernels::test
