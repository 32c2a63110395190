#include "ui/chat/answer_run.h"

namespace ui {

namespace {

constexpr int kCheckpointMs = 1000;

}  // namespace

AnswerRun::AnswerRun(Tasks& tasks, ChatStore& store, std::shared_ptr<engine::Engine> engine, app::Message message,
                     std::string parametersJson, QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_store(store),
      m_engine(std::move(engine)),
      m_message(std::move(message)),
      m_parametersJson(std::move(parametersJson)) {
  m_facts.model = QString::fromStdString(m_engine->facts().model.modelId);
  m_facts.templateName = QString::fromStdString(m_engine->facts().templateName);
  connect(&m_stream, &AnswerStream::started, this, [this](qint64 promptTokens) {
    m_facts.promptTokens = promptTokens;
    m_phase = Phase::Reading;
    emit changed();
  });
  connect(&m_stream, &AnswerStream::prefill, this, [this](qint64 done, qint64 total) {
    m_promptDone = done;
    m_facts.promptTokens = total;
    if (m_phase == Phase::Queued) m_phase = Phase::Reading;
    emit changed();
  });
  connect(&m_stream, &AnswerStream::tokens, this, &AnswerRun::onTokens);
  connect(&m_stream, &AnswerStream::finished, this, &AnswerRun::onFinished);
  connect(&m_stream, &AnswerStream::failed, this, [this](const engine::Error& error) {
    m_facts.error = QString::fromStdString(error.message);
    end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Failed);
  });
  m_checkpoints.setInterval(kCheckpointMs);
  connect(&m_checkpoints, &QTimer::timeout, this, [this] {
    if (m_unsaved) checkpoint();
  });
}

AnswerRun::~AnswerRun() {
  if (m_phase == Phase::Ended) return;
  if (m_engine && m_request) m_engine->cancel(*m_request);
  m_message.state = app::MessageState::Interrupted;
  checkpoint();
}

void AnswerRun::start(engine::ChatPrompt prompt, engine::GenerationRequest request) {
  m_sinceStart.start();
  m_checkpoints.start();
  auto work = [engine = m_engine, sink = m_stream.sink(), prompt = std::move(prompt),
               request = std::move(request)]() mutable -> engine::Result<engine::RequestId> {
    engine::Result<std::vector<engine::TokenId>> ids = engine->renderPrompt(prompt);
    if (!ids) return ids.error();
    request.prompt = std::move(*ids);
    return engine->submit(std::move(request), std::move(sink));
  };
  auto shared = std::make_shared<decltype(work)>(std::move(work));
  m_tasks.run<engine::Result<engine::RequestId>>(
      this, [shared] { return (*shared)(); }, [this](auto id) { submitted(std::move(id)); });
}

void AnswerRun::submitted(engine::Result<engine::RequestId> id) {
  if (m_phase == Phase::Ended) {
    if (id && m_engine) m_engine->cancel(*id);
    return;
  }
  if (!id) {
    m_facts.error = QString::fromStdString(id.error().message);
    return end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Failed);
  }
  m_request = *id;
  if (m_stopWanted && m_engine) m_engine->cancel(*id);
}

void AnswerRun::stop() {
  if (m_phase == Phase::Ended || m_stopWanted) return;
  m_stopWanted = true;
  if (m_engine && m_request) m_engine->cancel(*m_request);
}

void AnswerRun::releaseEngine() {
  if (m_phase != Phase::Ended) {
    if (m_engine && m_request) m_engine->cancel(*m_request);
    m_stream.drain();
  }
  if (m_phase != Phase::Ended) end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Interrupted);
  m_engine.reset();
}

void AnswerRun::onTokens(const QString& piece, int count) {
  if (m_phase != Phase::Answering) {
    m_phase = Phase::Answering;
    m_facts.firstTokenSeconds = static_cast<double>(m_sinceStart.elapsed()) / 1000;
    m_facts.completionTokens = 0;
    m_sinceFirst.start();
  }
  m_facts.completionTokens += count;
  m_facts.decodeSeconds = static_cast<double>(m_sinceFirst.elapsed()) / 1000;
  m_message.text += piece.toStdString();
  m_unsaved = true;
  emit text(piece);
  emit changed();
}

void AnswerRun::onFinished(const engine::FinishedEvent& event) {
  m_facts.promptTokens = event.usage.promptTokens;
  m_facts.completionTokens = event.usage.completionTokens;
  m_facts.firstTokenSeconds = event.timings.queueSeconds + event.timings.prefillSeconds;
  m_facts.decodeSeconds = event.timings.decodeSeconds;
  m_facts.reason = QString::fromUtf8(engine::finishReasonName(event.reason).data());
  if (event.reason != engine::FinishReason::Cancelled) return end(app::MessageState::Complete);
  end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Interrupted);
}

void AnswerRun::end(app::MessageState state) {
  m_phase = Phase::Ended;
  m_checkpoints.stop();
  m_message.state = state;
  checkpoint();
  m_engine.reset();
  emit changed();
  emit ended();
}

void AnswerRun::checkpoint() {
  m_unsaved = false;
  m_message.metaJson = m_facts.toJson(m_parametersJson);
  m_store.checkpoint(this, m_message, [this](const engine::Result<bool>& done) {
    if (done) return;
    m_storeError = QString::fromStdString(done.error().message);
    emit changed();
  });
}

}  // namespace ui
