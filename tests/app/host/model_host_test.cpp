#include "app/model_host.h"
#include "engine/chat_template.h"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>
#include <vector>

namespace app {

namespace {

using namespace std::chrono_literals;

/// An engine that does nothing but count its instances.
class BareEngine : public engine::Engine {
 public:
  explicit BareEngine(std::atomic<int>& alive) : m_alive(alive) { ++m_alive; }
  ~BareEngine() override { --m_alive; }
  const engine::EngineFacts& facts() const override { return m_facts; }
  const engine::Tokenizer& tokenizer() const override { std::abort(); }
  const engine::ChatTemplate& chatTemplate() const override { std::abort(); }
  engine::Result<std::vector<engine::TokenId>> renderPrompt(const engine::ChatPrompt&) const override {
    return std::vector<engine::TokenId>{};
  }
  engine::Result<engine::RequestId> submit(engine::GenerationRequest,
                                           std::shared_ptr<engine::GenerationSink>) override {
    return engine::Error{engine::ErrorCode::Unavailable, "bare"};
  }
  void cancel(engine::RequestId) override {}
  engine::EngineStats stats() const override { return {}; }
  bool healthy(std::string*) const override { return true; }

 private:
  std::atomic<int>& m_alive;
  engine::EngineFacts m_facts;
};

class ModelHostTest : public ::testing::Test {
 protected:
  /// Loads at once; "bad" fails, "memory" throws, "slow" reports progress until cancelled.
  engine::Result<std::shared_ptr<engine::Engine>> load(const engine::EngineOptions& options,
                                                       const engine::LoadControl& control) {
    const std::string path = options.modelPath.string();
    if (path == "bad") return engine::Error{engine::ErrorCode::Damaged, "shard 2 is truncated", path};
    if (path == "memory") throw std::bad_alloc();
    for (uint64_t i = 0; path == "slow"; ++i) {
      if (control.cancel->load()) return engine::Error{engine::ErrorCode::Cancelled, "cancelled"};
      control.onProgress({"weights", i, 1000});
      std::this_thread::sleep_for(1ms);
    }
    return std::shared_ptr<engine::Engine>(std::make_shared<BareEngine>(m_alive));
  }

  void SetUp() override {
    m_host = std::make_unique<ModelHost>([this](const auto& options, const auto& control) {
      ++m_loads;
      return load(options, control);
    });
    m_host->addListener([this](const HostSnapshot& snapshot) {
      const std::lock_guard lock(m_mutex);
      m_seen.push_back(snapshot.state);
      m_changed.notify_all();
    });
  }

  bool waitFor(HostState state) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, 90s, [&] { return m_host->snapshot().state == state; });
  }

  static engine::EngineOptions path(const char* name) {
    engine::EngineOptions options;
    options.modelPath = name;
    return options;
  }

  std::atomic<int> m_alive = 0, m_loads = 0;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<HostState> m_seen;
  std::unique_ptr<ModelHost> m_host;
};

}  // namespace

TEST_F(ModelHostTest, LoadsThenUnloadsAndFreesTheEngine) {
  m_host->load(path("good"));
  ASSERT_TRUE(waitFor(HostState::Ready));
  EXPECT_NE(m_host->snapshot().engine, nullptr);
  EXPECT_EQ(m_alive, 1);
  m_host->unload();
  ASSERT_TRUE(waitFor(HostState::Empty));
  EXPECT_EQ(m_alive, 0);
  // The state may be seen before its listener has been called.
  std::unique_lock lock(m_mutex);
  EXPECT_TRUE(m_changed.wait_for(lock, 90s, [&] { return m_seen.size() >= 4; }));
  EXPECT_EQ(m_seen, (std::vector{HostState::Loading, HostState::Ready, HostState::Unloading, HostState::Empty}));
}

TEST_F(ModelHostTest, AFailureCarriesTheErrorAndTheNextLoadWorks) {
  m_host->load(path("bad"));
  ASSERT_TRUE(waitFor(HostState::Failed));
  EXPECT_EQ(m_host->snapshot().error->message, "shard 2 is truncated");
  m_host->load(path("memory"));
  const auto ranOut = [this] {
    const auto error = m_host->snapshot().error;
    return error && error->code == engine::ErrorCode::OutOfMemory;
  };
  for (int i = 0; i < 18000 && !ranOut(); ++i) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(ranOut());
  m_host->load(path("good"));
  ASSERT_TRUE(waitFor(HostState::Ready));
  EXPECT_FALSE(m_host->snapshot().error.has_value());
}

TEST_F(ModelHostTest, CancelEndsARunningLoad) {
  m_host->load(path("slow"));
  ASSERT_TRUE(waitFor(HostState::Loading));
  while (m_host->snapshot().progress.bytesDone < 3) std::this_thread::sleep_for(1ms);
  m_host->cancelLoad();
  ASSERT_TRUE(waitFor(HostState::Empty));
  EXPECT_EQ(m_alive, 0);
}

TEST_F(ModelHostTest, ANewLoadReplacesARunningOne) {
  m_host->load(path("slow"));
  ASSERT_TRUE(waitFor(HostState::Loading));
  m_host->load(path("good"));
  ASSERT_TRUE(waitFor(HostState::Ready));
  EXPECT_EQ(m_host->snapshot().options.modelPath, "good");
  EXPECT_EQ(m_alive, 1);
}

TEST_F(ModelHostTest, TheNextModelIsLoadedOnlyWhenTheOldOneIsGone) {
  m_host->load(path("good"));
  ASSERT_TRUE(waitFor(HostState::Ready));
  auto holder = m_host->snapshot().engine;
  m_host->load(path("good"));
  ASSERT_TRUE(waitFor(HostState::Unloading));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(m_loads, 1);
  holder.reset();
  ASSERT_TRUE(waitFor(HostState::Ready));
  EXPECT_EQ(m_loads, 2);
  EXPECT_EQ(m_alive, 1);
}

TEST_F(ModelHostTest, DestructionCancelsALoadAndARemovedListenerIsSilent) {
  int calls = 0;
  const int id = m_host->addListener([&](const HostSnapshot&) { ++calls; });
  m_host->removeListener(id);
  m_host->load(path("slow"));
  ASSERT_TRUE(waitFor(HostState::Loading));
  m_host.reset();
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(m_alive, 0);
}

}  // namespace app
