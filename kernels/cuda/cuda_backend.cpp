#include "kernels/cuda/cuda_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "kernels/check/input_check.h"
#include "kernels/check/program_check.h"
#include "kernels/cuda/cuda_error.h"
#include "kernels/cuda/ops/bandwidth.h"
#include "kernels/cuda/ops/linear_wide.h"
#include "kernels/cuda/ops/ops.h"
#include "kernels/dequantize.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kMaxSlots = 65536;
/// Steps of more rows than this are not captured: launching them op by op costs less than they take.
constexpr uint32_t kMostGraphRows = 256;
/// Graphs are made for contexts rounded up to a power of two from here on.
constexpr uint32_t kLeastContextBound = 512;

uint32_t graphRows(uint32_t rows) {
  if (rows <= 8) return std::bit_ceil(rows);
  return (rows + 7) / 8 * 8;
}

}  // namespace

uint64_t kvElements(const KvCacheDesc& desc) {
  return uint64_t{desc.nBlocks} * kKvBlockTokens * desc.nKvHeads * desc.headDim;
}

Status CudaBackend::create(const CudaOptions& options, const CudaDevice& device, std::unique_ptr<Backend>* out) {
  std::unique_ptr<CudaBackend> backend(new CudaBackend(options, device));
  KERNELS_RETURN_IF_ERROR(backend->open());
  *out = std::move(backend);
  return {};
}

Status CudaBackend::open() {
  KERNELS_RETURN_IF_ERROR(use());
  CUDA_RETURN_IF_ERROR(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "making a stream");
  for (cudaEvent_t& event : m_done) {
    CUDA_RETURN_IF_ERROR(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
  }
  KERNELS_RETURN_IF_ERROR(m_gemm.open());
  if (m_device.major == 9) {
    const uint64_t partials = linearWidePartialBytes(m_device.nMultiprocessors);
    const uint64_t counters = linearWideCounters(m_device.nMultiprocessors) * sizeof(uint32_t);
    KERNELS_RETURN_IF_ERROR(m_wideSpace.allocate(partials + counters, "scratch of linear ops"));
    CUDA_RETURN_IF_ERROR(cudaMemset(m_wideSpace.as(partials), 0, counters), "clearing counters");
  }
  KERNELS_RETURN_IF_ERROR(m_weights.open(m_options.device, m_device.memoryTotal, m_options.compute));
  m_mega = MegaPath::wanted() && !m_options.eager && !m_options.batchInvariant && m_device.major == 9;
  m_info.kind = "cuda";
  m_info.name = m_device.name;
  m_info.details =
      fmt::format("compute capability {}.{}, {} multiprocessors, CUDA {} driver, {}", m_device.major, m_device.minor,
                  m_device.nMultiprocessors, m_device.driver, dtypeName(m_options.compute));
  m_info.memoryTotal = m_device.memoryTotal;
  m_info.stepsInFlight = kStepsInFlight;
  m_info.fillBytes = UploadRing::kPieceBytes;
  m_info.pinnedWhileLoading = UploadRing::kMemory;
  return {};
}

CudaBackend::~CudaBackend() {
  static_cast<void>(use());
  static_cast<void>(cudaDeviceSynchronize());
  dropGraphs();
  for (const ClockEvents& events : m_clockEvents) {
    if (events.begin != nullptr) static_cast<void>(cudaEventDestroy(events.begin));
    if (events.end != nullptr) static_cast<void>(cudaEventDestroy(events.end));
  }
  for (cudaEvent_t event : m_opEvents) static_cast<void>(cudaEventDestroy(event));
  for (cudaEvent_t event : m_done) {
    if (event != nullptr) static_cast<void>(cudaEventDestroy(event));
  }
  if (m_stream != nullptr) static_cast<void>(cudaStreamDestroy(m_stream));
}

/// Calls come from several threads of the program's life; CUDA keeps the device by thread.
Status CudaBackend::use() {
  if (!m_lost.ok()) return m_lost;
  return kept(toStatus(cudaSetDevice(m_options.device), "opening the GPU"));
}

Status CudaBackend::kept(Status status) {
  if (status.code() == StatusCode::DeviceLost) m_lost = status;
  return status;
}

MemoryInfo CudaBackend::memory() const {
  MemoryInfo out;
  size_t free = 0, total = 0;
  if (m_lost.ok() && cudaSetDevice(m_options.device) == cudaSuccess && cudaMemGetInfo(&free, &total) == cudaSuccess) {
    out.total = total;
    out.free = free;
  } else {
    out.total = m_device.memoryTotal;
  }
  out.usedByUs = m_weights.bytes() + m_cache.size() + m_arena.size() + m_counters.size() + m_inputs.bytes() +
                 m_sampler.bytes() + m_gemm.bytes() + m_wideSpace.size();
  for (const auto& compiled : m_programs) out.usedByUs += compiled->mega.bytes();
  return out;
}

uint64_t CudaBackend::programBytes(const Program& program) const {
  if (!checkProgram(program, m_weights).ok()) return 0;
  const CompiledProgram compiled =
      planProgram(program, m_weights, m_weights.compute(), m_cacheDesc.dtype, m_device.nMultiprocessors);
  const uint64_t megaBytes = m_mega ? MegaPath::bytesFor(compiled, megaPlaces(compiled)) : 0;
  return compiled.arenaBytes + compiled.attentionCounters * sizeof(uint32_t) + megaBytes +
         Sampler::bytesFor(compiled.nVocab, program.maxLogitRows) +
         StepBuffers::bytesFor(program.maxTokens, program.maxLogitRows, 0);
}

Status CudaBackend::createWeight(const WeightDesc& desc, WeightId* id) {
  KERNELS_RETURN_IF_ERROR(use());
  return m_weights.create(desc, id);
}

// Rows come from several threads: a loss among them is kept by finishWeights().
Status CudaBackend::writeWeightRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) {
  if (!m_lost.ok()) return m_lost;
  m_weightsFlushed = false;
  return m_weights.writeRows(id, firstRow, data);
}

