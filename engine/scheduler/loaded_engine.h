// The one real Engine: a core with its thread, a tokenizer, a template and the facts about them.
#pragma once

#include <memory>
#include <thread>

#include "engine/engine.h"
#include "engine/scheduler/engine_core.h"
#include "engine/step_profile.h"

namespace engine {

class LoadedEngine : public Engine, public StepProfiler {
 public:
  /// Starts the thread.
  LoadedEngine(EngineFacts facts, std::shared_ptr<const Tokenizer> tokenizer,
               std::shared_ptr<const ChatTemplate> chatTemplate, std::shared_ptr<EngineCore> core);
  /// Requests in flight end with Failed{Unavailable}. May run on the engine's own thread, when a sink was the last
  /// holder.
  ~LoadedEngine() override;

  const EngineFacts& facts() const override { return m_facts; }
  const Tokenizer& tokenizer() const override { return *m_tokenizer; }
  const ChatTemplate& chatTemplate() const override { return *m_template; }
  Result<std::vector<TokenId>> renderPrompt(const ChatPrompt& prompt) const override;
  Result<RequestId> submit(GenerationRequest request, std::shared_ptr<GenerationSink> sink) override;
  void cancel(RequestId id) override { m_core->cancel(id); }
  EngineStats stats() const override { return m_core->stats(); }
  bool healthy(std::string* why) const override { return m_core->healthy(why); }
  bool answering(std::string* why) override { return m_core->answering(why); }
  void profileSteps(bool on) override { m_core->profileSteps(on); }
  StepProfiles takeProfiles() override { return m_core->takeProfiles(); }
  void clockSteps(bool on) override { m_core->clockSteps(on); }
  std::vector<TimedStep> takeTimedSteps() override { return m_core->takeTimedSteps(); }

 private:
  const EngineFacts m_facts;
  const std::shared_ptr<const Tokenizer> m_tokenizer;
  const std::shared_ptr<const ChatTemplate> m_template;
  const std::shared_ptr<EngineCore> m_core;
  std::thread m_thread;
};

}  // namespace engine
