#include "ui/bridge/answer_stream.h"

#include <mutex>
#include <utility>
#include <variant>

namespace ui {

namespace {

constexpr int kBatchMs = 40;

struct Batch {
  std::optional<engine::StartedEvent> started;
  std::optional<engine::PrefillEvent> prefill;
  std::string text;
  int tokens = 0;
  std::optional<engine::FinishedEvent> finished;
  std::optional<engine::Error> failed;
};

}  // namespace

/// Events of the same kind are merged, so that it never holds more than one answer's text, however late the GUI is.
class AnswerStream::Mailbox : public engine::GenerationSink {
 public:
  void onEvent(const engine::GenerationEvent& event) override {
    const std::lock_guard lock(m_mutex);
    std::visit([this](const auto& one) { add(one); }, event);
  }

  Batch take() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_batch, {});
  }

 private:
  void add(const engine::StartedEvent& event) { m_batch.started = event; }
  void add(const engine::PrefillEvent& event) { m_batch.prefill = event; }
  void add(const engine::TokensEvent& event) {
    m_batch.text += event.text;
    m_batch.tokens += static_cast<int>(event.tokens.size());
  }
  void add(const engine::FinishedEvent& event) { m_batch.finished = event; }
  void add(const engine::FailedEvent& event) { m_batch.failed = event.error; }

  std::mutex m_mutex;
  Batch m_batch;
};

AnswerStream::AnswerStream(QObject* parent) : QObject(parent), m_mailbox(std::make_shared<Mailbox>()) {
  m_timer.setInterval(kBatchMs);
  connect(&m_timer, &QTimer::timeout, this, &AnswerStream::drain);
  m_timer.start();
}

AnswerStream::~AnswerStream() = default;

std::shared_ptr<engine::GenerationSink> AnswerStream::sink() const {
  return m_mailbox;
}

void AnswerStream::drain() {
  const Batch batch = m_mailbox->take();
  if (batch.started) emit started(batch.started->promptTokens, batch.started->cachedTokens);
  if (batch.prefill) emit prefill(batch.prefill->done, batch.prefill->total);
  if (batch.tokens > 0 || !batch.text.empty()) {
    emit tokens(QString::fromUtf8(batch.text.data(), static_cast<qsizetype>(batch.text.size())), batch.tokens);
  }
  if (batch.finished || batch.failed) m_timer.stop();
  if (batch.finished) emit finished(*batch.finished);
  if (batch.failed) emit failed(*batch.failed);
}

}  // namespace ui