Status CudaBackend::fillWeightRows(WeightId id, uint64_t firstRow, uint64_t bytes, const RowFill& fill) {
  if (!m_lost.ok()) return m_lost;
  m_weightsFlushed = false;
  return m_weights.fillRows(id, firstRow, bytes, fill);
}

Status CudaBackend::makeUpWeight(WeightId id, uint64_t seed) {
  KERNELS_RETURN_IF_ERROR(use());
  return kept(m_weights.makeUp(id, seed, m_stream));
}

Status CudaBackend::finishWeights() {
  KERNELS_RETURN_IF_ERROR(use());
  KERNELS_RETURN_IF_ERROR(kept(m_weights.flush()));
  m_weightsFlushed = true;
  return kept(toStatus(cudaStreamSynchronize(m_stream), "loading"));
}

Status CudaBackend::createKvCache(const KvCacheDesc& desc) {
  KERNELS_RETURN_IF_ERROR(use());
  if (!m_inFlight.empty()) return {StatusCode::InvalidArgument, "a step is in flight"};
  dropGraphs();
  for (const auto& compiled : m_programs) {
    compiled->checked = false;
    compiled->mega.forget();
  }
  m_cacheDesc = desc;
  return kept(m_cache.allocate(uint64_t{desc.nBlocks} * kvBlockBytes(desc), "the KV cache"));
}

KvView CudaBackend::cacheOf(uint32_t layer) const {
  const uint64_t bytes = kvElements(m_cacheDesc) * dtypeBytes(m_cacheDesc.dtype);
  KvView out;
  out.keys = m_cache.as(uint64_t{layer} * 2 * bytes);
  out.values = m_cache.as((uint64_t{layer} * 2 + 1) * bytes);
  out.type = m_cacheDesc.dtype;
  out.nKvHeads = m_cacheDesc.nKvHeads;
  out.headDim = m_cacheDesc.headDim;
  return out;
}

Status CudaBackend::createSlots(uint32_t n) {
  KERNELS_RETURN_IF_ERROR(use());
  if (!m_inFlight.empty()) return {StatusCode::InvalidArgument, "a step is in flight"};
  if (n > kMaxSlots) return {StatusCode::InvalidArgument, fmt::format("{} slots, at most {}", n, kMaxSlots)};
  m_slotSeen.assign(n, 0);
  return kept(m_sampler.createSlots(n));
}

