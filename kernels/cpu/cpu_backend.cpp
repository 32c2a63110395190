#include "kernels/cpu/cpu_backend.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <new>
#include <stdexcept>
#include <system_error>

#include "kernels/check/input_check.h"
#include "kernels/check/program_check.h"
#include "kernels/cpu/system_info.h"
#include "kernels/cpu/vector_ops.h"

namespace kernels::cpu {
namespace {

// Every sampling thread has scratch for a whole vocabulary; more of them than this serve nobody.
constexpr uint32_t kMaxSamplers = 8;
constexpr uint32_t kMaxThreads = 1024;
constexpr uint32_t kMaxSlots = 65536;
constexpr size_t kMaxTop = 64;

// Runs `body`, which may throw what the standard containers throw.
template <class Body>
Status guarded(const char* what, Body body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return {StatusCode::OutOfMemory, fmt::format("{}: no memory, {} bytes are free", what, systemMemory().free)};
  } catch (const std::length_error&) {
    return {StatusCode::OutOfMemory, fmt::format("{}: too large", what)};
  }
}

int64_t nowNanoseconds() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

CpuBackend::CpuBackend(const CpuOptions& options) {
  const uint32_t nThreads = options.nThreads != 0 ? std::min(options.nThreads, kMaxThreads) : usableCores();
  m_device.kind = "cpu";
  m_device.name = processorName();
  m_device.details = fmt::format("{}, {} threads", instructionSet(), nThreads);
  m_device.nThreads = nThreads;
  m_device.memoryTotal = systemMemory().total;
  m_work = [this](Team team) { runOps(team); };
  m_pool = std::make_unique<ThreadPool>(nThreads);
}

MemoryInfo CpuBackend::memory() const {
  const SystemMemory system = systemMemory();
  uint64_t used = m_weights.bytes() + m_cache.bytes() + m_arena.size();
  used += m_samplers.size() * RowSampler::bytes(m_samplerVocab);
  return {system.total, system.free, used};
}

uint32_t CpuBackend::nSamplers(const CompiledProgram& program) const {
  if (program.nVocab == 0) return 0;
  return std::min({m_device.nThreads, std::max(1u, program.program.maxLogitRows), kMaxSamplers});
}

uint64_t CpuBackend::samplerBytes(const CompiledProgram& program) const {
  return nSamplers(program) * RowSampler::bytes(program.nVocab);
}

uint64_t CpuBackend::programBytes(const Program& program) const {
  uint64_t bytes = 0;
  const Status status = guarded("planning a program", [&]() -> Status {
    KERNELS_RETURN_IF_ERROR(checkProgram(program, m_weights));
    const CompiledProgram compiled = planProgram(program, m_weights, m_device.nThreads);
    bytes = compiled.arenaBytes + samplerBytes(compiled);
    return {};
  });
  return status.ok() ? bytes : 0;
}

Status CpuBackend::createWeight(const WeightDesc& desc, WeightId* id) {
  return guarded("creating a weight", [&] { return m_weights.create(desc, id); });
}

Status CpuBackend::writeWeightRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data) {
  return guarded("loading a weight", [&] { return m_weights.writeRows(id, firstRow, data); });
}

Status CpuBackend::createKvCache(const KvCacheDesc& desc) {
  if (m_inFlight) return {StatusCode::InvalidArgument, "a step is in flight"};
  for (const auto& compiled : m_programs) compiled->checked = false;
  return m_cache.create(desc);
}

Status CpuBackend::createSlots(uint32_t n) {
  if (m_inFlight) return {StatusCode::InvalidArgument, "a step is in flight"};
  if (n > kMaxSlots) return {StatusCode::InvalidArgument, fmt::format("{} slots, at most {}", n, kMaxSlots)};
  return guarded("creating slots", [&]() -> Status {
    m_slots = std::vector<SamplingSlot>(n);
    m_slotSeen.assign(n, 0);
    return {};
  });
}

