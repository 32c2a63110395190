#include "ui/chat/answer_run.h"

#include <algorithm>

namespace ui {

namespace {

constexpr int kCheckpointMs = 1000;
constexpr int kStopMs = 100;

}  // namespace

QString activityName(AnswerRun::Phase phase) {
  switch (phase) {
    case AnswerRun::Phase::Queued:
      return QStringLiteral("queued");
    case AnswerRun::Phase::Reading:
      return QStringLiteral("reading");
    case AnswerRun::Phase::Answering:
      return QStringLiteral("answering");
    case AnswerRun::Phase::Ended:
      break;
  }
  return QStringLiteral("idle");
}

AnswerRun::AnswerRun(Tasks& tasks, ChatStore& store, std::shared_ptr<AnswerSource> source, app::Message message,
                     std::string parametersJson, QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_store(store),
      m_source(std::move(source)),
      m_message(std::move(message)),
      m_parametersJson(std::move(parametersJson)),
      m_before(AnswerFacts::fromJson(m_message.metaJson)),
      m_reasoningOpened(std::make_shared<std::atomic<bool>>(false)) {
  m_facts.reasoningTokens = m_before.reasoningTokens;
  m_facts.reasoningSeconds = m_before.reasoningSeconds;
  m_message.state = app::MessageState::Streaming;
  const SourceFacts& made = m_source->facts();
  m_remote = made.remote;
  m_facts.model = made.model;
  m_facts.templateName = made.templateName;
  if (m_remote) m_facts.host = made.device;
  connect(&m_stream, &AnswerStream::started, this, [this](qint64 promptTokens) {
    if (m_phase == Phase::Ended) return;
    m_facts.promptTokens = promptTokens;
    m_phase = Phase::Reading;
    emit changed();
  });
  connect(&m_stream, &AnswerStream::prefill, this, [this](qint64 done, qint64 total) {
    if (m_phase == Phase::Ended) return;
    m_promptDone = done;
    m_facts.promptTokens = total;
    if (m_phase == Phase::Queued) m_phase = Phase::Reading;
    emit changed();
  });
  connect(&m_stream, &AnswerStream::tokens, this, &AnswerRun::onTokens);
  connect(&m_stream, &AnswerStream::finished, this, &AnswerRun::onFinished);
  connect(&m_stream, &AnswerStream::failed, this, &AnswerRun::fail);
  m_checkpoints.setInterval(kCheckpointMs);
  connect(&m_checkpoints, &QTimer::timeout, this, [this] {
    if (m_unsaved) checkpoint();
  });
}

AnswerRun::~AnswerRun() {
  if (m_phase == Phase::Ended) return;
  if (m_source && m_request) m_source->cancel(*m_request);
  if (m_splitter) take(m_splitter->finish());
  m_message.state = app::MessageState::Interrupted;
  checkpoint();
}

void AnswerRun::start(engine::ChatPrompt prompt, engine::GenerationRequest request, WhenFull full) {
  m_sinceStart.start();
  m_checkpoints.start();
  auto work = [source = m_source, sink = m_stream.sink(), opened = m_reasoningOpened, prompt = std::move(prompt),
               request = std::move(request), full]() mutable {
    return source->submit(std::move(prompt), std::move(request), full, std::move(sink), *opened);
  };
  auto shared = std::make_shared<decltype(work)>(std::move(work));
  m_tasks.run<SubmittedAnswer>(
      this, [shared] { return (*shared)(); }, [this](const SubmittedAnswer& outcome) { submitted(outcome); });
}

void AnswerRun::fail(const engine::Error& error) {
  if (m_phase == Phase::Ended) return;
  m_error = error;
  m_facts.error = QString::fromStdString(error.message);
  end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Failed);
}

void AnswerRun::submitted(const SubmittedAnswer& outcome) {
  if (m_phase == Phase::Ended) {
    if (outcome.id && m_source) m_source->cancel(*outcome.id);
    return;
  }
  m_facts.droppedTurns = outcome.droppedTurns;
  if (!outcome.id) {
    m_facts.neededTokens = outcome.neededTokens;
    if (outcome.neededTokens > 0) m_facts.reason = QStringLiteral("context");
    return fail(outcome.error);
  }
  m_request = *outcome.id;
  if (m_stopWanted && m_source) m_source->cancel(*outcome.id);
}

void AnswerRun::stop() {
  if (m_phase == Phase::Ended || m_stopWanted) return;
  m_stopWanted = true;
  if (m_source && m_request) m_source->cancel(*m_request);
  // A step that reads much of a prompt takes its time; whoever pressed Stop does not wait for it.
  QTimer::singleShot(kStopMs, this, [this] {
    if (m_phase != Phase::Ended) m_stream.drain();
    if (m_phase == Phase::Ended) return;
    m_facts.reason = QString::fromUtf8(engine::finishReasonName(engine::FinishReason::Cancelled).data());
    end(app::MessageState::Stopped);
  });
}

void AnswerRun::releaseSource() {
  if (m_phase != Phase::Ended) {
    if (m_source && m_request) m_source->cancel(*m_request);
    m_stream.drain();
  }
  if (m_phase != Phase::Ended) end(m_stopWanted ? app::MessageState::Stopped : app::MessageState::Interrupted);
  m_source.reset();
}

void AnswerRun::onTokens(const QString& piece, int count) {
  if (m_phase == Phase::Ended) return;
  if (m_phase != Phase::Answering) {
    m_phase = Phase::Answering;
    m_facts.firstTokenSeconds = static_cast<double>(m_sinceStart.elapsed()) / 1000;
    m_facts.completionTokens = 0;
    m_sinceFirst.start();
  }
  // What is continued goes on where it was: within its reasoning or within its answer.
  if (!m_splitter && m_message.text.empty()) m_splitter.emplace(!m_message.reasoning.empty() || *m_reasoningOpened);
  m_facts.completionTokens += count;
  m_facts.decodeSeconds = static_cast<double>(m_sinceFirst.elapsed()) / 1000;
  if (m_splitter) {
    const bool before = m_splitter->reasoning();
    const ReasoningSplitter::Piece parts = m_splitter->add(piece.toStdString());
    take(parts);
    if (before || m_splitter->reasoning() || !parts.reasoning.empty()) {
      m_facts.reasoningTokens += count;
      m_facts.reasoningSeconds = std::max(0.0, m_before.reasoningSeconds) + m_facts.decodeSeconds;
    }
  } else {
    take({{}, piece.toStdString()});
  }
  emit changed();
}

void AnswerRun::take(const ReasoningSplitter::Piece& piece) {
  m_message.reasoning += piece.reasoning;
  m_message.text += piece.answer;
  m_unsaved = true;
  if (!piece.reasoning.empty()) emit reasoning(QString::fromStdString(piece.reasoning));
  if (!piece.answer.empty()) emit text(QString::fromStdString(piece.answer));
}

void AnswerRun::onFinished(const engine::FinishedEvent& event) {
  if (m_phase == Phase::Ended) return;
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
  if (m_splitter) take(m_splitter->finish());
  m_message.state = state;
  checkpoint();
  m_source.reset();
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
