// Holds the one loaded model: loads and unloads it on its own thread, tells listeners, lends the engine to server and
// window.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "engine/engine.h"

namespace app {

enum class HostState { Empty, Loading, Ready, Unloading, Failed };

/// A copy of the host's state at one moment.
struct HostSnapshot {
  HostState state = HostState::Empty;
  engine::EngineOptions options;           ///< of the model loaded, loading or failed
  engine::LoadProgress progress;           ///< while Loading
  std::shared_ptr<engine::Engine> engine;  ///< when Ready; holders keep the model in memory, so let go on Unloading
  std::optional<engine::Error> error;      ///< when Failed
};

/// Thread-safe. Listeners are called on the host's thread, one at a time, and must not block or call back into the
/// host.
class ModelHost {
 public:
  using Loader = std::function<engine::Result<std::shared_ptr<engine::Engine>>(const engine::EngineOptions&,
                                                                               const engine::LoadControl&)>;
  using Listener = std::function<void(const HostSnapshot&)>;

  /// `loader` is engine::loadEngine but for tests.
  explicit ModelHost(Loader loader = engine::loadEngine);
  ~ModelHost();  ///< cancels a load, unloads, joins

  /// Unloads what is there, then loads. Returns at once; a running load is cancelled first.
  void load(const engine::EngineOptions& options);
  void cancelLoad();
  /// Cancels the engine's requests and frees it.
  void unload();

  HostSnapshot snapshot() const;
  int addListener(Listener listener);
  void removeListener(int id);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace app