Status CpuBackend::writeSlot(uint32_t slot, const SlotSampling& state) {
  if (m_inFlight) return {StatusCode::InvalidArgument, "a step is in flight"};
  if (slot >= m_slots.size())
    return {StatusCode::InvalidArgument, fmt::format("slot {}, there are {}", slot, m_slots.size())};
  if (state.topLogprobs > static_cast<int32_t>(kMaxTop))
    return {StatusCode::InvalidArgument, fmt::format("{} alternatives, at most {}", state.topLogprobs, kMaxTop)};
  return guarded("writing a slot", [&]() -> Status {
    m_slots[slot].write(state);
    return {};
  });
}

// Buffers, scratch and sampling memory for this program, unless an earlier one needed as much.
Status CpuBackend::makeRoom(const CompiledProgram& program) {
  m_plan.reserve(program);
  m_opEnds.reserve(program.program.ops.size() + 1);
  if (m_sampled.size() < program.program.maxLogitRows) {
    m_sampled.resize(program.program.maxLogitRows);
    for (SampledRow& row : m_sampled) row.top.reserve(kMaxTop);
  }
  const uint32_t count = std::max(nSamplers(program), static_cast<uint32_t>(m_samplers.size()));
  if (count > m_samplers.size() || program.nVocab > m_samplerVocab) {
    m_samplerVocab = std::max(m_samplerVocab, program.nVocab);
    m_samplers.clear();
    for (uint32_t i = 0; i < count; ++i) m_samplers.emplace_back(m_samplerVocab);
  }
  if (m_arena.size() >= program.arenaBytes) return {};
  m_last = nullptr;
  return m_arena.allocate(program.arenaBytes, "buffers of a step");
}

Status CpuBackend::compile(const Program& program, ProgramId* id) {
  if (m_inFlight) return {StatusCode::InvalidArgument, "a step is in flight"};
  return guarded("compiling a program", [&]() -> Status {
    KERNELS_RETURN_IF_ERROR(checkProgram(program, m_weights));
    auto compiled = std::make_unique<Compiled>();
    compiled->program = planProgram(program, m_weights, m_device.nThreads);
    compiled->nEmbeddings = static_cast<uint64_t>(std::numeric_limits<int32_t>::max());
    for (const Op& op : program.ops)
      if (const auto* embed = std::get_if<EmbedOp>(&op))
        compiled->nEmbeddings = std::min(compiled->nEmbeddings, m_weights.find(embed->table)->rows);
    KERNELS_RETURN_IF_ERROR(makeRoom(compiled->program));
    m_programs.push_back(std::move(compiled));
    *id = static_cast<ProgramId>(m_programs.size() - 1);
    return {};
  });
}

Status CpuBackend::checkStep(ProgramId id, const StepInputs& inputs) {
  if (m_inFlight) return {StatusCode::InvalidArgument, "a step is in flight: wait for it first"};
  if (id >= m_programs.size())
    return {StatusCode::InvalidArgument, fmt::format("program {}, there are {}", id, m_programs.size())};
  Compiled& compiled = *m_programs[id];
  const Program& program = compiled.program.program;
  if (!compiled.checked) {
    KERNELS_RETURN_IF_ERROR(checkProgramCache(program, m_cache.desc()));
    KERNELS_RETURN_IF_ERROR(checkWeightsWritten(program, m_weights));
    if (m_arena.size() < compiled.program.arenaBytes)
      return {StatusCode::OutOfMemory, fmt::format("the buffers of program {} are gone", id)};
    compiled.checked = true;
  }
  const InputLimits limits{program.maxTokens, program.maxLogitRows, compiled.nEmbeddings, m_cache.desc().nBlocks};
  return checkInputs(
      inputs, limits, [this](uint32_t slot) { return m_slots[slot].lastToken(); }, m_slotSeen);
}

