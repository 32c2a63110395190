#include "ui/server/snippets.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace ui {

namespace {

/// A string of JSON, which Python and JavaScript read alike: a model may have any name.
QString quoted(const QString& text) {
  const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
  return QString::fromUtf8(list.sliced(1, list.size() - 2));
}

QString curl(const SnippetFacts& facts) {
  const QString authorization =
      facts.key.isEmpty() ? QString() : QStringLiteral("  -H 'Authorization: Bearer %1' \\\n").arg(facts.key);
  const QString body =
      QStringLiteral("{\"model\": %1,\n       \"messages\": [{\"role\": \"user\", \"content\": \"Hello\"}]}")
          .arg(quoted(facts.model))
          .replace(u'\'', QStringLiteral("'\\''"));
  return QStringLiteral("curl %1/chat/completions \\\n  -H 'Content-Type: application/json' \\\n%2  -d '%3'")
      .arg(facts.address, authorization, body);
}

QString python(const SnippetFacts& facts) {
  return QStringLiteral(
             "from openai import OpenAI\n"
             "\n"
             "client = OpenAI(base_url=\"%1\", api_key=\"%2\")\n"
             "for chunk in client.chat.completions.create(\n"
             "    model=%3,\n"
             "    messages=[{\"role\": \"user\", \"content\": \"Hello\"}],\n"
             "    stream=True,\n"
             "):\n"
             "    print(chunk.choices[0].delta.content or \"\", end=\"\")\n")
      .arg(facts.address, facts.key.isEmpty() ? QStringLiteral("none") : facts.key, quoted(facts.model));
}

QString javascript(const SnippetFacts& facts) {
  const QString authorization =
      facts.key.isEmpty() ? QString() : QStringLiteral("    \"Authorization\": \"Bearer %1\",\n").arg(facts.key);
  return QStringLiteral(
             "fetch(\"%1/chat/completions\", {\n"
             "  method: \"POST\",\n"
             "  headers: {\n"
             "    \"Content-Type\": \"application/json\",\n"
             "%2"
             "  },\n"
             "  body: JSON.stringify({\n"
             "    model: %3,\n"
             "    messages: [{ role: \"user\", content: \"Hello\" }],\n"
             "  }),\n"
             "})\n"
             "  .then((response) => response.json())\n"
             "  .then((answer) => console.log(answer.choices[0].message.content));\n")
      .arg(facts.address, authorization, quoted(facts.model));
}

}  // namespace

QString serverSnippet(const QString& language, const SnippetFacts& facts) {
  if (language == "curl") return curl(facts);
  return language == "python" ? python(facts) : javascript(facts);
}

}  // namespace ui
