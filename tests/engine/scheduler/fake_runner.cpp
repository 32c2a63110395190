#include "tests/engine/scheduler/fake_runner.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include "kernels/backend.h"
#include "tests/support/fake_tokenizer.h"

namespace test_support {

namespace {

constexpr uint32_t kBlock = kernels::kKvBlockTokens;

uint64_t mix(uint64_t value) {
  value = (value ^ (value >> 31)) * 0x9e3779b97f4a7c15ull;
  return value ^ (value >> 29);
}

}  // namespace

FakeModel hashModel(uint32_t endOneIn) {
  return [endOneIn](const std::vector<engine::TokenId>& context, const kernels::SlotSampling& state, uint64_t draw) {
    uint64_t hash = context.size();
    for (const engine::TokenId token : context) hash = mix(hash + static_cast<uint64_t>(token) + 1);
    if (state.temperature > 0) hash = mix(hash ^ mix(state.seed + 77) ^ mix(draw + 1));
    if (endOneIn > 0 && hash / 64 % endOneIn == 0) return kFakeEnd;
    return static_cast<engine::TokenId>('a' + hash % 26);
  };
}

FakeRunner::FakeRunner(uint32_t nBlocks, uint32_t nSlots, FakeModel model, FakePace pace)
    : m_cache(nBlocks, std::vector<Cell>(kBlock)), m_slots(nSlots), m_model(std::move(model)), m_pace(pace) {}

kernels::Status FakeRunner::writeSlot(uint32_t slot, const kernels::SlotSampling& state) {
  if (slot >= m_slots.size()) return {kernels::StatusCode::InvalidArgument, "no such slot"};
  send({{}, std::pair(slot, state)});
  return {};
}

kernels::Status FakeRunner::check(const kernels::StepInputs& inputs) const {
  const auto bad = [](const char* what) { return kernels::Status(kernels::StatusCode::InvalidArgument, what); };
  if (inputs.tokens.empty()) return bad("an empty step");
  uint32_t next = 0;
  for (const kernels::SequenceSpan& span : inputs.sequences) {
    if (span.firstToken != next || span.nTokens == 0) return bad("spans do not cover the batch in order");
    next += span.nTokens;
    const uint32_t nBlocks = (span.contextLength + span.nTokens + kBlock - 1) / kBlock;
    if (span.blockTableOffset + nBlocks > inputs.blockTable.size()) return bad("a block table is cut short");
    for (uint32_t i = 0; i < nBlocks; ++i) {
      const int32_t block = inputs.blockTable[span.blockTableOffset + i];
      if (block < 0 || static_cast<size_t>(block) >= m_cache.size()) return bad("a block that does not exist");
    }
  }
  if (next != inputs.tokens.size()) return bad("spans do not cover the batch");
  if (inputs.logitRows.size() != inputs.sampleSlots.size()) return bad("logit rows and slots differ in number");
  for (const int32_t token : inputs.tokens) {
    if (token < 0 && static_cast<size_t>(-1 - token) >= m_slots.size()) return bad("a token of no slot");
  }
  return checkBlocks(inputs);
}

kernels::Status FakeRunner::checkBlocks(const kernels::StepInputs& inputs) const {
  std::set<int32_t> written;
  for (const kernels::SequenceSpan& span : inputs.sequences) {
    const uint32_t last = (span.contextLength + span.nTokens - 1) / kBlock;
    for (uint32_t i = span.contextLength / kBlock; i <= last; ++i) {
      if (!written.insert(inputs.blockTable[span.blockTableOffset + i]).second) {
        return {kernels::StatusCode::InvalidArgument, "two sequences write one block"};
      }
    }
  }
  return {};
}

kernels::SampledRow FakeRunner::sample(const kernels::StepInputs& inputs, size_t row) {
  const auto token = static_cast<uint32_t>(inputs.logitRows[row]);
  kernels::SampledRow out;
  for (const kernels::SequenceSpan& span : inputs.sequences) {
    if (token < span.firstToken || token >= span.firstToken + span.nTokens) continue;
    const uint32_t length = span.contextLength + token - span.firstToken + 1;
    std::vector<engine::TokenId> context;
    for (uint32_t position = 0; position < length; ++position) {
      const int32_t block = inputs.blockTable[span.blockTableOffset + position / kBlock];
      const Cell& cell = m_cache[static_cast<size_t>(block)][position % kBlock];
      context.push_back(cell.position == position ? cell.token : -7);
    }
    Slot& slot = m_slots[static_cast<size_t>(inputs.sampleSlots[row])];
    out.token = m_model(context, slot.state, slot.state.drawIndex + slot.drawn++);
    out.logprob = -0.5f;
    for (int i = 0; i < slot.state.topLogprobs; ++i) out.top.push_back({out.token, -0.5f - static_cast<float>(i)});
    slot.last = out.token;
  }
  return out;
}

kernels::Status FakeRunner::enqueue(const kernels::StepInputs& inputs) {
  {
    const std::lock_guard lock(m_mutex);
    if (m_refusal && --m_refusal->first == 0) {
      const kernels::Status refusal = m_refusal->second;
      m_refusal.reset();
      return refusal;
    }
  }
  if (m_underWay >= m_pace.depth) return {kernels::StatusCode::InvalidArgument, "too many steps under way"};
  m_mostUnderWay = std::max(m_mostUnderWay.load(), ++m_underWay);
  send({inputs, {}});
  return {};
}

void FakeRunner::send(Command command) {
  m_commands.push_back(std::move(command));
  if (m_pace.early) runOldest();
}

void FakeRunner::runOldest() {
  const Command command = std::move(m_commands.front());
  m_commands.pop_front();
  if (command.slot) {
    m_slots[command.slot->first] = {command.slot->second, 0, -1};
  } else {
    m_done.push_back(runStep(command.inputs));
  }
}

kernels::Status FakeRunner::begin(const kernels::StepInputs& inputs) {
  std::unique_lock lock(m_mutex);
  m_standing = true;
  m_changed.notify_all();
  m_changed.wait(lock, [this] { return !m_held || m_allowed > 0; });
  m_standing = false;
  if (m_held) --m_allowed;
  SeenStep seen;
  for (const kernels::SequenceSpan& span : inputs.sequences) seen.spanTokens.push_back(span.nTokens);
  seen.nTokens = static_cast<uint32_t>(inputs.tokens.size());
  seen.nLogitRows = static_cast<uint32_t>(inputs.logitRows.size());
  m_steps.push_back(std::move(seen));
  return std::exchange(m_fault, std::nullopt).value_or(kernels::Status());
}

FakeRunner::Done FakeRunner::runStep(const kernels::StepInputs& inputs) {
  if (const kernels::Status fault = begin(inputs); !fault.ok()) return {fault, {}};
  if (const kernels::Status wrong = check(inputs); !wrong.ok()) return {wrong, {}};
  for (const kernels::SequenceSpan& span : inputs.sequences) {
    for (uint32_t i = 0; i < span.nTokens; ++i) {
      const uint32_t position = span.contextLength + i;
      engine::TokenId token = inputs.tokens[span.firstToken + i];
      if (token < 0) token = m_slots[static_cast<size_t>(-1 - token)].last;
      const int32_t block = inputs.blockTable[span.blockTableOffset + position / kBlock];
      m_cache[static_cast<size_t>(block)][position % kBlock] = {token, position};
    }
  }
  Done done;
  for (size_t row = 0; row < inputs.logitRows.size(); ++row) done.rows.push_back(sample(inputs, row));
  return done;
}

kernels::Status FakeRunner::wait(std::vector<kernels::SampledRow>* rows) {
  if (m_underWay == 0) return {kernels::StatusCode::InvalidArgument, "no step is under way"};
  --m_underWay;
  while (m_done.empty()) runOldest();
  Done done = std::move(m_done.front());
  m_done.pop_front();
  *rows = std::move(done.rows);
  return done.status;
}

std::vector<engine::OpTime> FakeRunner::lastProfile() const {
  if (!m_profiling || m_underWay > 0) return {};
  return {{.name = "a", .calls = 1, .seconds = 1},
          {.name = "b", .calls = 1, .seconds = 1},
          {.name = "a", .calls = 1, .seconds = 1}};
}

void FakeRunner::hold() {
  const std::lock_guard lock(m_mutex);
  m_held = true;
  m_allowed = 0;
}

void FakeRunner::allow(uint32_t n) {
  const std::lock_guard lock(m_mutex);
  m_allowed += n;
  m_changed.notify_all();
}

void FakeRunner::release() {
  const std::lock_guard lock(m_mutex);
  m_held = false;
  m_changed.notify_all();
}

void FakeRunner::waitHeld() {
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [this] { return m_standing && m_allowed == 0; });
}

void FakeRunner::failNext(kernels::Status status) {
  const std::lock_guard lock(m_mutex);
  m_fault = std::move(status);
}

void FakeRunner::refuse(uint32_t n, kernels::Status status) {
  const std::lock_guard lock(m_mutex);
  m_refusal.emplace(n, std::move(status));
}

std::vector<SeenStep> FakeRunner::steps() const {
  const std::lock_guard lock(m_mutex);
  return m_steps;
}

}  // namespace test_support
