// The engine: a loaded model that answers requests. One implementation (loadEngine) and a fake one for tests of servers
// and pages. Every member may be called from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/generation.h"
#include "engine/load_control.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "engine/options.h"
#include "engine/result.h"
#include "engine/tokenizer.h"

namespace engine {

class ChatTemplate;
struct ChatPrompt;
struct RenderedPrompt;

/// Facts about the running engine, for status strip, /metrics and Monitor.
struct EngineStats {
  uint32_t running = 0, waiting = 0;
  uint32_t kvBlocksTotal = 0, kvBlocksUsed = 0;                            ///< used = held by running requests
  uint64_t promptTokens = 0, cachedPromptTokens = 0, generatedTokens = 0;  ///< since the start, monotone
  uint64_t preemptions = 0, steps = 0;
  double tokensPerSecond = 0;  ///< generated, over the last seconds
};

/// Where the time of a load went.
struct LoadStage {
  std::string name;  ///< as LoadProgress has it
  double seconds = 0;
};
struct LoadFacts {
  std::vector<LoadStage> stages;  ///< in their order
  double weightSeconds = 0;       ///< from the first weight to the last byte on the device
  uint64_t bytesRead = 0;         ///< of weights, from files
  uint64_t bytesDirect = 0;       ///< of these, past the page cache, which did not have them
};

/// What the engine runs with, after defaults were resolved; each with its reason where there was a choice.
struct EngineFacts {
  ModelInfo model;
  EngineOptions options;  ///< with optionals filled in
  std::string device, deviceReason;
  std::string computeType;  ///< "float16 (int8 activations)", "float32 (exact)"
  std::string quantization, quantizationReason;
  std::string templateName, templateReason;
  uint32_t contextLength = 0;
  MemoryPlan plan;            ///< as planned before loading
  DeviceMemoryPlan measured;  ///< as it is after loading
  uint64_t driverBytes = 0;   ///< by how much free memory of a GPU shrank, as its driver says; 0 on a processor
  double loadSeconds = 0;
  LoadFacts load;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual const EngineFacts& facts() const = 0;
  virtual const Tokenizer& tokenizer() const = 0;
  virtual const ChatTemplate& chatTemplate() const = 0;

  /// Messages to prompt ids under the engine's template. InvalidArgument carries the template's own words.
  virtual Result<std::vector<TokenId>> renderPrompt(const ChatPrompt& prompt) const = 0;

  /// Queues a request. Fails at once with QueueFull, ContextLength (prompt alone too long), InvalidArgument or
  /// Unavailable; otherwise the sink gets events until Finished{last} or Failed. The sink is released after that.
  virtual Result<RequestId> submit(GenerationRequest request, std::shared_ptr<GenerationSink> sink) = 0;
  /// Ends a request within one step, wherever it is; its sink gets Finished{Cancelled} with what was counted. Unknown
  /// ids are ignored.
  virtual void cancel(RequestId id) = 0;

  virtual EngineStats stats() const = 0;
  /// False after a fault that needs a restart; `why` then says so.
  virtual bool healthy(std::string* why) const = 0;
  /// healthy(), and tokens come: the last step succeeded. When none has of late and nothing runs, one token is decoded
  /// for the next call to tell of; this one returns at once.
  virtual bool answering(std::string* why) { return healthy(why); }
};

/// Refuses what loadEngine() would refuse of these options for any model, on this machine and in this build, so that a
/// program can say so before it opens anything. Reads no model file.
Result<void> checkOptions(const EngineOptions& options);

/// Loads a model and starts its thread. Errors say what is wrong with which file, flag or number.
Result<std::shared_ptr<Engine>> loadEngine(const EngineOptions& options, const LoadControl& control);

}  // namespace engine
