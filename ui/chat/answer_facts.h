// What is known of how an answer was made: kept as JSON with the message, shown below it.
#pragma once

#include <QtQmlIntegration/qqmlintegration.h>
#include <QCoreApplication>
#include <QMetaType>
#include <QString>
#include <string>

#include "engine/generation.h"

namespace ui {

struct AnswerFacts {
  Q_GADGET
  Q_DECLARE_TR_FUNCTIONS(ui::AnswerFacts)
  QML_VALUE_TYPE(answerFacts)
  Q_PROPERTY(QString speed READ speed)
  Q_PROPERTY(QString firstToken READ firstToken)
  Q_PROPERTY(double promptTokens READ promptCount)
  Q_PROPERTY(double completionTokens READ completionCount)
  Q_PROPERTY(double reasoningTokens READ reasoningCount)
  Q_PROPERTY(QString reasoningTime READ reasoningTime)
  Q_PROPERTY(double droppedTurns READ droppedCount)
  Q_PROPERTY(double neededTokens READ neededCount)
  Q_PROPERTY(bool edited MEMBER edited)
  Q_PROPERTY(QString reason MEMBER reason)
  Q_PROPERTY(QString error MEMBER error)
  Q_PROPERTY(QString model MEMBER model)
  Q_PROPERTY(QString host MEMBER host)

 public:
  qint64 promptTokens = -1, completionTokens = -1;  ///< -1 = not known yet
  qint64 reasoningTokens = 0;                       ///< among the completion's
  qint64 droppedTurns = 0;                          ///< oldest turns that the context had no room for
  qint64 neededTokens = 0;                          ///< of a prompt that did not fit
  double firstTokenSeconds = -1, decodeSeconds = -1, reasoningSeconds = -1;
  bool edited = false;  ///< its text was changed by hand
  QString reason;       ///< "stop", "length", "cancelled", "context"
  QString error;        ///< of a failed answer
  QString model, templateName;
  QString host;  ///< of the remote server that made it; empty: made here

  double promptCount() const { return static_cast<double>(promptTokens); }
  double completionCount() const { return static_cast<double>(completionTokens); }
  double reasoningCount() const { return static_cast<double>(reasoningTokens); }
  double droppedCount() const { return static_cast<double>(droppedTurns); }
  double neededCount() const { return static_cast<double>(neededTokens); }
  QString reasoningTime() const;  ///< "14 s", "2 min 5 s"; empty while unknown
  QString speed() const;          ///< tokens a second, one digit after the point; empty while unknown
  QString firstToken() const;     ///< seconds; empty while unknown

  std::string toJson(const std::string& parametersJson) const;
  static AnswerFacts fromJson(const std::string& json);
  bool operator==(const AnswerFacts&) const = default;
};

}  // namespace ui

Q_DECLARE_METATYPE(ui::AnswerFacts)