Status CudaBackend::writeSlot(uint32_t slot, const SlotSampling& state) {
  KERNELS_RETURN_IF_ERROR(use());
  if (slot >= m_slotSeen.size()) {
    return {StatusCode::InvalidArgument, fmt::format("slot {}, there are {}", slot, m_slotSeen.size())};
  }
  return kept(m_sampler.writeSlot(slot, state, m_stream));
}

Status CudaBackend::compile(const Program& program, ProgramId* id) {
  KERNELS_RETURN_IF_ERROR(use());
  if (!m_inFlight.empty()) return {StatusCode::InvalidArgument, "a step is in flight"};
  KERNELS_RETURN_IF_ERROR(checkProgram(program, m_weights));
  for (const Op& op : program.ops) {
    const auto* linear = std::get_if<LinearOp>(&op);
    if (linear != nullptr && linear->parts.size() > kMaxLinearParts) {
      return {StatusCode::Unsupported,
              fmt::format("{} products share an input, at most {}", linear->parts.size(), kMaxLinearParts)};
    }
  }
  auto compiled = std::make_unique<Compiled>();
  compiled->program =
      planProgram(program, m_weights, m_weights.compute(), m_cacheDesc.dtype, m_device.nMultiprocessors);
  if (compiled->program.nVocab > 0) {
    KERNELS_RETURN_IF_ERROR(m_sampler.prepare(compiled->program.nVocab, program.maxLogitRows));
  }
  KERNELS_RETURN_IF_ERROR(m_inputs.reserve(program.maxTokens, program.maxLogitRows, program.maxTokens));
  if (m_arena.size() < compiled->program.arenaBytes) {
    m_hasLast = false;
    KERNELS_RETURN_IF_ERROR(m_arena.allocate(compiled->program.arenaBytes, "buffers of a step"));
  }
  if (const uint64_t bytes = compiled->program.attentionCounters * sizeof(uint32_t); m_counters.size() < bytes) {
    dropGraphs();
    KERNELS_RETURN_IF_ERROR(m_counters.allocate(bytes, "counters of a step"));
    CUDA_RETURN_IF_ERROR(cudaMemset(m_counters.as(), 0, bytes), "clearing counters");
  }
  if (m_mega) KERNELS_RETURN_IF_ERROR(compiled->mega.plan(compiled->program, megaPlaces(compiled->program)));
  m_programs.push_back(std::move(compiled));
  *id = static_cast<ProgramId>(m_programs.size() - 1);
  return {};
}

Status CudaBackend::checkStep(ProgramId id, const StepInputs& inputs) {
  if (m_inFlight.size() >= kStepsInFlight) {
    return {StatusCode::InvalidArgument,
            fmt::format("{} steps are in flight: wait for the oldest first", m_inFlight.size())};
  }
  if (id >= m_programs.size()) {
    return {StatusCode::InvalidArgument, fmt::format("program {}, there are {}", id, m_programs.size())};
  }
  Compiled& compiled = *m_programs[id];
  const Program& program = compiled.program.program;
  if (!compiled.checked) {
    KERNELS_RETURN_IF_ERROR(checkProgramCache(program, m_cacheDesc));
    KERNELS_RETURN_IF_ERROR(checkWeightsWritten(program, m_weights));
    compiled.checked = true;
  }
  if (!m_weightsFlushed) KERNELS_RETURN_IF_ERROR(finishWeights());
  const uint64_t nEmbeddings = compiled.program.nEmbeddings > 0 ? compiled.program.nEmbeddings : ~uint64_t{0};
  const InputLimits limits{program.maxTokens, program.maxLogitRows, nEmbeddings, m_cacheDesc.nBlocks};
  return checkInputs(
      inputs, limits, [](uint32_t) { return 0; }, m_slotSeen);
}

