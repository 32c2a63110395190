#include "app/model_host.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <new>
#include <thread>

namespace app {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kProgressInterval = std::chrono::milliseconds(30);
/// How long an old engine may be held by others before a new model is loaded beside it.
constexpr auto kReleaseWait = std::chrono::seconds(10);

/// Unload what is there, then load, if anything.
struct Command {
  std::optional<engine::EngineOptions> load;
};

/// The loader's outcome with exceptions of the standard library turned into Errors.
engine::Result<std::shared_ptr<engine::Engine>> callLoader(const ModelHost::Loader& loader,
                                                           const engine::EngineOptions& options,
                                                           const engine::LoadControl& control) {
  try {
    auto result = loader(options, control);
    if (result.ok() && result.value() == nullptr) return engine::Error{engine::ErrorCode::Internal, "no engine"};
    return result;
  } catch (const std::bad_alloc&) {
    return engine::Error{engine::ErrorCode::OutOfMemory, "The host's memory ran out while loading the model.",
                         options.modelPath.string()};
  } catch (const std::exception& failure) {
    return engine::Error{engine::ErrorCode::Internal, std::string("Loading failed: ") + failure.what(),
                         options.modelPath.string()};
  }
}

}  // namespace

struct ModelHost::State {
  Loader loader;

  mutable std::mutex mutex;  ///< guards what follows, never held while a listener runs
  std::condition_variable wake;
  HostSnapshot snapshot;
  std::optional<Command> command;
  bool ending = false;

  std::mutex listenerMutex;  ///< held while listeners run, so that removeListener waits for them
  std::map<int, Listener> listeners;
  int nextListener = 1;

  std::atomic<bool> cancel = false;
  std::thread thread;

  void publish(const std::function<void(HostSnapshot&)>& change) {
    HostSnapshot copy;
    {
      const std::lock_guard lock(mutex);
      change(snapshot);
      copy = snapshot;
    }
    const std::lock_guard lock(listenerMutex);
    for (const auto& [id, listener] : listeners) listener(copy);
  }

  void releaseEngine() {
    std::weak_ptr<engine::Engine> old;
    {
      const std::lock_guard lock(mutex);
      old = snapshot.engine;
    }
    if (old.expired()) return;
    publish([](HostSnapshot& s) {
      s.state = HostState::Unloading;
      s.engine.reset();
    });
    // The memory is ours again only when the last holder let go; the next load is planned on what is free.
    for (const auto deadline = Clock::now() + kReleaseWait; !old.expired() && Clock::now() < deadline;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  void load(const engine::EngineOptions& options) {
    publish([&](HostSnapshot& s) {
      s.state = HostState::Loading;
      s.options = options;
      s.progress = {};
      s.error.reset();
    });
    Clock::time_point lastTold{};
    engine::LoadControl control;
    control.cancel = &cancel;
    control.onProgress = [&](const engine::LoadProgress& progress) {
      const bool stageChanged = progress.stage != this->progressStage();
      if (!stageChanged && Clock::now() - lastTold < kProgressInterval) {
        const std::lock_guard lock(mutex);
        snapshot.progress = progress;
        return;
      }
      lastTold = Clock::now();
      publish([&](HostSnapshot& s) { s.progress = progress; });
    };
    auto loaded = callLoader(loader, options, control);
    publish([&](HostSnapshot& s) {
      if (loaded.ok() && !cancel.load()) {
        s.state = HostState::Ready;
        s.engine = std::move(loaded).value();
      } else if (loaded.ok() || loaded.error().code == engine::ErrorCode::Cancelled) {
        s.state = HostState::Empty;
      } else {
        s.state = HostState::Failed;
        s.error = loaded.error();
      }
    });
  }

  std::string progressStage() const {
    const std::lock_guard lock(mutex);
    return snapshot.progress.stage;
  }

  void run() {
    for (;;) {
      std::optional<Command> next;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [this] { return ending || command.has_value(); });
        if (ending) break;
        next.swap(command);
        cancel = false;
      }
      releaseEngine();
      if (next->load) {
        load(*next->load);
      } else {
        publish([](HostSnapshot& s) { s = HostSnapshot{}; });
      }
    }
    releaseEngine();
  }

  void post(Command next) {
    {
      const std::lock_guard lock(mutex);
      command = std::move(next);
      cancel = true;
    }
    wake.notify_one();
  }
};

ModelHost::ModelHost(Loader loader) : m_state(std::make_unique<State>()) {
  m_state->loader = std::move(loader);
  m_state->thread = std::thread([state = m_state.get()] { state->run(); });
}

ModelHost::~ModelHost() {
  {
    const std::lock_guard lock(m_state->mutex);
    m_state->ending = true;
    m_state->cancel = true;
  }
  m_state->wake.notify_one();
  m_state->thread.join();
}

void ModelHost::load(const engine::EngineOptions& options) {
  m_state->post(Command{options});
}

void ModelHost::unload() {
  m_state->post(Command{});
}

void ModelHost::cancelLoad() {
  const std::lock_guard lock(m_state->mutex);
  // A load that has been asked for but not begun is taken back; a running one sees the flag.
  if (m_state->command && m_state->command->load) m_state->command.reset();
  if (m_state->snapshot.state == HostState::Loading) m_state->cancel = true;
}

HostSnapshot ModelHost::snapshot() const {
  const std::lock_guard lock(m_state->mutex);
  return m_state->snapshot;
}

int ModelHost::addListener(Listener listener) {
  const std::lock_guard lock(m_state->listenerMutex);
  m_state->listeners[m_state->nextListener] = std::move(listener);
  return m_state->nextListener++;
}

void ModelHost::removeListener(int id) {
  const std::lock_guard lock(m_state->listenerMutex);
  m_state->listeners.erase(id);
}

}  // namespace app
