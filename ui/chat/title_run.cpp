#include "ui/chat/title_run.h"

#include <mutex>
#include <optional>

#include "ui/chat/reasoning_splitter.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

constexpr size_t kMostQuestion = 1500, kMostAnswer = 1500;
constexpr qsizetype kLeastTitle = 2, kMostTitle = 60, kMostWords = 10;
constexpr int kMostTokens = 32;

/// The beginning of a text, whole characters.
std::string beginning(const std::string& text, size_t most) {
  if (text.size() <= most) return text;
  size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + " …";
}

void strip(QString& line, QStringView around) {
  while (!line.isEmpty() && around.contains(line.front())) line.remove(0, 1);
  while (!line.isEmpty() && around.contains(line.back())) line.chop(1);
}

}  // namespace

/// The request between the worker that submits it and the GUI thread that may want it no more.
struct TitleRun::Submission {
  std::mutex mutex;
  bool dropped = false;
  std::optional<engine::RequestId> id;
};

TitleRun::TitleRun(Tasks& tasks, std::shared_ptr<AnswerSource> source, QObject* parent)
    : QObject(parent),
      m_tasks(tasks),
      m_source(std::move(source)),
      m_submission(std::make_shared<Submission>()),
      m_remote(m_source->facts().remote) {
  connect(&m_stream, &AnswerStream::tokens, this, [this](const QString& piece) { m_text += piece; });
  connect(&m_stream, &AnswerStream::finished, this, [this](const engine::FinishedEvent& event) {
    // What was cut is no title.
    end(event.reason == engine::FinishReason::Stop ? clean(m_text) : QString());
  });
  connect(&m_stream, &AnswerStream::failed, this, [this] { end({}); });
}

TitleRun::~TitleRun() {
  const std::lock_guard lock(m_submission->mutex);
  m_submission->dropped = true;
  if (m_submission->id && m_source) m_source->cancel(*m_submission->id);
}

void TitleRun::start(const std::string& question, const std::string& answer) {
  engine::ChatPrompt prompt;
  prompt.messages.push_back(
      {"user",
       "A question and the answer to it follow. Write a title for them: two to six words, in the question's "
       "language, nothing else.\n\nQuestion:\n" +
           beginning(question, kMostQuestion) + "\n\nAnswer:\n" + beginning(answer, kMostAnswer) + "\n\nTitle:"});
  prompt.variables = {{"enable_thinking", false}};
  engine::GenerationRequest request;
  request.sampling.temperature = 0;
  request.maxTokens = kMostTokens;
  request.client = "window, title";
  m_tasks.run<bool>(
      this,
      [source = m_source, sink = m_stream.sink(), prompt = std::move(prompt), request = std::move(request),
       submission = m_submission] {
        std::atomic<bool> opened{false};
        const std::lock_guard lock(submission->mutex);
        if (submission->dropped) return false;
        submission->id = source->submit(prompt, request, WhenFull::Ask, sink, opened).id;
        return submission->id.has_value();
      },
      [this](bool submitted) {
        if (!submitted) end({});
      });
}

void TitleRun::end(const QString& title) {
  if (m_ended) return;
  m_ended = true;
  m_source.reset();
  emit ended(title);
}

QString TitleRun::clean(const QString& written) {
  ReasoningSplitter splitter;
  std::string text = splitter.add(written.toStdString()).answer;
  text += splitter.finish().answer;
  QString line = QString::fromStdString(text).trimmed().section(u'\n', 0, 0).simplified();
  strip(line, u" \"'*#_`“”„‚‘’«»「」『』");
  for (const QStringView prefix : {u"Title:", u"title:", u"标题：", u"标题:"}) {
    if (line.startsWith(prefix)) line.remove(0, prefix.size());
  }
  strip(line, u" \"'*#_`“”„‚‘’«»「」『』.。:：");
  const bool fits = line.size() >= kLeastTitle && line.size() <= kMostTitle && line.count(u' ') < kMostWords;
  return fits ? displayText(line) : QString();
}

}  // namespace ui
