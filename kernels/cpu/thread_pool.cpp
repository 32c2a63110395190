#include "kernels/cpu/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace kernels::cpu {
namespace {

using Clock = std::chrono::steady_clock;

// A wake-up through the kernel costs tens of microseconds, a spinning one a tenth of one. Steps follow each other
// within that time while an answer is written, so the start spins longer than a barrier does.
constexpr auto kStartSpin = std::chrono::microseconds(200);
constexpr auto kBarrierSpin = std::chrono::microseconds(60);

void cpuRelax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

void waitForChange(const std::atomic<uint32_t>& value, uint32_t old, Clock::duration spin) {
  if (value.load(std::memory_order_acquire) != old) return;
  if (spin > Clock::duration::zero()) {
    const auto end = Clock::now() + spin;
    do {
      for (int i = 0; i < 64; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        cpuRelax();
      }
    } while (Clock::now() < end);
  }
  while (value.load(std::memory_order_acquire) == old) value.wait(old, std::memory_order_acquire);
}

// Sequentially consistent, because notify_all() looks for sleepers right after: with a weaker store it may look before
// the new value is visible, and a thread that is just going to sleep would never be woken.
void bump(std::atomic<uint32_t>& value) {
  value.fetch_add(1, std::memory_order_seq_cst);
  value.notify_all();
}

}  // namespace

Team::Range Team::split(uint64_t n, uint64_t grain) const {
  const uint64_t nGroups = n / grain + (n % grain != 0 ? 1 : 0);
  const uint64_t share = nGroups / size, rest = nGroups % size;
  const uint64_t first = share * index + std::min<uint64_t>(index, rest);
  const uint64_t count = share + (index < rest ? 1 : 0);
  return {std::min(n, first * grain), std::min(n, (first + count) * grain)};
}

struct ThreadPool::Impl {
  // Each on a cache line of its own: they are written by different threads at different times.
  alignas(64) std::atomic<uint32_t> epoch{0};
  alignas(64) std::atomic<uint32_t> arrived{0};
  alignas(64) std::atomic<uint32_t> generation{0};
  alignas(64) const std::function<void(Team)>* work = nullptr;
  bool stopping = false;  ///< published by epoch
  uint32_t size = 1;
  Clock::duration startSpin{}, barrierSpin{};
  std::vector<std::thread> threads;

  void barrier() {
    if (size == 1) return;
    const uint32_t now = generation.load(std::memory_order_relaxed);
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size) {
      arrived.store(0, std::memory_order_relaxed);
      bump(generation);
    } else {
      waitForChange(generation, now, barrierSpin);
    }
  }

  void workerLoop(uint32_t index) {
    for (uint32_t seen = 0;; ++seen) {
      waitForChange(epoch, seen, startSpin);
      if (stopping) return;
      (*work)(Team{index, size});
      barrier();
    }
  }

  void stop() {
    stopping = true;
    bump(epoch);
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
};

ThreadPool::ThreadPool(uint32_t nThreads) : m_impl(std::make_unique<Impl>()) {
  m_impl->size = std::max<uint32_t>(1, nThreads);
  // With more threads than cores a spinning one keeps the awaited one from running.
  if (m_impl->size <= std::max(1u, std::thread::hardware_concurrency())) {
    m_impl->startSpin = kStartSpin;
    m_impl->barrierSpin = kBarrierSpin;
  }
  try {
    m_impl->threads.reserve(m_impl->size - 1);
    for (uint32_t i = 1; i < m_impl->size; ++i)
      m_impl->threads.emplace_back([impl = m_impl.get(), i] { impl->workerLoop(i); });
  } catch (...) {
    m_impl->stop();
    throw;
  }
}

ThreadPool::~ThreadPool() {
  m_impl->stop();
}

uint32_t ThreadPool::size() const {
  return m_impl->size;
}

void ThreadPool::run(const std::function<void(Team)>& work) {
  m_impl->work = &work;
  if (m_impl->size > 1) bump(m_impl->epoch);
  work(Team{0, m_impl->size});
  m_impl->barrier();
}

void ThreadPool::barrier() {
  m_impl->barrier();
}

}  // namespace kernels::cpu