CudaBackend::StepShape CudaBackend::shapeOf(const Compiled& compiled, const StepInputs& inputs) const {
  const Program& program = compiled.program.program;
  StepShape out;
  out.nTokens = static_cast<uint32_t>(inputs.tokens.size());
  out.nSequences = static_cast<uint32_t>(inputs.sequences.size());
  out.nLogitRows = static_cast<uint32_t>(inputs.logitRows.size());
  out.decodeOnly = inputs.sequences.size() == inputs.tokens.size();
  out.chunksOnly = true;
  for (const SequenceSpan& span : inputs.sequences) {
    out.chunksOnly = out.chunksOnly && span.nTokens > 1;
    out.contextBound = std::max(out.contextBound, span.contextLength + span.nTokens);
  }
  const bool alike = out.decodeOnly && out.nLogitRows == out.nTokens && !m_options.eager && !m_profiling;
  if (alike && compiled.mega.ready() && MegaPath::takes(inputs)) {
    // Two launches: nothing that a graph would make shorter.
    out.mega = true;
    return out;
  }
  const uint32_t rows = graphRows(out.nTokens);
  const bool fits = rows <= std::min({program.maxTokens, program.maxLogitRows, kMostGraphRows});
  if (alike && fits) {
    out.captured = true;
    out.nTokens = out.nSequences = out.nLogitRows = rows;
    out.contextBound = std::bit_ceil(std::max(out.contextBound, kLeastContextBound));
  }
  return out;
}

void CudaBackend::dropGraphs() {
  for (const auto& [key, graph] : m_graphs) static_cast<void>(cudaGraphExecDestroy(graph));
  m_graphs.clear();
}

Status CudaBackend::capture(ProgramId id, const StepShape& shape, cudaGraphExec_t* out) {
  const Compiled& compiled = *m_programs[id];
  // Once uncaptured, so that whatever a library sets up at its first call is not part of the graph.
  KERNELS_RETURN_IF_ERROR(runOps(compiled, shape));
  CUDA_RETURN_IF_ERROR(cudaStreamBeginCapture(m_stream, cudaStreamCaptureModeThreadLocal), "capturing a step");
  const Status status = runOps(compiled, shape);
  cudaGraph_t graph = nullptr;
  const cudaError_t ended = cudaStreamEndCapture(m_stream, &graph);
  if (!status.ok()) {
    if (graph != nullptr) static_cast<void>(cudaGraphDestroy(graph));
    return status;
  }
  CUDA_RETURN_IF_ERROR(ended, "capturing a step");
  const cudaError_t made = cudaGraphInstantiate(out, graph, 0);
  static_cast<void>(cudaGraphDestroy(graph));
  CUDA_RETURN_IF_ERROR(made, "making a graph of a step");
  return {};
}

MegaPlaces CudaBackend::megaPlaces(const CompiledProgram& compiled) const {
  MegaPlaces out;
  out.weights = &m_weights;
  out.compute = m_weights.compute();
  out.cacheType = m_cacheDesc.dtype;
  out.nBlocks = out.nMultiprocessors = m_device.nMultiprocessors;
  out.weight = [this](WeightId id) { return m_weights.data(id); };
  out.buffer = [this, &compiled](BufferId id) -> void* { return m_arena.as(compiled.buffers[id].offset); };
  out.cache = [this](uint32_t layer) { return cacheOf(layer); };
  out.step = m_inputs.view(m_sampler.lastTokens());
  return out;
}

Status CudaBackend::noteAddresses(Compiled& compiled) {
  const auto addresses =
      std::make_tuple(m_inputs.generation(), m_sampler.generation(), static_cast<const void*>(m_arena.as()),
                      static_cast<const void*>(m_cache.as()));
  if (addresses != m_graphsFor) {
    dropGraphs();
    m_graphsFor = addresses;
    for (const auto& each : m_programs) each->mega.forget();
  }
  return compiled.mega.aim(compiled.program, megaPlaces(compiled.program), m_stream);
}

Status CudaBackend::launch(ProgramId id, const StepShape& shape) {
  if (!shape.captured) return runOps(*m_programs[id], shape);
  const GraphKey key{id, shape.nTokens, shape.contextBound};
  auto found = m_graphs.find(key);
  if (found == m_graphs.end()) {
    // The run before the capture has done this very step: nothing is left to launch, and running it again would draw
    // its samples twice.
    cudaGraphExec_t graph = nullptr;
    KERNELS_RETURN_IF_ERROR(capture(id, shape, &graph));
    m_graphs.emplace(key, graph);
    return {};
  }
  CUDA_RETURN_IF_ERROR(cudaGraphLaunch(found->second, m_stream), "launching a step");
  return {};
}

