#include <chrono>
#include <condition_variable>
#include <mutex>

#include "app/cli/chat_partner.h"
#include "engine/chat_template.h"

namespace app::cli {

namespace {

/// Hands text from the engine's thread to the terminal's.
class TextSink : public engine::GenerationSink {
 public:
  void onEvent(const engine::GenerationEvent& event) override {
    const std::lock_guard lock(m_mutex);
    if (const auto* tokens = std::get_if<engine::TokensEvent>(&event)) m_text += tokens->text;
    if (const auto* failed = std::get_if<engine::FailedEvent>(&event)) m_error = failed->error;
    if (std::holds_alternative<engine::FinishedEvent>(event) || m_error) m_done = true;
    m_wake.notify_one();
  }

  /// New text, after some came, the answer ended, or a short while. False when the answer has ended.
  bool take(std::string* text) {
    std::unique_lock lock(m_mutex);
    m_wake.wait_for(lock, std::chrono::milliseconds(50), [this] { return m_done || !m_text.empty(); });
    text->swap(m_text);
    m_text.clear();
    return !m_done;
  }
  std::optional<engine::Error> error() const {
    const std::lock_guard lock(m_mutex);
    return m_error;
  }

 private:
  mutable std::mutex m_mutex;
  std::condition_variable m_wake;
  std::string m_text;
  std::optional<engine::Error> m_error;
  bool m_done = false;
};

class LocalPartner : public ChatPartner {
 public:
  LocalPartner(std::shared_ptr<engine::Engine> engine, ChatSampling sampling)
      : m_engine(std::move(engine)), m_sampling(sampling) {}

  engine::Result<std::string> answer(const std::vector<engine::ChatMessage>& messages,
                                     const std::function<void(const std::string&)>& onText,
                                     const std::atomic<bool>& stop) override {
    engine::ChatPrompt prompt;
    prompt.messages = messages;
    engine::GenerationRequest request;
    ENGINE_ASSIGN_OR_RETURN(request.prompt, m_engine->renderPrompt(prompt));
    request.sampling.temperature = m_sampling.temperature;
    request.sampling.topP = m_sampling.topP;
    request.sampling.seed = m_sampling.seed;
    request.maxTokens = m_sampling.maxTokens;
    request.client = "terminal";
    const auto sink = std::make_shared<TextSink>();
    ENGINE_ASSIGN_OR_RETURN(const engine::RequestId id, m_engine->submit(std::move(request), sink));

    std::string whole, piece;
    for (bool going = true; going;) {
      if (stop.load()) m_engine->cancel(id);
      going = sink->take(&piece);
      whole += piece;
      if (!piece.empty()) onText(piece);
    }
    if (const auto error = sink->error()) return *error;
    return whole;
  }

 private:
  std::shared_ptr<engine::Engine> m_engine;
  ChatSampling m_sampling;
};

}  // namespace

std::unique_ptr<ChatPartner> localPartner(std::shared_ptr<engine::Engine> engine, ChatSampling sampling) {
  return std::make_unique<LocalPartner>(std::move(engine), sampling);
}

}  // namespace app::cli
