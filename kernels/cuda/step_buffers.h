// The values of a step on their way to the device: filled on the host in page-locked memory, copied in one piece.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstdint>

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/step_view.h"
#include "kernels/program.h"
#include "kernels/status.h"

namespace kernels::cuda {

/// Steps that may be under way at once: the host prepares one while the device runs the other.
inline constexpr uint32_t kStepsInFlight = 2;

class StepBuffers {
 public:
  /// Makes room for steps of this size. Addresses may move: see generation().
  Status reserve(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable);
  /// Copies the inputs behind everything on the stream. `parity` alternates from step to step.
  Status upload(const StepInputs& inputs, uint32_t parity, cudaStream_t stream);

  StepView view(const int32_t* lastTokens) const;
  /// Changes whenever a device address of view() has.
  uint64_t generation() const { return m_generation; }
  uint64_t bytes() const { return m_device.size(); }
  uint64_t tableRoom() const { return m_maxTable; }
  static uint64_t bytesFor(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable);

 private:
  /// Byte offsets of the arrays; the block table, whose length varies most, is last.
  struct Layout {
    uint64_t tokens = 0, positions = 0, sequenceOf = 0, spans = 0, logitRows = 0, slots = 0, blockTable = 0, end = 0;
  };
  static Layout layoutOf(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable);

  uint32_t m_maxTokens = 0, m_maxLogitRows = 0;
  uint64_t m_maxTable = 0, m_generation = 0;
  Layout m_layout;
  DeviceBuffer m_device;
  std::array<PinnedBuffer, kStepsInFlight> m_host;
};

}  // namespace kernels::cuda
