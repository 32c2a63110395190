// One of two answers to the same question: who gives it, with which parameters, and what it looks like.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QObject>
#include <memory>
#include <vector>

#include "ui/chat/answer_run.h"
#include "ui/chat/parameter_model.h"
#include "ui/chat/transcript_model.h"

namespace ui {

class CompareSide : public QObject {
  Q_OBJECT
  QML_ELEMENT
  QML_UNCREATABLE("made by CompareModel")
  Q_PROPERTY(ui::TranscriptModel* transcript READ transcript CONSTANT)
  Q_PROPERTY(ui::ParameterModel* parameters READ parameters CONSTANT)
  Q_PROPERTY(int source READ source WRITE setSource NOTIFY changed)
  Q_PROPERTY(QString settings READ settings NOTIFY changed)
  Q_PROPERTY(bool busy READ busy NOTIFY changed)
  Q_PROPERTY(QString activity READ activity NOTIFY changed)
  Q_PROPERTY(double promptDone READ promptDone NOTIFY changed)
  Q_PROPERTY(double promptTotal READ promptTotal NOTIFY changed)

 public:
  enum Source { Here, Remote };

  explicit CompareSide(QObject* parent = nullptr);

  TranscriptModel* transcript() { return &m_transcript; }
  ParameterModel* parameters() { return &m_parameters; }
  /// Index in CompareModel::sources().
  int source() const { return m_source; }
  void setSource(int source);
  /// What differs from the defaults, in words.
  QString settings() const { return m_parameters.summary(); }
  bool busy() const { return m_run != nullptr; }
  QString activity() const { return m_run ? activityName(m_run->phase()) : QStringLiteral("idle"); }
  double promptDone() const { return m_run ? static_cast<double>(m_run->promptDone()) : 0; }
  double promptTotal() const { return m_run ? static_cast<double>(m_run->facts().promptTokens) : 0; }

  /// The answer to the question that both were asked last; 0: none.
  app::MessageId answer() const { return m_answer; }
  void setAnswer(app::MessageId answer) { m_answer = answer; }
  AnswerRun* run() { return m_run.get(); }
  /// Shows the conversation, the running answer last, and follows it.
  void begin(std::unique_ptr<AnswerRun> run, const std::vector<ShownMessage>& messages);
  void stop();
  /// Ends the answer as interrupted.
  void drop();

 signals:
  void changed();
  void runChanged();
  /// run() is over and gone with the next turn of the event loop.
  void runEnded();

 private:
  TranscriptModel m_transcript;
  ParameterModel m_parameters;
  std::unique_ptr<AnswerRun> m_run;
  app::MessageId m_answer = 0;
  int m_source = Here;
};

}  // namespace ui
