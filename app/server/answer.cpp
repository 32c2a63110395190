#include "app/server/answer.h"

#include <fmt/format.h>

#include <chrono>

namespace app {

namespace {

using std::chrono::milliseconds;

/// How long a queued stream waits for its turn before the response begins anyway, so that nobody in between gives up.
constexpr milliseconds kFirstEventWait{10'000};
constexpr milliseconds kPing{10'000};

void appendEvent(std::string& out, std::string_view json) {
  out += "data: ";
  out += json;
  out += "\n\n";
}

/// The error in an event, if it is one: a failure, or a cancellation that nobody here asked for.
std::optional<ApiError> failure(const ChannelEvent& item, std::string_view promptField) {
  if (const auto* failed = std::get_if<engine::FailedEvent>(&item.event)) return apiError(failed->error, promptField);
  const auto* finished = std::get_if<engine::FinishedEvent>(&item.event);
  if (finished == nullptr || finished->reason != engine::FinishReason::Cancelled) return std::nullopt;
  return ApiError{.status = 503, .message = "The request was cancelled at the server.", .code = "cancelled"};
}

/// The state of an answer in progress, shared by both ways of sending it.
struct Run {
  Run(Exchange& target, AnswerPlan&& what, std::unique_ptr<GenerationCall> running)
      : exchange(target), plan(std::move(what)), call(std::move(running)) {
    offsets.resize(plan.requests.size() * static_cast<size_t>(plan.n));
  }

  size_t indexOf(const ChannelEvent& item, int answer) const {
    return item.request * static_cast<size_t>(plan.n) + static_cast<size_t>(answer);
  }

  /// Text that goes before an answer's first token.
  std::string echo(size_t index) const {
    return plan.echoed.empty() ? std::string() : plan.echoed[index / static_cast<size_t>(plan.n)];
  }

  Exchange& exchange;
  AnswerPlan plan;
  std::unique_ptr<GenerationCall> call;
  std::vector<ChannelEvent> events;
  std::vector<int64_t> offsets;  ///< code points sent of each answer
  bool beginNow = false;         ///< the stream opens before the first event
};

class Streamer {
 public:
  explicit Streamer(Run& run) : m_run(run), m_opened(run.offsets.size(), false) {}

  bool stream(BodyWriter& out) {
    if (m_run.beginNow) {
      ping();
      if (!out.write(m_text)) return gone();
      m_text.clear();
    }
    for (;;) {
      if (m_run.events.empty()) {
        switch (m_run.call->wait(m_run.events, kPing)) {
          case GenerationCall::State::Events:
            break;
          case GenerationCall::State::Quiet:
          case GenerationCall::State::HalfClosed:
            ping();
            break;
          case GenerationCall::State::ClientGone:
            return gone();
          case GenerationCall::State::Interrupted:
            return fail(out, m_run.call->interruption());
        }
      }
      for (const ChannelEvent& item : m_run.events) {
        m_run.call->account(item);
        if (const auto error = failure(item, m_run.plan.promptField)) return fail(out, *error);
        word(item);
      }
      m_run.events.clear();
      if (m_run.call->finished()) return finish(out);
      if (!out.write(m_text)) return gone();
      m_text.clear();
    }
  }

 private:
  const AnswerShape& shape() const { return m_run.plan.shape; }

  void open(size_t index) {
    if (m_opened[index]) return;
    m_opened[index] = true;
    if (shape().chat) {
      appendEvent(m_text, roleChunk(shape(), static_cast<int>(index)));
    } else if (const std::string echo = m_run.echo(index); !echo.empty()) {
      appendEvent(m_text, textChunk(shape(), static_cast<int>(index), echo, {}));
      m_run.offsets[index] += countCodePoints(echo);
    }
  }

  void ping() {
    for (size_t i = 0; i < m_opened.size(); ++i) open(i);
    m_text += ": ping\n\n";
  }

  void word(const ChannelEvent& item) {
    if (std::holds_alternative<engine::StartedEvent>(item.event)) {
      for (int i = 0; i < m_run.plan.n; ++i) open(m_run.indexOf(item, i));
    } else if (const auto* tokens = std::get_if<engine::TokensEvent>(&item.event)) {
      const size_t index = m_run.indexOf(item, tokens->index);
      open(index);
      LogprobsJson logprobs;
      if (shape().logprobs) logprobs.add(tokens->logprobs, shape().chat, m_run.offsets[index]);
      if (tokens->text.empty() && logprobs.empty()) return;
      m_run.offsets[index] += countCodePoints(tokens->text);
      appendEvent(m_text, textChunk(shape(), static_cast<int>(index), tokens->text, logprobs));
    } else if (const auto* finished = std::get_if<engine::FinishedEvent>(&item.event)) {
      const size_t index = m_run.indexOf(item, finished->index);
      open(index);
      appendEvent(m_text, finishChunk(shape(), static_cast<int>(index), engine::finishReasonName(finished->reason)));
    }
  }

  bool finish(BodyWriter& out) {
    if (shape().includeUsage) appendEvent(m_text, usageChunk(shape(), m_run.call->usage()));
    m_text += "data: [DONE]\n\n";
    if (!out.write(m_text)) return gone();
    m_run.call->close(200);
    return true;
  }

  bool gone() {
    m_run.call->close(499);
    return false;
  }

  /// An error in the middle: said in the stream, without [DONE], and the connection ends.
  bool fail(BodyWriter& out, const ApiError& error) {
    appendEvent(m_text, errorBody(error));
    m_run.exchange.closeAfter = true;
    m_run.call->close(error.code == "slow_reader" ? 499 : error.status);
    return out.write(m_text);
  }

  Run& m_run;
  std::vector<bool> m_opened;  ///< role or echo sent
  std::string m_text;          ///< to be written next
};

/// The reply nobody will read; the connection is broken or will be.
Reply goneReply(Run& run) {
  run.call->close(499);
  run.exchange.closeAfter = true;
  return {.status = 503, .close = true};
}

Reply refuse(Run& run, const ApiError& error) {
  run.call->close(error.status);
  return errorReply(error);
}

Reply collect(Run& run) {
  std::vector<WholeAnswer> answers(run.offsets.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    answers[i].text = run.echo(i);
    run.offsets[i] = countCodePoints(answers[i].text);
  }
  for (;;) {
    for (const ChannelEvent& item : run.events) {
      run.call->account(item);
      if (const auto error = failure(item, run.plan.promptField)) return refuse(run, *error);
      if (const auto* tokens = std::get_if<engine::TokensEvent>(&item.event)) {
        const size_t index = run.indexOf(item, tokens->index);
        WholeAnswer& answer = answers[index];
        if (run.plan.shape.logprobs) answer.logprobs.add(tokens->logprobs, run.plan.shape.chat, run.offsets[index]);
        answer.text += tokens->text;
        run.offsets[index] += countCodePoints(tokens->text);
      } else if (const auto* finished = std::get_if<engine::FinishedEvent>(&item.event)) {
        answers[run.indexOf(item, finished->index)].finishReason = engine::finishReasonName(finished->reason);
      }
    }
    run.events.clear();
    if (run.call->finished()) break;
    const auto state = run.call->wait(run.events, kPing);
    if (state == GenerationCall::State::ClientGone) return goneReply(run);
    if (state == GenerationCall::State::Interrupted) return refuse(run, run.call->interruption());
  }
  run.call->close(200);
  Reply reply;
  reply.body = wholeReply(run.plan.shape, answers, run.call->usage());
  return reply;
}

}  // namespace

AnswerShape newShape(const Exchange& exchange, const engine::Engine& engine, bool chat) {
  AnswerShape shape;
  shape.chat = chat;
  shape.id = (chat ? "chatcmpl-" : "cmpl-") + exchange.entry->requestId.substr(exchange.entry->requestId.find('_') + 1);
  shape.created = static_cast<int64_t>(exchange.entry->startedAt);
  shape.model = ServerContext::servedName(exchange.config, engine);
  const engine::EngineFacts& facts = engine.facts();
  uint64_t hash = 14695981039346656037ull;  // FNV-1a
  for (const std::string& part : {std::string(HEARTH_VERSION), facts.model.modelId, facts.model.weightType,
                                  facts.quantization, facts.computeType, facts.device, facts.templateName}) {
    for (const char c : part + "\n") hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  }
  shape.fingerprint = fmt::format("fp_{:016x}", hash);
  return shape;
}

Reply answer(Exchange& exchange, std::shared_ptr<engine::Engine> engine, AnswerPlan plan) {
  if (RequestRecorder& recorder = exchange.server.recorder; recorder.on()) {
    recorder.begin(exchange.entry->id, engine->tokenizer(), plan.requests, plan.stream);
  }
  std::vector<engine::GenerationRequest> requests = plan.requests;
  auto started = GenerationCall::start(exchange, std::move(engine), std::move(requests), plan.promptField);
  if (const auto* refused = std::get_if<ApiError>(&started)) return errorReply(*refused);
  exchange.dropBody();
  auto run =
      std::make_shared<Run>(exchange, std::move(plan), std::move(std::get<std::unique_ptr<GenerationCall>>(started)));
  if (!run->plan.stream) return collect(*run);

  // A failure before the first token still gets a status of its own, unless the queue is long.
  switch (run->call->wait(run->events, kFirstEventWait)) {
    case GenerationCall::State::ClientGone:
      return goneReply(*run);
    case GenerationCall::State::Interrupted:
      return refuse(*run, run->call->interruption());
    case GenerationCall::State::Events:
      if (const auto error = failure(run->events.front(), run->plan.promptField)) return refuse(*run, *error);
      break;
    case GenerationCall::State::Quiet:
    case GenerationCall::State::HalfClosed:
      run->beginNow = true;
      break;
  }
  Reply reply;
  reply.contentType = "text/event-stream; charset=utf-8";
  reply.headers.emplace_back("X-Accel-Buffering", "no");
  reply.stream = [run](BodyWriter& out) { return Streamer(*run).stream(out); };
  return reply;
}

}  // namespace app
