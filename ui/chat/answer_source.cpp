#include "ui/chat/answer_source.h"

#include <algorithm>
#include <span>

#include "ui/chat/reasoning_splitter.h"

namespace ui {

namespace {

constexpr size_t kLastIds = 12;  ///< enough to hold an opening mark and the newlines behind it

SubmittedAnswer outcomeOf(engine::Result<engine::RequestId> id) {
  SubmittedAnswer outcome;
  if (id) {
    outcome.id = *id;
  } else {
    outcome.error = id.error();
  }
  return outcome;
}

class LocalSource : public AnswerSource {
 public:
  explicit LocalSource(std::shared_ptr<engine::Engine> engine) : m_engine(std::move(engine)) {
    const engine::EngineFacts& facts = m_engine->facts();
    m_facts.model = QString::fromStdString(facts.model.modelId);
    m_facts.templateName = QString::fromStdString(facts.templateName);
    m_facts.device = QString::fromStdString(facts.device);
    m_facts.contextLength = facts.contextLength;
    m_facts.samplingPreset = facts.model.samplingPreset;
  }

  const SourceFacts& facts() const override { return m_facts; }

  SubmittedAnswer submit(engine::ChatPrompt prompt, engine::GenerationRequest request, WhenFull full,
                         std::shared_ptr<engine::GenerationSink> sink, std::atomic<bool>& reasoningOpened) override {
    FittedPrompt fitted = fitPrompt(*m_engine, std::move(prompt), full);
    SubmittedAnswer outcome;
    if (fitted.ids) {
      const auto end = std::span(*fitted.ids).last(std::min<size_t>(fitted.ids->size(), kLastIds));
      reasoningOpened = ReasoningSplitter::opens(m_engine->tokenizer().decode(end, true));
      request.prompt = std::move(*fitted.ids);
      outcome = outcomeOf(m_engine->submit(std::move(request), std::move(sink)));
    } else {
      outcome.error = fitted.ids.error();
    }
    outcome.droppedTurns = fitted.droppedTurns;
    outcome.neededTokens = fitted.neededTokens;
    return outcome;
  }

  void cancel(engine::RequestId id) override { m_engine->cancel(id); }

  qint64 countText(const std::string& text) const override {
    if (text.empty()) return 0;
    const auto ids = m_engine->tokenizer().encode(text, {});
    return ids ? static_cast<qint64>(ids->size()) : -1;
  }

  qint64 countPrompt(const engine::ChatPrompt& prompt) const override {
    if (prompt.messages.empty()) return 0;
    const auto ids = m_engine->renderPrompt(prompt);
    return ids ? static_cast<qint64>(ids->size()) : -1;
  }

 private:
  std::shared_ptr<engine::Engine> m_engine;
  SourceFacts m_facts;
};

class RemoteSource : public AnswerSource {
 public:
  RemoteSource(std::shared_ptr<app::RemoteServer> server, std::string model, uint32_t contextLength)
      : m_server(std::move(server)), m_model(std::move(model)) {
    m_facts.model = QString::fromStdString(m_model);
    m_facts.device = QString::fromStdString(m_server->address().label());
    m_facts.contextLength = contextLength;
    m_facts.remote = true;
  }

  const SourceFacts& facts() const override { return m_facts; }

  /// What is full there is for the server to say: its tokens cannot be counted here.
  SubmittedAnswer submit(engine::ChatPrompt prompt, engine::GenerationRequest request, WhenFull /*full*/,
                         std::shared_ptr<engine::GenerationSink> sink,
                         std::atomic<bool>& /*reasoningOpened*/) override {
    return outcomeOf(m_server->ask(m_model, prompt, request, std::move(sink)));
  }

  void cancel(engine::RequestId id) override { m_server->cancel(id); }
  qint64 countText(const std::string& text) const override { return text.empty() ? 0 : -1; }
  qint64 countPrompt(const engine::ChatPrompt& prompt) const override { return prompt.messages.empty() ? 0 : -1; }

 private:
  std::shared_ptr<app::RemoteServer> m_server;
  std::string m_model;
  SourceFacts m_facts;
};

}  // namespace

std::shared_ptr<AnswerSource> localSource(std::shared_ptr<engine::Engine> engine) {
  return std::make_shared<LocalSource>(std::move(engine));
}

std::shared_ptr<AnswerSource> remoteSource(std::shared_ptr<app::RemoteServer> server, const std::string& model,
                                           uint32_t contextLength) {
  return std::make_shared<RemoteSource>(std::move(server), model, contextLength);
}

}  // namespace ui
