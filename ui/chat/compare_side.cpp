#include "ui/chat/compare_side.h"

namespace ui {

CompareSide::CompareSide(QObject* parent) : QObject(parent) {
  connect(&m_parameters, &ParameterModel::edited, this, &CompareSide::changed);
}

void CompareSide::setSource(int source) {
  if (source == m_source || (source != Here && source != Remote)) return;
  m_source = source;
  emit changed();
}

void CompareSide::begin(std::unique_ptr<AnswerRun> run, const std::vector<ShownMessage>& messages) {
  m_run = std::move(run);
  m_answer = m_run->message().id;
  m_transcript.setMessages(messages);
  connect(m_run.get(), &AnswerRun::text, &m_transcript, &TranscriptModel::appendText);
  connect(m_run.get(), &AnswerRun::reasoning, &m_transcript, &TranscriptModel::appendReasoning);
  connect(m_run.get(), &AnswerRun::changed, this, [this] {
    emit runChanged();
    emit changed();
  });
  connect(m_run.get(), &AnswerRun::ended, this, [this] {
    emit runEnded();
    // The run is in the middle of a signal; it goes when that is over.
    m_run.release()->deleteLater();
    emit changed();
  });
}

void CompareSide::stop() {
  if (m_run) m_run->stop();
}

void CompareSide::drop() {
  if (!m_run) return;
  m_run->disconnect(this);
  m_run->disconnect(&m_transcript);
  m_run.reset();
  emit changed();
}

}  // namespace ui