Status CpuBackend::enqueue(ProgramId id, const StepInputs& inputs) {
  KERNELS_RETURN_IF_ERROR(checkStep(id, inputs));
  const Compiled& compiled = *m_programs[id];
  m_plan.fill(compiled.program, inputs);
  m_step.compiled = &compiled.program;
  m_step.inputs = inputs;
  m_step.plan = &m_plan;
  m_step.arena = m_arena.data();
  m_step.cache = &m_cache;
  m_step.slots = m_slots;
  m_step.samplers = m_samplers;
  m_step.sampled = m_sampled;
  m_step.pool = m_pool.get();
  if (m_profiling) {
    m_profiled = &compiled;
    m_profiledContext = 0;
    for (const SequenceSpan& span : inputs.sequences) m_profiledContext += span.contextLength + span.nTokens;
    m_opEnds.clear();
    m_opEnds.push_back(nowNanoseconds());
  }
  m_pool->run(m_work);
  m_last = &compiled;
  m_inFlight = true;
  return {};
}

void CpuBackend::runOps(Team team) {
  const size_t nOps = m_step.compiled->program.ops.size();
  runRopeTables(m_step, team);
  // The barrier after the first op, usually the embedding, publishes the tables.
  if (nOps > 0 && std::holds_alternative<RopeAppendOp>(m_step.compiled->program.ops[0])) m_pool->barrier();
  for (size_t i = 0; i < nOps; ++i) {
    runOp(i, team);
    if (i + 1 < nOps || m_profiling) m_pool->barrier();
    if (m_profiling && team.index == 0) m_opEnds.push_back(nowNanoseconds());
  }
}

void CpuBackend::runOp(size_t index, Team team) {
  const Op& op = m_step.compiled->program.ops[index];
  const OpPlan& plan = m_step.compiled->plans[index];
  if (const auto* linear = std::get_if<LinearOp>(&op)) return runLinear(m_step, *linear, plan, index, team);
  if (const auto* attention = std::get_if<AttentionOp>(&op)) return runAttention(m_step, *attention, plan, index, team);
  if (const auto* rope = std::get_if<RopeAppendOp>(&op)) return runRopeAppend(m_step, *rope, plan, team);
  if (const auto* embed = std::get_if<EmbedOp>(&op)) return runEmbed(m_step, *embed, plan, team);
  if (const auto* gather = std::get_if<GatherOp>(&op)) return runGather(m_step, *gather, team);
  if (const auto* sample = std::get_if<SampleOp>(&op)) return runSample(m_step, *sample, index, team);
}

Status CpuBackend::wait(std::vector<SampledRow>* rows) {
  if (!m_inFlight) return {StatusCode::InvalidArgument, "no step is in flight"};
  m_inFlight = false;
  const size_t nRows = m_step.inputs.logitRows.size();
  return guarded("collecting a step's result", [&]() -> Status {
    for (size_t r = 0; r < nRows; ++r) {
      const int32_t slot = m_step.inputs.sampleSlots[r];
      if (slot >= 0) m_slots[static_cast<size_t>(slot)].settle();
    }
    rows->resize(nRows);
    for (size_t r = 0; r < nRows; ++r) {
      (*rows)[r].token = m_sampled[r].token;
      (*rows)[r].logprob = m_sampled[r].logprob;
      (*rows)[r].top.assign(m_sampled[r].top.begin(), m_sampled[r].top.end());
    }
    return {};
  });
}

Status CpuBackend::readBuffer(ProgramId id, BufferId buffer, uint32_t nRows, std::span<float> out) {
  if (id >= m_programs.size() || m_last != m_programs[id].get() || m_inFlight)
    return {StatusCode::InvalidArgument, fmt::format("program {} was not the last step, or it is still in flight", id)};
  const Program& program = m_last->program.program;
  if (buffer >= program.buffers.size() || nRows > m_step.nRows(buffer))
    return {StatusCode::InvalidArgument,
            fmt::format("{} rows of buffer {} of {}", nRows, buffer, program.buffers.size())};
  const uint64_t count = uint64_t{nRows} * program.buffers[buffer].cols;
  if (out.size() < count)
    return {StatusCode::InvalidArgument, fmt::format("{} floats do not fit {}", count, out.size())};
  std::copy_n(m_step.buffer(buffer), count, out.data());
  return {};
}

