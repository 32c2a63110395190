// A model behind the StepRunner seam: the next token depends on every token of the context as the cache holds it, so a
// wrong block, position or order shows in the answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "engine/scheduler/step_runner.h"
#include "engine/tokenizer.h"

namespace test_support {

/// Next token from the context, the slot's state and how many tokens of the answer were drawn before.
using FakeModel = std::function<engine::TokenId(const std::vector<engine::TokenId>& context,
                                                const kernels::SlotSampling& state, uint64_t drawIndex)>;

/// A lower-case letter hashed from the whole context; with a temperature from seed and draw index too; <|end|> once in
/// `endOneIn` times (0: never).
FakeModel hashModel(uint32_t endOneIn);

/// One step as the runner saw it.
struct SeenStep {
  std::vector<uint32_t> spanTokens;
  uint32_t nTokens = 0, nLogitRows = 0;
};

/// How many steps stand in the device's queue, and when it does them.
struct FakePace {
  uint32_t depth = 1;
  bool early = false;  ///< at once when enqueued; else as late as can be: when the host waits
};

class FakeRunner : public engine::StepRunner {
 public:
  FakeRunner(uint32_t nBlocks, uint32_t nSlots, FakeModel model, FakePace pace);

  uint32_t depth() const override { return m_pace.depth; }
  kernels::Status writeSlot(uint32_t slot, const kernels::SlotSampling& state) override;
  kernels::Status enqueue(const kernels::StepInputs& inputs) override;
  kernels::Status wait(std::vector<kernels::SampledRow>* rows) override;
  void setProfiling(bool on) override { m_profiling = on; }
  /// Two ops of one kind and one of another, a second each.
  std::vector<engine::OpTime> lastProfile() const override;

  /// While held, steps stand still before they begin; `allow(n)` lets n through. release() ends the hold.
  void hold();
  void allow(uint32_t n);
  void release();
  /// Waits until a step stands at the hold.
  void waitHeld();
  /// The next step to begin fails with this.
  void failNext(kernels::Status status);
  /// The n-th enqueue from now on (1: the next) is refused with this.
  void refuse(uint32_t n, kernels::Status status);
  std::vector<SeenStep> steps() const;
  /// Most steps that stood enqueued at once.
  uint32_t mostUnderWay() const { return m_mostUnderWay; }

 private:
  struct Cell {
    engine::TokenId token = -1;
    uint32_t position = 0;
  };
  struct Slot {
    kernels::SlotSampling state;
    uint64_t drawn = 0;
    engine::TokenId last = -1;
  };
  /// What the host has sent: a step, or a slot's state when there is one.
  struct Command {
    kernels::StepInputs inputs;
    std::optional<std::pair<uint32_t, kernels::SlotSampling>> slot;
  };
  struct Done {
    kernels::Status status;
    std::vector<kernels::SampledRow> rows;
  };
  kernels::Status check(const kernels::StepInputs& inputs) const;
  kernels::Status checkBlocks(const kernels::StepInputs& inputs) const;
  kernels::SampledRow sample(const kernels::StepInputs& inputs, size_t row);
  void send(Command command);
  void runOldest();
  kernels::Status begin(const kernels::StepInputs& inputs);
  Done runStep(const kernels::StepInputs& inputs);

  std::vector<std::vector<Cell>> m_cache;
  std::vector<Slot> m_slots;
  FakeModel m_model;
  const FakePace m_pace;
  std::deque<Command> m_commands;
  std::deque<Done> m_done;
  uint32_t m_underWay = 0;
  bool m_profiling = false;
  std::atomic<uint32_t> m_mostUnderWay = 0;

  mutable std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_held = false, m_standing = false;
  uint32_t m_allowed = 0;
  std::optional<kernels::Status> m_fault;
  std::optional<std::pair<uint32_t, kernels::Status>> m_refusal;
  std::vector<SeenStep> m_steps;
};

}  // namespace test_support