Status CudaBackend::enqueue(ProgramId id, const StepInputs& inputs) {
  KERNELS_RETURN_IF_ERROR(use());
  KERNELS_RETURN_IF_ERROR(checkStep(id, inputs));
  Compiled& compiled = *m_programs[id];
  const Program& program = compiled.program.program;
  if (inputs.blockTable.size() > m_inputs.tableRoom()) {
    // The step under way reads the arrays that are about to move.
    CUDA_RETURN_IF_ERROR(cudaStreamSynchronize(m_stream), "making room for a step");
    KERNELS_RETURN_IF_ERROR(m_inputs.reserve(program.maxTokens, program.maxLogitRows,
                                             std::bit_ceil(static_cast<uint64_t>(inputs.blockTable.size()))));
  }
  const uint32_t parity = m_nextParity;
  KERNELS_RETURN_IF_ERROR(kept(m_inputs.upload(inputs, parity, m_stream)));
  const auto nRows = static_cast<uint32_t>(inputs.logitRows.size());
  if (m_profiling) {
    m_profiled = &compiled;
    m_profiledContext = 0;
    for (const SequenceSpan& span : inputs.sequences) m_profiledContext += span.contextLength + span.nTokens;
  }
  KERNELS_RETURN_IF_ERROR(kept(noteAddresses(compiled)));
  const uint32_t clock = m_clocking ? m_nextClock++ % kClocks : kNoClock;
  if (m_clocking) CUDA_RETURN_IF_ERROR(cudaEventRecord(m_clockEvents[clock].begin, m_stream), "timing a step");
  KERNELS_RETURN_IF_ERROR(kept(launch(id, shapeOf(compiled, inputs))));
  if (m_clocking) CUDA_RETURN_IF_ERROR(cudaEventRecord(m_clockEvents[clock].end, m_stream), "timing a step");
  if (compiled.program.nVocab > 0 && nRows > 0) {
    KERNELS_RETURN_IF_ERROR(kept(toStatus(m_sampler.copyResults(nRows, parity, m_stream), "fetching samples")));
  }
  KERNELS_RETURN_IF_ERROR(kept(toStatus(cudaEventRecord(m_done[parity], m_stream), "ending a step")));
  m_inFlight.push_back({id, static_cast<uint32_t>(inputs.tokens.size()), nRows, parity, clock});
  m_nextParity = (parity + 1) % kStepsInFlight;
  return {};
}

Status CudaBackend::wait(std::vector<SampledRow>* rows) {
  KERNELS_RETURN_IF_ERROR(use());
  if (m_inFlight.empty()) return {StatusCode::InvalidArgument, "no step is in flight"};
  m_last = m_inFlight.front();
  m_inFlight.pop_front();
  m_hasLast = true;
  KERNELS_RETURN_IF_ERROR(kept(toStatus(cudaEventSynchronize(m_done[m_last.parity]), "a step")));
  readClock(m_last);
  const CompiledProgram& compiled = m_programs[m_last.program]->program;
  if (compiled.nVocab > 0 && m_last.nLogitRows > 0) return m_sampler.collect(m_last.nLogitRows, m_last.parity, rows);
  rows->assign(m_last.nLogitRows, {});
  return {};
}

