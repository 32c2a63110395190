#include "ui/chat/answer_facts.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <algorithm>

namespace ui {

QString AnswerFacts::speed() const {
  // The first token belongs to the prompt's time, so the rest are what decodeSeconds covers.
  if (completionTokens < 2 || decodeSeconds <= 0) return {};
  return QLocale().toString(static_cast<double>(completionTokens - 1) / decodeSeconds, 'f', 1);
}

QString AnswerFacts::firstToken() const {
  return firstTokenSeconds >= 0 ? QLocale().toString(firstTokenSeconds, 'f', 2) : QString();
}

QString AnswerFacts::reasoningTime() const {
  if (reasoningSeconds < 0) return {};
  const QLocale locale;
  if (reasoningSeconds < 10) return tr("%1 s").arg(locale.toString(reasoningSeconds, 'f', 1));
  const qint64 seconds = qRound64(std::min(reasoningSeconds, 1e9));
  if (seconds < 60) return tr("%1 s").arg(locale.toString(seconds));
  return tr("%1 min %2 s").arg(locale.toString(seconds / 60), locale.toString(seconds % 60));
}

std::string AnswerFacts::toJson(const std::string& parametersJson) const {
  QJsonObject object;
  object["model"] = model;
  object["template"] = templateName;
  if (!host.isEmpty()) object["host"] = host;
  object["prompt_tokens"] = promptTokens;
  object["completion_tokens"] = completionTokens;
  object["first_token_seconds"] = firstTokenSeconds;
  object["decode_seconds"] = decodeSeconds;
  object["finish_reason"] = reason;
  if (reasoningSeconds >= 0) {
    object["reasoning_tokens"] = reasoningTokens;
    object["reasoning_seconds"] = reasoningSeconds;
  }
  if (droppedTurns > 0) object["dropped_turns"] = droppedTurns;
  if (neededTokens > 0) object["needed_tokens"] = neededTokens;
  if (edited) object["edited"] = true;
  if (!error.isEmpty()) object["error"] = error;
  object["parameters"] = QJsonDocument::fromJson(QByteArray::fromStdString(parametersJson)).object();
  return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

AnswerFacts AnswerFacts::fromJson(const std::string& json) {
  const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromStdString(json)).object();
  AnswerFacts facts;
  facts.model = object["model"].toString();
  facts.templateName = object["template"].toString();
  facts.host = object["host"].toString();
  facts.promptTokens = object["prompt_tokens"].toInteger(-1);
  facts.completionTokens = object["completion_tokens"].toInteger(-1);
  facts.firstTokenSeconds = object["first_token_seconds"].toDouble(-1);
  facts.decodeSeconds = object["decode_seconds"].toDouble(-1);
  facts.reasoningTokens = object["reasoning_tokens"].toInteger(0);
  facts.reasoningSeconds = object["reasoning_seconds"].toDouble(-1);
  facts.droppedTurns = object["dropped_turns"].toInteger(0);
  facts.neededTokens = object["needed_tokens"].toInteger(0);
  facts.edited = object["edited"].toBool();
  facts.reason = object["finish_reason"].toString();
  facts.error = object["error"].toString();
  return facts;
}

}  // namespace ui
