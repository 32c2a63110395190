#include "kernels/cuda/mega/mega_path.h"

#include <cstdlib>
#include <string_view>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

/// What reads and reports wait for behind the weights grows with it; one alone would not keep the memory busy.
constexpr uint32_t kChunksOnTheirWay = 2;

}  // namespace

bool MegaPath::wanted() {
  static const bool on = [] {
    const char* value = std::getenv("HEARTH_CUDA_MEGA");
    return value == nullptr || std::string_view(value) != "0";
  }();
  return on;
}

bool MegaPath::takes(const StepInputs& inputs) {
  const size_t n = inputs.tokens.size();
  if (n == 0 || n > kMegaRows || inputs.sequences.size() != n || inputs.logitRows.size() != n) return false;
  for (size_t i = 0; i < n; ++i) {
    if (inputs.logitRows[i] != static_cast<int32_t>(i)) return false;
  }
  return true;
}

uint64_t MegaPath::bytesFor(const CompiledProgram& compiled, const MegaPlaces& places) {
  MegaProgram sizes;
  return lowerMega(compiled, places, &sizes).ok() ? sizes.memoryBytes : 0;
}

Status MegaPath::plan(const CompiledProgram& compiled, const MegaPlaces& places) {
  m_known = m_aimed = false;
  if (!lowerMega(compiled, places, &m_program).ok()) return {};
  // Every block waits for all others: they must be on the device at once.
  if (megaBlocks(m_program.shape) != places.nBlocks) return {};
  KERNELS_RETURN_IF_ERROR(m_memory.allocate(m_program.memoryBytes, "instructions of a step"));
  CUDA_RETURN_IF_ERROR(cudaMemset(m_memory.as(), 0, m_memory.size()), "clearing counters");
  CUDA_RETURN_IF_ERROR(cudaMemset(m_memory.as(), 0xff, m_program.windowBytes()), "filling windows");
  m_nBlocks = places.nBlocks;
  m_known = true;
  return {};
}

Status MegaPath::aim(const CompiledProgram& compiled, MegaPlaces places, cudaStream_t stream) {
  if (!m_known || m_aimed) return {};
  places.memory = m_memory.as();
  MegaProgram program;
  const Status status = lowerMega(compiled, places, &program);
  if (!status.ok() || program.memoryBytes > m_memory.size() || program.nWindows != m_program.nWindows ||
      program.shape.headDim != m_program.shape.headDim) {
    m_known = false;  // the cache that it was planned for has been replaced by one of another type
    return {};
  }
  m_program = std::move(program);
  CUDA_RETURN_IF_ERROR(cudaMemcpyAsync(m_memory.as(m_program.opsAt), m_program.ops.data(),
                                       m_program.ops.size() * sizeof(MegaOp), cudaMemcpyHostToDevice, stream),
                       "copying the instructions of a step");
  // The copy reads memory that is not page-locked, which the next aim() replaces.
  CUDA_RETURN_IF_ERROR(cudaStreamSynchronize(stream), "copying the instructions of a step");
  m_aimed = true;
  return {};
}

cudaError_t MegaPath::launch(const StepView& step, uint32_t maxRows, cudaStream_t stream) const {
  MegaArgs args = m_program.args(m_memory.as());
  args.header = step.header;
  args.spans = step.spans;
  args.nOnTheirWay = kChunksOnTheirWay;
  return launchMega(m_program.shape, args, maxRows, m_nBlocks, stream);
}

}  // namespace kernels::cuda