std::vector<OpProfile> CpuBackend::lastProfile() const {
  std::vector<OpProfile> profile;
  if (m_profiled == nullptr) return profile;
  const CompiledProgram& program = m_profiled->program;
  for (size_t i = 0; i < program.plans.size() && i + 1 < m_opEnds.size(); ++i) {
    const OpPlan& plan = program.plans[i];
    const double microseconds = static_cast<double>(m_opEnds[i + 1] - m_opEnds[i]) * 1e-3;
    const uint64_t cacheBytes = plan.kvBytesPerToken * dtypeBytes(m_cache.desc().dtype) * m_profiledContext;
    profile.push_back({plan.name, microseconds, plan.weightBytes + cacheBytes});
  }
  return profile;
}

double CpuBackend::measureReadBandwidth(uint64_t bytes) {
  AlignedMemory memory;
  if (m_inFlight || bytes < sizeof(float) || !memory.allocate(bytes, "the bandwidth test").ok()) return 0.0;
  float* data = reinterpret_cast<float*>(memory.data());
  const uint64_t n = bytes / sizeof(float);
  m_pool->run([&](Team team) {
    const Team::Range range = team.split(n, 1024);
    std::fill(data + range.begin, data + range.end, 1.0f);
  });
  double best = 0.0;
  std::atomic<float> sink{0.0f};
  const int64_t start = nowNanoseconds();
  for (int pass = 0; pass < 3 || (nowNanoseconds() - start < 150'000'000 && pass < 1000); ++pass) {
    const int64_t begin = nowNanoseconds();
    m_pool->run([&](Team team) {
      const Team::Range range = team.split(n, 1024);
      sink.store(readStream(data + range.begin, range.end - range.begin), std::memory_order_relaxed);
    });
    const double seconds = static_cast<double>(std::max<int64_t>(1, nowNanoseconds() - begin)) * 1e-9;
    best = std::max(best, static_cast<double>(n * sizeof(float)) / seconds);
  }
  return best;
}

double CpuBackend::measureCopyBandwidth(uint64_t bytes) {
  AlignedMemory memory;
  if (m_inFlight || bytes < 128 || !memory.allocate(bytes, "the bandwidth test").ok()) return 0.0;
  const uint64_t half = bytes / 2;
  std::byte* from = memory.data();
  m_pool->run([&](Team team) {
    const Team::Range range = team.split(half, 4096);
    std::memset(from + range.begin, 1, range.end - range.begin);
    std::memset(from + half + range.begin, 2, range.end - range.begin);
  });
  double best = 0.0;
  const int64_t start = nowNanoseconds();
  for (int pass = 0; pass < 3 || (nowNanoseconds() - start < 150'000'000 && pass < 1000); ++pass) {
    const int64_t begin = nowNanoseconds();
    m_pool->run([&](Team team) {
      const Team::Range range = team.split(half, 4096);
      std::memcpy(from + half + range.begin, from + range.begin, range.end - range.begin);
    });
    const double seconds = static_cast<double>(std::max<int64_t>(1, nowNanoseconds() - begin)) * 1e-9;
    best = std::max(best, static_cast<double>(2 * half) / seconds);
  }
  return best;
}

}  // namespace kernels::cpu

namespace kernels {

Status createCpuBackend(const CpuOptions& options, std::unique_ptr<Backend>* out) {
  try {
    *out = std::make_unique<cpu::CpuBackend>(options);
    return {};
  } catch (const std::bad_alloc&) {
    return {StatusCode::OutOfMemory, "no memory for the CPU backend"};
  } catch (const std::system_error& error) {
    return {StatusCode::OutOfMemory, fmt::format("{} threads cannot be started: {}", options.nThreads, error.what())};
  }
}

}  // namespace kernels
