// One answer being made: prompt rendered and submitted off the GUI thread, text streamed in batches, checkpointed every
// second, closed with its facts. Knows nothing of what is shown.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <atomic>
#include <memory>
#include <optional>

#include "app/conversation_store.h"
#include "ui/bridge/answer_stream.h"
#include "ui/bridge/chat_store.h"
#include "ui/bridge/tasks.h"
#include "ui/chat/answer_facts.h"
#include "ui/chat/answer_source.h"
#include "ui/chat/reasoning_splitter.h"

namespace ui {

class AnswerRun : public QObject {
  Q_OBJECT

 public:
  enum class Phase { Queued, Reading, Answering, Ended };

  /// `message` is the stored answer that will be filled, or one that will be continued.
  AnswerRun(Tasks& tasks, ChatStore& store, std::shared_ptr<AnswerSource> source, app::Message message,
            std::string parametersJson, QObject* parent = nullptr);
  ~AnswerRun() override;  ///< an answer that has not ended is cancelled and stays Interrupted

  void start(engine::ChatPrompt prompt, engine::GenerationRequest request, WhenFull full = WhenFull::Ask);
  /// Ends it as Stopped, wherever it is.
  void stop();
  /// The model goes away: cancels and lets go of it.
  void releaseSource();
  /// A remote server answers, which the model that is loaded here does not concern.
  bool remote() const { return m_remote; }

  Phase phase() const { return m_phase; }
  const app::Message& message() const { return m_message; }
  const AnswerFacts& facts() const { return m_facts; }
  /// Why it failed, once it has.
  const engine::Error& error() const { return m_error; }
  qint64 promptDone() const { return m_promptDone; }
  /// What failed to be written to the store, if anything did.
  const QString& storeError() const { return m_storeError; }

 signals:
  void text(const QString& piece);
  void reasoning(const QString& piece);
  /// Phase, facts or progress changed.
  void changed();
  /// The last signal; message() is final and on its way to the store.
  void ended();

 private:
  void submitted(const SubmittedAnswer& outcome);
  void fail(const engine::Error& error);
  void onTokens(const QString& piece, int count);
  void take(const ReasoningSplitter::Piece& piece);
  void onFinished(const engine::FinishedEvent& event);
  void end(app::MessageState state);
  void checkpoint();

  Tasks& m_tasks;
  ChatStore& m_store;
  std::shared_ptr<AnswerSource> m_source;
  app::Message m_message;
  std::string m_parametersJson;
  engine::Error m_error;
  AnswerFacts m_facts, m_before;  ///< before: of the part that is being continued
  AnswerStream m_stream;
  std::shared_ptr<std::atomic<bool>> m_reasoningOpened;
  std::optional<ReasoningSplitter> m_splitter;
  QTimer m_checkpoints;
  QElapsedTimer m_sinceStart, m_sinceFirst;
  std::optional<engine::RequestId> m_request;
  Phase m_phase = Phase::Queued;
  qint64 m_promptDone = 0;
  QString m_storeError;
  bool m_remote = false, m_stopWanted = false, m_unsaved = false;
};

/// "queued", "reading", "answering", "idle": what QML compares.
QString activityName(AnswerRun::Phase phase);

}  // namespace ui
