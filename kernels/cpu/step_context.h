// One step as the ops see it: the program, the inputs, memory, and what was worked out once for the step.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/cpu/attention.h"
#include "kernels/cpu/compiled_program.h"
#include "kernels/cpu/kv_cache.h"
#include "kernels/cpu/row_sampler.h"
#include "kernels/cpu/sampling_slot.h"
#include "kernels/cpu/thread_pool.h"

namespace kernels::cpu {

/// Memory for what is derived from a step's inputs. Grown when a program is compiled, never in a step.
struct StepPlan {
  std::vector<uint32_t> positions;                ///< [tokens]
  std::vector<uint32_t> sequenceOf;               ///< [tokens] index into StepInputs::sequences
  std::vector<std::vector<AttentionTile>> tiles;  ///< by OpPlan::tilePlan
  std::vector<std::atomic<uint32_t>> counters;    ///< [ops] next piece of work, for ops that share it out as they go

  void reserve(const CompiledProgram& program);
  /// Derives everything from checked inputs. Allocates nothing.
  void fill(const CompiledProgram& program, const StepInputs& inputs);
};

struct StepContext {
  const CompiledProgram* compiled = nullptr;
  StepInputs inputs;
  StepPlan* plan = nullptr;
  std::byte* arena = nullptr;
  const KvCache* cache = nullptr;
  std::span<SamplingSlot> slots;
  std::span<RowSampler> samplers;  ///< one for each of the first threads
  std::span<SampledRow> sampled;   ///< [logit rows]
  ThreadPool* pool = nullptr;

  uint32_t nTokens() const { return static_cast<uint32_t>(inputs.tokens.size()); }
  uint32_t nRows(BufferId id) const {
    return compiled->program.buffers[id].rows == Rows::Token ? nTokens()
                                                             : static_cast<uint32_t>(inputs.logitRows.size());
  }
  uint32_t cols(BufferId id) const { return compiled->program.buffers[id].cols; }
  float* buffer(BufferId id) const { return reinterpret_cast<float*>(arena + compiled->buffers[id]); }
  std::byte* threadScratch(uint32_t index) const { return arena + compiled->threads + index * compiled->threadBytes; }
  const float* ropeRow(int table, uint32_t token) const {
    const RopeTable& rope = compiled->ropeTables[static_cast<size_t>(table)];
    return reinterpret_cast<const float*>(arena + compiled->ropes) + rope.offset +
           uint64_t{token} * rope.spec.rotaryDims;
  }
  /// The next piece of op `index`'s work.
  uint32_t take(size_t index) const { return plan->counters[index].fetch_add(1, std::memory_order_relaxed); }
};

// The ops. Each is called by every thread of the team and may use the pool's barrier; the runner puts one after it.
void runRopeTables(const StepContext& step, Team team);
void runEmbed(const StepContext& step, const EmbedOp& op, const OpPlan& plan, Team team);
void runLinear(const StepContext& step, const LinearOp& op, const OpPlan& plan, size_t index, Team team);
void runRopeAppend(const StepContext& step, const RopeAppendOp& op, const OpPlan& plan, Team team);
void runAttention(const StepContext& step, const AttentionOp& op, const OpPlan& plan, size_t index, Team team);
void runGather(const StepContext& step, const GatherOp& op, Team team);
void runSample(const StepContext& step, const SampleOp& op, size_t index, Team team);

}  // namespace kernels::cpu