Status CudaBackend::readBuffer(ProgramId id, BufferId buffer, uint32_t nRows, std::span<float> out) {
  KERNELS_RETURN_IF_ERROR(use());
  if (id >= m_programs.size() || !m_hasLast || m_last.program != id || !m_inFlight.empty()) {
    return {StatusCode::InvalidArgument, fmt::format("program {} was not the last step, or it is still in flight", id)};
  }
  const CompiledProgram& compiled = m_programs[id]->program;
  const Program& program = compiled.program;
  const bool known = buffer < program.buffers.size();
  const uint32_t have = known && program.buffers[buffer].rows == Rows::Logit ? m_last.nLogitRows : m_last.nTokens;
  if (!known || nRows > have) {
    return {StatusCode::InvalidArgument,
            fmt::format("{} rows of buffer {} of {}: the step had {}", nRows, buffer, program.buffers.size(), have)};
  }
  const uint64_t count = uint64_t{nRows} * program.buffers[buffer].cols;
  if (out.size() < count) {
    return {StatusCode::InvalidArgument, fmt::format("{} floats do not fit {}", count, out.size())};
  }
  const DType type = compiled.buffers[buffer].type;
  std::vector<std::byte> raw(count * dtypeBytes(type));
  CUDA_RETURN_IF_ERROR(cudaMemcpyAsync(raw.data(), m_arena.as(compiled.buffers[buffer].offset), raw.size(),
                                       cudaMemcpyDeviceToHost, m_stream),
                       "reading a buffer");
  CUDA_RETURN_IF_ERROR(cudaStreamSynchronize(m_stream), "reading a buffer");
  const WeightFormat format = type == DType::F32   ? WeightFormat::F32
                              : type == DType::F16 ? WeightFormat::F16
                                                   : WeightFormat::BF16;
  dequantize(format, raw.data(), count, out.data());
  return {};
}

void CudaBackend::setStepClock(bool on) {
  m_clocking = false;
  m_clockBefore = kNoClock;
  if (!on || !use().ok()) return;
  for (ClockEvents& events : m_clockEvents) {
    for (cudaEvent_t* event : {&events.begin, &events.end}) {
      if (*event == nullptr && cudaEventCreate(event) != cudaSuccess) return;
    }
  }
  m_clocking = true;
}

void CudaBackend::readClock(const InFlight& step) {
  m_lastTime = {};
  const uint32_t before = std::exchange(m_clockBefore, step.clock);
  if (step.clock == kNoClock) return;
  const ClockEvents& events = m_clockEvents[step.clock];
  float milliseconds = 0.0f;
  if (cudaEventElapsedTime(&milliseconds, events.begin, events.end) != cudaSuccess) return;
  m_lastTime.busySeconds = 1e-3 * static_cast<double>(milliseconds);
  if (before == kNoClock) return;
  if (cudaEventElapsedTime(&milliseconds, m_clockEvents[before].end, events.begin) != cudaSuccess) return;
  m_lastTime.gapSeconds = 1e-3 * static_cast<double>(milliseconds);
}

std::vector<OpProfile> CudaBackend::lastProfile() const {
  std::vector<OpProfile> out;
  if (m_profiled == nullptr) return out;
  const CompiledProgram& program = m_profiled->program;
  for (size_t i = 0; i < program.ops.size() && i + 1 < m_opEvents.size(); ++i) {
    float milliseconds = 0.0f;
    if (cudaEventElapsedTime(&milliseconds, m_opEvents[i], m_opEvents[i + 1]) != cudaSuccess) return {};
    out.push_back({program.ops[i].name, 1e3 * static_cast<double>(milliseconds),
                   program.ops[i].weightBytes + program.ops[i].kvBytesPerToken * m_profiledContext});
  }
  return out;
}

double CudaBackend::measureReadBandwidth(uint64_t bytes) {
  if (!use().ok() || !m_inFlight.empty()) return 0.0;
  return cuda::measureReadBandwidth(bytes, m_device.nMultiprocessors, m_stream);
}

double CudaBackend::measureCopyBandwidth(uint64_t bytes) {
  if (!use().ok() || !m_inFlight.empty()) return 0.0;
  return cuda::measureCopyBandwidth(bytes, m_stream);
}

double CudaBackend::measureUploadBandwidth(uint64_t bytes) {
  if (!use().ok() || !m_inFlight.empty()) return 0.0;
  return cuda::measureUploadBandwidth(bytes, m_stream);
}

double CudaBackend::measureProductRate(uint32_t nRows, uint32_t nIn, uint32_t nOut, double heldSeconds) {
  if (!use().ok() || !m_inFlight.empty()) return 0.0;
  return m_gemm.measureRate(nRows, nIn, nOut, m_weights.compute(), heldSeconds, m_stream);
}

}  // namespace kernels::cuda
