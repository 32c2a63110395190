// What is known of how an answer was made: kept as JSON with the message, shown below it.
#pragma once

#include <QMetaType>
#include <QString>
#include <QtQmlIntegration>
#include <string>

#include "engine/generation.h"

namespace ui {

struct AnswerFacts {
  Q_GADGET
  QML_VALUE_TYPE(answerFacts)
  Q_PROPERTY(QString speed READ speed)
  Q_PROPERTY(QString firstToken READ firstToken)
  Q_PROPERTY(double promptTokens READ promptCount)
  Q_PROPERTY(double completionTokens READ completionCount)
  Q_PROPERTY(QString reason MEMBER reason)
  Q_PROPERTY(QString error MEMBER error)
  Q_PROPERTY(QString model MEMBER model)

 public:
  qint64 promptTokens = -1, completionTokens = -1;  ///< -1 = not known yet
  double firstTokenSeconds = -1, decodeSeconds = -1;
  QString reason;  ///< "stop", "length", "cancelled"
  QString error;   ///< of a failed answer
  QString model, templateName;

  double promptCount() const { return static_cast<double>(promptTokens); }
  double completionCount() const { return static_cast<double>(completionTokens); }
  QString speed() const;       ///< tokens a second, one digit after the point; empty while unknown
  QString firstToken() const;  ///< seconds; empty while unknown

  std::string toJson(const std::string& parametersJson) const;
  static AnswerFacts fromJson(const std::string& json);
  bool operator==(const AnswerFacts&) const = default;
};

}  // namespace ui

Q_DECLARE_METATYPE(ui::AnswerFacts)
