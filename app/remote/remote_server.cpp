#include "app/remote_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/remote/answer_reader.h"
#include "app/remote/remote_call.h"
#include "engine/chat_template.h"
#include "engine/json.h"
#include "engine/text.h"

namespace app {

namespace {

using Json = nlohmann::ordered_json;
using remote::AnswerReader;
using remote::Call;
using remote::Control;
using remote::End;
using remote::Outcome;

constexpr size_t kMostList = 8u << 20, kMostRefusal = 64u << 10, kMostModels = 5000, kMostWords = 300;

engine::Error failure(std::string message, const char* about) {
  return {engine::ErrorCode::Unavailable, std::move(message), about};
}

/// What a refusal says of itself: OpenAI's error object, or the beginning of whatever it is.
std::string ownWords(const std::string& body) {
  const auto parsed = engine::parseJson(body, {.maxBytes = kMostRefusal, .maxDepth = 32, .maxValues = 4096});
  std::string words;
  if (parsed.ok() && parsed->is_object()) {
    for (const char* path : {"/error/message", "/error", "/message", "/detail"}) {
      const nlohmann::json::json_pointer pointer(path);
      if (words.empty() && parsed->contains(pointer) && (*parsed)[pointer].is_string()) {
        words = (*parsed)[pointer].get<std::string>();
      }
    }
  }
  return words.empty() ? std::string() : ": " + engine::printable(words, kMostWords);
}

/// An answer that is not 200, in words.
engine::Error refusal(const RemoteAddress& address, const Outcome& outcome, const std::string& body,
                      const std::string& model, bool keySent) {
  const std::string host = address.label();
  const long status = outcome.status;
  const std::string words = ownWords(body);
  if (status >= 300 && status < 400) {
    return failure(fmt::format("{} leads elsewhere ({}): {}. Enter that address if it is the right one", host, status,
                               engine::printable(outcome.location, kMostWords)),
                   "address");
  }
  switch (status) {
    case 401:
      return failure(keySent ? fmt::format("{} does not take this key (401){}", host, words)
                             : fmt::format("{} wants a key (401){}", host, words),
                     "key");
    case 403:
      return failure(fmt::format("{} does not allow this (403){}", host, words), "key");
    case 404:
      if (model.empty()) {
        return failure(fmt::format("Nothing answers at {}/models (404). Is the path right? It usually ends in /v1",
                                   address.base()),
                       "address");
      }
      return failure(fmt::format("{} does not have “{}” (404){}", host, engine::printable(model), words), "model");
    case 429: {
      const bool seconds = !outcome.retryAfter.empty() && outcome.retryAfter.size() < 6 &&
                           outcome.retryAfter.find_first_not_of("0123456789") == std::string::npos;
      return failure(fmt::format("{} takes no more requests now (429){}. {}", host, words,
                                 seconds ? fmt::format("It asks to wait {} s", outcome.retryAfter)
                                         : std::string("Try again later")),
                     "rate");
    }
    default:
      break;
  }
  if (status >= 500) {
    return failure(fmt::format("{} has a problem of its own ({}){}", host, status, words), "answer");
  }
  return failure(fmt::format("{} refuses the request ({}){}", host, status, words), "answer");
}

/// A call that did not come to its end, in words.
engine::Error broken(const RemoteAddress& address, const Outcome& outcome, double silence) {
  const std::string host = address.label();
  switch (outcome.end) {
    case End::NoConnection:
      return failure(fmt::format("{} cannot be reached ({}). Is the server on?", host, outcome.words), "network");
    case End::Untrusted:
      return failure(fmt::format("{} could not prove who it is, or does not speak https ({})", host, outcome.words),
                     "network");
    case End::Silent:
      return failure(fmt::format("{} sent nothing for {:.0f} s", host, silence), "network");
    default:
      return failure(fmt::format("The connection to {} broke off ({})", host, outcome.words), "network");
  }
}

Json questionJson(const std::string& model, const engine::ChatPrompt& prompt,
                  const engine::GenerationRequest& request) {
  Json body = {{"model", model}, {"messages", Json::array()}};
  for (const engine::ChatMessage& message : prompt.messages) {
    body["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  // What differs from OpenAI's own defaults alone: servers refuse what they do not know.
  const engine::SamplingParams& sampling = request.sampling;
  body["temperature"] = sampling.temperature;
  if (sampling.topP != 1) body["top_p"] = sampling.topP;
  if (sampling.topK > 0) body["top_k"] = sampling.topK;
  if (sampling.minP > 0) body["min_p"] = sampling.minP;
  if (sampling.presencePenalty != 0) body["presence_penalty"] = sampling.presencePenalty;
  if (sampling.frequencyPenalty != 0) body["frequency_penalty"] = sampling.frequencyPenalty;
  if (sampling.repetitionPenalty != 1) body["repetition_penalty"] = sampling.repetitionPenalty;
  if (sampling.seed) body["seed"] = *sampling.seed;
  if (request.maxTokens) body["max_tokens"] = *request.maxTokens;
  if (!request.stop.empty()) body["stop"] = request.stop;
  return body;
}

}  // namespace

struct RemoteServer::State {
  struct Running {
    Control control;
    std::thread thread;  ///< none for a list of models, which runs on its caller's
    std::atomic<bool> over{false};
  };

  RemoteAddress address;
  std::string key;
  RemoteTimes times;
  std::mutex mutex;
  engine::RequestId last = 0;
  std::map<engine::RequestId, std::unique_ptr<Running>> running;

  Call call(const char* route) const {
    Call out;
    out.url = address.base() + route;
    out.key = key;
    out.direct = address.loopback();
    out.connectSeconds = times.connectSeconds;
    out.silenceSeconds = times.silenceSeconds;
    return out;
  }

  /// Takes out what has ended; call with the mutex held, join outside.
  std::list<std::unique_ptr<Running>> takeEnded() {
    std::list<std::unique_ptr<Running>> ended;
    for (auto at = running.begin(); at != running.end();) {
      if (at->second->over) {
        ended.push_back(std::move(at->second));
        at = running.erase(at);
      } else {
        ++at;
      }
    }
    return ended;
  }

  void answer(const Call& call, const std::string& model, Control& control,
              const std::shared_ptr<engine::GenerationSink>& sink) const {
    AnswerReader reader(sink);
    std::string refused;
    const Outcome outcome = remote::perform(call, control, [&](const Outcome& head, std::string_view piece) {
      if (head.status == 200) return reader.take(head.contentType, piece);
      refused.append(piece.substr(0, kMostRefusal - std::min(kMostRefusal, refused.size())));
      return refused.size() < kMostRefusal;
    });
    const auto fail = [&sink](engine::Error error) { sink->onEvent(engine::FailedEvent{std::move(error)}); };
    if (outcome.end == End::Cancelled) return reader.finish(engine::FinishReason::Cancelled);
    const bool answered = outcome.end == End::Complete || outcome.end == End::Refused;
    if (answered && outcome.status != 200) return fail(refusal(address, outcome, refused, model, !key.empty()));
    if (outcome.end == End::Complete) reader.close();
    if (!reader.problem().empty()) {
      return fail(failure(fmt::format("{} {}", address.label(), reader.problem()), "answer"));
    }
    if (reader.complete()) return reader.finish(engine::FinishReason::Stop);
    if (outcome.end == End::Complete) {
      return fail(failure(fmt::format("{} closed the connection {}", address.label(),
                                      reader.begun() ? "in the middle of the answer" : "without an answer"),
                          "network"));
    }
    fail(broken(address, outcome, times.silenceSeconds));
  }
};

RemoteServer::RemoteServer(RemoteAddress address, std::string key, RemoteTimes times)
    : m_state(std::make_unique<State>()) {
  m_state->address = std::move(address);
  m_state->times = times;
  // A key is one word; anything else would reach into the headers.
  std::erase_if(key, [](char c) { return c <= ' ' || c > '~'; });
  m_state->key = std::move(key);
}

RemoteServer::~RemoteServer() {
  cancelAll();
  std::map<engine::RequestId, std::unique_ptr<State::Running>> left;
  {
    const std::lock_guard lock(m_state->mutex);
    left.swap(m_state->running);
  }
  for (auto& [id, one] : left) {
    if (one->thread.joinable()) one->thread.join();
  }
}

const RemoteAddress& RemoteServer::address() const {
  return m_state->address;
}

engine::Result<std::vector<RemoteModel>> RemoteServer::models() {
  State::Running* own = nullptr;
  {
    const std::lock_guard lock(m_state->mutex);
    own = (m_state->running[++m_state->last] = std::make_unique<State::Running>()).get();
  }
  Call call = m_state->call("/models");
  call.totalSeconds = call.silenceSeconds = m_state->times.listSeconds;
  std::string body;
  const Outcome outcome = remote::perform(call, own->control, [&body](const Outcome& head, std::string_view piece) {
    body.append(piece.substr(0, kMostList - std::min(kMostList, body.size())));
    return body.size() < (head.status == 200 ? kMostList : kMostRefusal);
  });
  own->over = true;
  const RemoteAddress& address = m_state->address;
  if (outcome.end == End::Cancelled) return engine::Error{engine::ErrorCode::Cancelled, "cancelled"};
  const bool answered = outcome.end == End::Complete || outcome.end == End::Refused;
  if (answered && outcome.status != 200) return refusal(address, outcome, body, {}, !m_state->key.empty());
  if (outcome.end == End::Refused) {
    return failure(fmt::format("{} sent a list of models of more than 8 MB", address.label()), "answer");
  }
  if (outcome.end != End::Complete) return broken(address, outcome, m_state->times.listSeconds);

  const auto parsed = engine::parseJson(body, {.maxBytes = kMostList, .maxDepth = 32, .maxValues = 1u << 18});
  const auto list = parsed.ok() && parsed->is_object() ? parsed->find("data") : nlohmann::json::const_iterator();
  if (!parsed.ok() || !parsed->is_object() || list == parsed->end() || !list->is_array()) {
    return failure(fmt::format("What {}/models sends is no list of models. Is the path right? It usually ends in /v1",
                               address.base()),
                   "address");
  }
  std::vector<RemoteModel> models;
  for (const auto& one : *list) {
    const auto id = one.is_object() ? one.find("id") : one.end();
    if (!one.is_object() || id == one.end() || !id->is_string() || id->get<std::string>().empty()) continue;
    RemoteModel model{id->get<std::string>(), 0};
    for (const char* name : {"max_model_len", "context_length", "max_context_length"}) {
      const auto length = one.find(name);
      if (model.contextLength == 0 && length != one.end() && length->is_number_unsigned() &&
          length->get<uint64_t>() <= UINT32_MAX) {
        model.contextLength = length->get<uint32_t>();
      }
    }
    models.push_back(std::move(model));
    if (models.size() == kMostModels) break;
  }
  return models;
}

engine::Result<engine::RequestId> RemoteServer::ask(const std::string& model, const engine::ChatPrompt& prompt,
                                                    const engine::GenerationRequest& request,
                                                    std::shared_ptr<engine::GenerationSink> sink) {
  if (prompt.continueLast) {
    return engine::Error{engine::ErrorCode::Unsupported,
                         "A remote server cannot go on with an answer that was begun. Regenerate it instead.",
                         "answer"};
  }
  Call call = m_state->call("/chat/completions");
  call.body = questionJson(model, prompt, request).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::list<std::unique_ptr<State::Running>> ended;
  engine::RequestId id = 0;
  {
    const std::lock_guard lock(m_state->mutex);
    ended = m_state->takeEnded();
    id = ++m_state->last;
    auto one = std::make_unique<State::Running>();
    State::Running* running = one.get();
    m_state->running.emplace(id, std::move(one));
    running->thread =
        std::thread([state = m_state.get(), running, call = std::move(call), model, sink = std::move(sink)] {
          state->answer(call, model, running->control, sink);
          running->over = true;
        });
  }
  for (const auto& one : ended) {
    if (one->thread.joinable()) one->thread.join();
  }
  return id;
}

void RemoteServer::cancel(engine::RequestId id) {
  const std::lock_guard lock(m_state->mutex);
  if (const auto found = m_state->running.find(id); found != m_state->running.end()) found->second->control.cancel();
}

void RemoteServer::cancelAll() {
  const std::lock_guard lock(m_state->mutex);
  for (auto& [id, one] : m_state->running) one->control.cancel();
}

}  // namespace app
