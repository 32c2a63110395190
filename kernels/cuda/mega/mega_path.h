// A program's way through the persistent kernel: its instructions and their memory on the device.
#pragma once

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/mega/lower.h"

namespace kernels::cuda {

class MegaPath {
 public:
  /// On, unless the environment says HEARTH_CUDA_MEGA=0.
  static bool wanted();
  /// Steps it takes: one token of each of so many sequences, all sampled in order.
  static bool takes(const StepInputs& inputs);

  /// Takes memory for a program, if the kernel knows it and the device can run it. Not knowing it is no error.
  Status plan(const CompiledProgram& compiled, const MegaPlaces& places);
  /// Addresses have changed.
  void forget() { m_aimed = false; }
  /// Makes the instructions anew for these places, unless they are still right.
  Status aim(const CompiledProgram& compiled, MegaPlaces places, cudaStream_t stream);
  bool ready() const { return m_aimed; }

  cudaError_t launch(const StepView& step, uint32_t maxRows, cudaStream_t stream) const;
  uint64_t bytes() const { return m_memory.size(); }
  /// Of plan().
  static uint64_t bytesFor(const CompiledProgram& compiled, const MegaPlaces& places);

 private:
  MegaProgram m_program;
  DeviceBuffer m_memory;
  uint32_t m_nBlocks = 0;
  bool m_known = false, m_aimed = false;
};

}  // namespace kernels::cuda
