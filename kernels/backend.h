// The one interface between the engine and a device. A backend owns weights, the KV cache, slots and compiled programs;
// it allocates when told to (create*, compile), never while a step runs. Calls come from one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/dtype.h"
#include "kernels/program.h"
#include "kernels/sampling.h"
#include "kernels/status.h"

namespace kernels {

struct DeviceInfo {
  std::string kind;            ///< "cpu" or "cuda"
  std::string name;            ///< "AMD EPYC 7B13", "NVIDIA H100 80GB HBM3"
  std::string details;         ///< instruction set in use, driver: one line for people
  uint32_t nThreads = 0;       ///< CPU worker threads
  uint64_t memoryTotal = 0;    ///< bytes of the memory that weights live in
  uint32_t stepsInFlight = 1;  ///< steps that may be enqueued before the oldest is waited for
  /// Most stored bytes of one Backend::fillWeightRows(); 0 where rows come through writeWeightRows() alone.
  uint64_t fillBytes = 0;
  uint64_t pinnedWhileLoading = 0;  ///< page-locked host memory that loading takes at most
};

struct MemoryInfo {
  uint64_t total = 0, free = 0;  ///< bytes, as the system says now
  uint64_t usedByUs = 0;         ///< bytes that this backend holds
};

enum class WeightUse : uint8_t {
  Matrix,              ///< factor of a LinearOp
  Embedding,           ///< table of an EmbedOp
  EmbeddingAndMatrix,  ///< tied head: one copy serves both
  Vector,              ///< norm, bias, inv_freq, slopes: cols = 1 row; kept as float32
};

/// A weight as it comes from the file. Rows are what a tensor-parallel rank may own a range of.
struct WeightDesc {
  std::string name;  ///< for messages
  WeightFormat format = WeightFormat::F32;
  uint64_t rows = 1, cols = 0;
  WeightUse use = WeightUse::Matrix;
};

/// Room that a RowFill has beyond the bytes of its rows, so that a reader may fetch whole pages of a file.
inline constexpr uint64_t kFillSlack = 8192;
/// Puts stored rows anywhere into `room` (aligned to a page, kFillSlack larger than the rows) and says where they
/// begin. What it returns on failure ends the write.
using RowFill = std::function<Status(std::span<std::byte> room, uint64_t* begin)>;

struct KvCacheDesc {
  uint32_t nLayers = 0, nKvHeads = 0, headDim = 0;
  uint32_t nBlocks = 0;
  DType dtype = DType::F16;
};
/// Tokens in one block of the cache.
inline constexpr uint32_t kKvBlockTokens = 16;
/// Bytes of one block over all layers, k and v.
uint64_t kvBlockBytes(const KvCacheDesc& desc);

/// Time and traffic of one op of the last profiled step.
struct OpProfile {
  std::string name;
  double microseconds = 0;
  uint64_t bytes = 0;  ///< weight and cache bytes that the op has to read
};

/// A step by the device's own clock.
struct StepTime {
  double busySeconds = 0;  ///< from its first op's start to its last op's end
  double gapSeconds = -1;  ///< since the end of the step before; negative: there was none to measure from
};

class Backend {
 public:
  using ProgramId = uint32_t;

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  virtual const DeviceInfo& device() const = 0;
  virtual MemoryInfo memory() const = 0;

  /// Bytes that a weight takes once loaded (after repacking): what the memory plan counts.
  virtual uint64_t weightBytes(const WeightDesc& desc) const = 0;
  /// Bytes of buffers and scratch that compile() takes for this program.
  virtual uint64_t programBytes(const Program& program) const = 0;

  /// Reserves a weight. Rows then arrive through writeWeightRows in any order; it is usable after all have.
  virtual Status createWeight(const WeightDesc& desc, WeightId* id) = 0;
  /// Takes whole stored rows [firstRow, firstRow + n) in the file's layout, n = data.size() / row bytes; repacks at
  /// once. Unaligned data is fine. May be called from several threads for different rows.
  virtual Status writeWeightRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) = 0;
  /// The same where `fill` reads the `bytes` (at most DeviceInfo::fillBytes) straight into the memory that they leave
  /// for the device from. From several threads at once.
  virtual Status fillWeightRows(WeightId /*id*/, uint64_t /*firstRow*/, uint64_t /*bytes*/, const RowFill& /*fill*/) {
    return {StatusCode::Unsupported, "this device takes rows from ordinary memory"};
  }
  /// Fills a whole matrix of a plain float format with the numbers of kernels/made_up.h, where the device does that
  /// itself; Unsupported where rows have to be written.
  virtual Status makeUpWeight(WeightId /*id*/, uint64_t /*seed*/) {
    return {StatusCode::Unsupported, "this device takes made-up weights as rows"};
  }
  /// All rows have been written: waits until they are on the device, and frees what loading alone needed.
  virtual Status finishWeights() { return {}; }

  /// One cache per backend; replaces an earlier one.
  virtual Status createKvCache(const KvCacheDesc& desc) = 0;

  /// Slots [0, n) of sampling state.
  virtual Status createSlots(uint32_t n) = 0;
  virtual Status writeSlot(uint32_t slot, const SlotSampling& state) = 0;

  /// Checks every op's shapes and formats and allocates buffers; programs of one backend share them.
  virtual Status compile(const Program& program, ProgramId* id) = 0;

  /// Starts one step; may return before it is done. At most DeviceInfo::stepsInFlight are under way.
  virtual Status enqueue(ProgramId id, const StepInputs& inputs) = 0;
  /// Blocks until the oldest step in flight is done. rows has one entry per logit row.
  virtual Status wait(std::vector<SampledRow>* rows) = 0;
  /// Copies the first nRows rows of an F32 buffer of the last step, e.g. logits. After wait().
  virtual Status readBuffer(ProgramId id, BufferId buffer, uint32_t nRows, std::span<float> out) = 0;

  /// While on, each step records a profile by op.
  virtual void setProfiling(bool on) = 0;
  virtual std::vector<OpProfile> lastProfile() const = 0;
  /// While on, every step is timed as a whole, which changes nothing else about it. With no step in flight.
  virtual void setStepClock(bool /*on*/) {}
  /// The step waited for last; zeros where the device has no clock of its own.
  virtual StepTime lastStepTime() const { return {}; }
  /// Measured read bandwidth of the memory that weights stream from, bytes a second, over `bytes` of data for a short
  /// time.
  virtual double measureReadBandwidth(uint64_t bytes) = 0;
  /// The same of copying within that memory, bytes read and bytes written together; 0 where it is not measured.
  virtual double measureCopyBandwidth(uint64_t /*bytes*/) { return 0; }
  /// The same of filling it from page-locked host memory, the limit of loading; 0 where weights live in host memory.
  virtual double measureUploadBandwidth(uint64_t /*bytes*/) { return 0; }
  /// Multiplications and additions a second of the best product that the device's own library has for [nRows, nIn] by
  /// [nIn, nOut] in the compute type, the best of a few short passes, or, with `heldSeconds`, the mean of so long a
  /// stretch: a device that heats up slows down. 0 where there is no such library.
  virtual double measureProductRate(uint32_t /*nRows*/, uint32_t /*nIn*/, uint32_t /*nOut*/, double /*heldSeconds*/) {
    return 0;
  }
};

struct CpuOptions {
  uint32_t nThreads = 0;  ///< 0 = every core that this process may run on
};
/// The CPU backend. Fails only when threads or memory cannot be had.
Status createCpuBackend(const CpuOptions& options, std::unique_ptr<Backend>* out);

}  // namespace kernels
