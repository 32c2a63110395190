// Who answers: the model in this program, or one at a remote server. What the chat page knows of either.
#pragma once

#include <QString>
#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "app/remote_server.h"
#include "engine/chat_template.h"
#include "engine/engine.h"
#include "ui/chat/fit_prompt.h"

namespace ui {

struct SourceFacts {
  QString model;             ///< as it calls itself
  QString templateName;      ///< empty: the server's own affair
  QString device;            ///< "cpu", "cuda:0", or the remote server's host
  qint64 contextLength = 0;  ///< 0: not known
  bool remote = false;
  std::map<std::string, double> samplingPreset;
  bool operator==(const SourceFacts&) const = default;
};

/// What became of a question.
struct SubmittedAnswer {
  std::optional<engine::RequestId> id;
  engine::Error error;                        ///< without an id
  qint64 droppedTurns = 0, neededTokens = 0;  ///< as FittedPrompt has them
};

/// facts() and cancel() from any thread; the rest may take its time and belongs off the GUI thread.
class AnswerSource {
 public:
  virtual ~AnswerSource() = default;
  virtual const SourceFacts& facts() const = 0;
  /// `reasoningOpened` is set before the first event when the prompt itself opens the answer's reasoning.
  virtual SubmittedAnswer submit(engine::ChatPrompt prompt, engine::GenerationRequest request, WhenFull full,
                                 std::shared_ptr<engine::GenerationSink> sink, std::atomic<bool>& reasoningOpened) = 0;
  virtual void cancel(engine::RequestId id) = 0;
  /// Tokens of a text, of a whole conversation; -1: nobody here can tell.
  virtual qint64 countText(const std::string& text) const = 0;
  virtual qint64 countPrompt(const engine::ChatPrompt& prompt) const = 0;
};

/// Keeps the model in memory: let go of it when the host unloads.
std::shared_ptr<AnswerSource> localSource(std::shared_ptr<engine::Engine> engine);
/// `contextLength` is 0 where the server did not tell it.
std::shared_ptr<AnswerSource> remoteSource(std::shared_ptr<app::RemoteServer> server, const std::string& model,
                                           uint32_t contextLength);

}  // namespace ui
