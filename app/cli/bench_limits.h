// What the machine can do, measured beside the runs of `hearth-cli bench`: shared machines change within a minute, so a
// share only means something against a limit measured at the same time.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/options.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace app::cli {

/// The middle of the samples, 0 of none.
double median(std::vector<double> samples);

class MachineLimits {
 public:
  /// On the device of the options, and computing in their type.
  static engine::Result<std::unique_ptr<MachineLimits>> create(const engine::EngineOptions& options);

  /// Prepares measureProducts() for weights of that format; Unsupported when the backend has no product for it.
  engine::Result<void> prepareProducts(kernels::WeightFormat format, kernels::Precision precision);

  /// Bytes a second of reading memory, now.
  double measureRead();
  /// Multiplications and additions a second of the kernels' own product on data that stays in the cache, now. 0 until
  /// prepared.
  double measureProducts();

 private:
  struct Shape {
    kernels::Backend::ProgramId program = 0;
    std::vector<int32_t> tokens;
    std::vector<kernels::SequenceSpan> sequences;
    double operations = 0;  ///< of one step
  };

  MachineLimits() = default;
  engine::Result<void> addShape(kernels::WeightFormat format, kernels::Precision precision, uint32_t rows,
                                uint32_t nTokens, uint32_t cols);
  kernels::Status runOnce(const Shape& shape);

  bool m_onGpu = false;
  std::unique_ptr<kernels::Backend> m_backend;
  std::vector<Shape> m_shapes;
  std::vector<int32_t> m_blocks;
};

/// The format that a model's weight type begins with ("Q4_1 with Q6_K head", "bfloat16").
std::optional<kernels::WeightFormat> formatOfWeightType(std::string_view weightType);

}  // namespace app::cli
