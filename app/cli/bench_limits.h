// What the machine can do, measured beside the runs of `hearth-cli bench`: shared machines change within a minute, so a
// share only means something against a limit measured at the same time.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/options.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace app::cli {

/// The middle of the samples, 0 of none.
double median(std::vector<double> samples);

/// A product of a model's step.
struct ProductShape {
  uint64_t inCols = 0, outCols = 0;
  double calls = 1;  ///< in one step: its weight among the others
};

class MachineLimits {
 public:
  /// On the device of the options, and computing in their type.
  static engine::Result<std::unique_ptr<MachineLimits>> create(const engine::EngineOptions& options);

  bool onGpu() const { return m_onGpu; }

  /// Prepares measureProducts() for weights of that format; Unsupported when the backend has no product for it. Without
  /// shapes, for data that stays in a core's cache; with some, for these over so many tokens at once, where all
  /// together count as a step has them, and by the device's own library where it has one.
  engine::Result<void> prepareProducts(kernels::WeightFormat format, kernels::Precision precision,
                                       std::span<const ProductShape> shapes = {}, uint32_t nTokens = 0);

  /// Bytes a second of copies from page-locked memory to the GPU, now: the limit of loading. 0 on a processor.
  double measureUpload();
  /// Bytes a second of reading memory, now.
  double measureRead();
  /// Multiplications and additions a second of the library's products or the kernels' own, now. 0 until prepared.
  double measureProducts();
  /// The same as the device's library keeps it up for so long, each of the model's shapes in turn; 0 without a library.
  double measureHeldProducts(double seconds);
  /// The same of one of the prepared shapes, at its best so far; of the others the best of all.
  double productRate(uint64_t inCols, uint64_t outCols) const;

 private:
  struct Shape {
    kernels::Backend::ProgramId program = 0;
    std::vector<int32_t> tokens;
    std::vector<kernels::SequenceSpan> sequences;
    double operations = 0;  ///< of one step
    ProductShape product;
    uint32_t libraryTokens = 0;  ///< tokens of the library's product; 0: the program's
    double bestSeconds = 0;      ///< 0 until it has run
  };

  MachineLimits() = default;
  engine::Result<void> addShape(kernels::WeightFormat format, kernels::Precision precision, uint32_t rows,
                                uint32_t nTokens, uint32_t cols);
  kernels::Status runOnce(const Shape& shape);
  /// Seconds of one step of the shape, the least there are now; 0 where it fails.
  double leastSeconds(const Shape& shape);

  bool m_onGpu = false;
  bool m_modelShapes = false;
  double m_bestRate = 0;
  std::unique_ptr<kernels::Backend> m_backend;
  std::vector<Shape> m_shapes;
  std::vector<int32_t> m_blocks;
};

/// The format that a model's weight type begins with ("Q4_1 with Q6_K head", "bfloat16").
std::optional<kernels::WeightFormat> formatOfWeightType(std::string_view weightType);

}  // namespace app::cli
