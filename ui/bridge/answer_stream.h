// One request's events on the GUI thread, in batches: the engine's thread drops them into a mailbox and never waits, a
// timer empties it every 40 ms.
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>

#include "engine/generation.h"

namespace ui {

class AnswerStream : public QObject {
  Q_OBJECT

 public:
  explicit AnswerStream(QObject* parent = nullptr);
  ~AnswerStream() override;

  /// What the engine gets; it may outlive this object.
  std::shared_ptr<engine::GenerationSink> sink() const;
  /// Empties the mailbox now, for tests and for an end that should not wait for the timer.
  void drain();

 signals:
  void started(qint64 promptTokens, qint64 cachedTokens);
  void prefill(qint64 done, qint64 total);
  /// New text and how many tokens it took.
  void tokens(const QString& text, int count);
  void finished(const engine::FinishedEvent& event);
  void failed(const engine::Error& error);

 private:
  class Mailbox;
  std::shared_ptr<Mailbox> m_mailbox;
  QTimer m_timer;
};

}  // namespace ui
