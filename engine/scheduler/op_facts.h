// What the ops of a step program are called and how much arithmetic they do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/program.h"

namespace engine {

/// What decides the work of a step.
struct StepSize {
  double tokens = 0, logitRows = 0;
  double attended = 0;  ///< pairs of a token and a key that it sees, without windows
};
StepSize stepSize(const kernels::StepInputs& inputs);

struct OpFacts {
  std::string name;                  ///< "qkv", "rope, append", "attention"
  uint64_t inCols = 0, outCols = 0;  ///< of a product
  bool onLogitRows = false;
  double perAttended = 0;  ///< operations a pair

  /// Multiplications and additions.
  double operations(const StepSize& size) const {
    const double rows = onLogitRows ? size.logitRows : size.tokens;
    return 2.0 * rows * static_cast<double>(inCols) * static_cast<double>(outCols) + perAttended * size.attended;
  }
};

/// One for each op of a decoder's program (engine/decoder), whose buffers tell by their names what a product is.
std::vector<OpFacts> opFacts(const kernels::Program& program);

}  // namespace engine
