// A title for a chat, written by the model from its first question and answer: short, ended at once when something else
// wants the model, and empty where the model wrote none that can be shown.
#pragma once

#include <QObject>
#include <QString>
#include <memory>

#include "ui/bridge/answer_stream.h"
#include "ui/bridge/tasks.h"
#include "ui/chat/answer_source.h"

namespace ui {

class TitleRun : public QObject {
  Q_OBJECT

 public:
  TitleRun(Tasks& tasks, std::shared_ptr<AnswerSource> source, QObject* parent = nullptr);
  ~TitleRun() override;  ///< cancels

  void start(const std::string& question, const std::string& answer);
  bool remote() const { return m_remote; }

  /// One line from what a model wrote; empty when it is no title.
  static QString clean(const QString& written);

 signals:
  /// The last signal; empty: none came.
  void ended(const QString& title);

 private:
  struct Submission;
  void end(const QString& title);

  Tasks& m_tasks;
  std::shared_ptr<AnswerSource> m_source;
  AnswerStream m_stream;
  std::shared_ptr<Submission> m_submission;
  QString m_text;
  bool m_remote = false, m_ended = false;
};

}  // namespace ui
