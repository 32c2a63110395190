#include "engine/scheduler/loaded_engine.h"
#include "engine/chat_template.h"

#include <new>
#include <stdexcept>

namespace engine {

LoadedEngine::LoadedEngine(EngineFacts facts, std::shared_ptr<const Tokenizer> tokenizer,
                           std::shared_ptr<const ChatTemplate> chatTemplate, std::shared_ptr<EngineCore> core)
    : m_facts(std::move(facts)),
      m_tokenizer(std::move(tokenizer)),
      m_template(std::move(chatTemplate)),
      m_core(std::move(core)),
      m_thread([running = m_core] { running->run(); }) {}

LoadedEngine::~LoadedEngine() {
  m_core->stop();
  if (m_thread.get_id() == std::this_thread::get_id()) {
    m_thread.detach();
  } else {
    m_thread.join();
  }
}

Result<std::vector<TokenId>> LoadedEngine::renderPrompt(const ChatPrompt& prompt) const {
  try {
    ENGINE_ASSIGN_OR_RETURN(const RenderedPrompt rendered, m_template->render(prompt));
    return m_tokenizer->encodeSegments(rendered.segments, /*addSpecial=*/!m_template->writesBos());
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "There is not enough memory to render the messages.", "messages"};
  } catch (const std::length_error&) {
    return Error{ErrorCode::OutOfMemory, "The messages are too long to render.", "messages"};
  }
}

Result<RequestId> LoadedEngine::submit(GenerationRequest request, std::shared_ptr<GenerationSink> sink) {
  try {
    return m_core->submit(std::move(request), std::move(sink));
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "There is not enough memory for the request."};
  }
}

}  // namespace engine
