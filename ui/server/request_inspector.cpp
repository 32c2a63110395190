#include "ui/server/request_inspector.h"

#include <QDateTime>
#include <QLocale>

#include "ui/markdown/parse_markdown.h"
#include "ui/server/request_words.h"

namespace ui {

namespace {

/// Laying out more than this at once would be felt; Copy takes everything.
constexpr qsizetype kShown = 20'000;

QString number(int64_t value) {
  return QLocale().toString(static_cast<qlonglong>(value));
}

QString joined(const std::vector<std::string>& texts) {
  QString all;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts.size() > 1) all += RequestInspector::tr("— prompt %1 —").arg(i + 1) + u'\n';
    all += QString::fromStdString(texts[i]);
    if (i + 1 < texts.size()) all += QStringLiteral("\n\n");
  }
  return all;
}

QString shownText(const QString& whole) {
  return displayText(whole.size() > kShown ? whole.left(kShown) + QStringLiteral("…") : whole);
}

QString reasonOf(const app::RequestRecord::Answer& answer) {
  if (answer.finishReason.empty()) return {};
  if (!answer.stopString.empty()) {
    return RequestInspector::tr("stopped at “%1”").arg(visibleName(QString::fromStdString(answer.stopString)));
  }
  if (answer.finishReason == "stop") return RequestInspector::tr("the model ended it");
  if (answer.finishReason == "length") return RequestInspector::tr("reached its length limit");
  return RequestInspector::tr("cancelled");
}

}  // namespace

QString RequestInspector::title() const {
  if (!open()) return {};
  return tr("%1 at %2").arg(clientName(m_request), clockTime(m_request.startedAt));
}

bool RequestInspector::live() const {
  return open() && isLive(m_request);
}

QVariantList RequestInspector::facts() const {
  if (!open()) return {};
  QVariantList list;
  const auto add = [&list](const QString& label, const QString& value) {
    if (!value.isEmpty()) list.append(QVariantMap{{"label", label}, {"value", value}});
  };
  add(tr("State"), stateWords(m_request));
  add(tr("Endpoint"), visibleName(QString::fromStdString(m_request.endpoint)));
  add(tr("Model"), visibleName(QString::fromStdString(m_request.model)));
  if (m_request.promptTokens > 0) {
    QString prompt = tr("%1 tokens").arg(number(m_request.promptTokens));
    if (m_record && m_record->cachedTokens > 0) prompt += tr(", %1 of them reused").arg(number(m_record->cachedTokens));
    add(tr("Prompt"), prompt);
  }
  if (m_request.generatedTokens > 0) {
    add(tr("Answer"), tr("%1 tokens").arg(number(m_request.generatedTokens)));
  }
  if (m_request.tokensPerSecond > 0) {
    add(tr("Speed"), tr("%1 tok/s").arg(QLocale().toString(m_request.tokensPerSecond, 'f', 1)));
  }
  add(tr("Duration"), tr("%1 s").arg(QLocale().toString(m_request.seconds, 'f', 2)));
  add(tr("Request id"), visibleName(QString::fromStdString(m_request.requestId)));
  return list;
}

QString RequestInspector::prompt() const {
  return m_record ? shownText(joined(m_record->prompts)) : QString();
}

QString RequestInspector::parameters() const {
  return m_record ? shownText(QString::fromStdString(m_record->parameters)) : QString();
}

QVariantList RequestInspector::answers() const {
  QVariantList list;
  if (!m_record) return list;
  for (const app::RequestRecord::Answer& answer : m_record->answers) {
    list.append(QVariantMap{{"text", shownText(QString::fromStdString(answer.text))}, {"reason", reasonOf(answer)}});
  }
  return list;
}

QString RequestInspector::failure() const {
  return m_record ? displayText(QString::fromStdString(m_record->error)) : QString();
}

QString RequestInspector::shortened() const {
  if (!m_record) return {};
  if (m_record->cut) return tr("A text is longer than 1 MB; the rest was not kept.");
  bool more = joined(m_record->prompts).size() > kShown;
  for (const app::RequestRecord::Answer& answer : m_record->answers) {
    more = more || static_cast<qsizetype>(answer.text.size()) > kShown;
  }
  return more ? tr("The first %1 characters are shown; Copy takes everything.").arg(number(kShown)) : QString();
}

void RequestInspector::show(const app::LiveRequest& request, std::optional<app::RequestRecord> record) {
  m_id = request.id;
  m_request = request;
  m_record = std::move(record);
  emit changed();
}

void RequestInspector::update(const std::vector<app::LiveRequest>& requests, std::optional<app::RequestRecord> record) {
  if (!open()) return;
  for (const app::LiveRequest& one : requests) {
    if (one.id == m_id) m_request = one;
  }
  m_record = std::move(record);
  emit changed();
}

void RequestInspector::close() {
  m_id = 0;
  m_record.reset();
  emit changed();
}

QString RequestInspector::wholeText(const QString& part) const {
  if (!m_record) return {};
  const QString prompt = joined(m_record->prompts);
  const QString parameters = QString::fromStdString(m_record->parameters);
  QString answer;
  for (const app::RequestRecord::Answer& one : m_record->answers) {
    if (!answer.isEmpty()) answer += QStringLiteral("\n\n");
    answer += QString::fromStdString(one.text);
  }
  if (part == "prompt") return prompt;
  if (part == "parameters") return parameters;
  if (part == "answer") return answer;
  QString all = title() + u'\n';
  for (const QVariant& fact : facts()) {
    all += fact.toMap()["label"].toString() + QStringLiteral(": ") + fact.toMap()["value"].toString() + u'\n';
  }
  return all + u'\n' + prompt + QStringLiteral("\n\n") + parameters + QStringLiteral("\n\n") + answer + u'\n';
}

}  // namespace ui
