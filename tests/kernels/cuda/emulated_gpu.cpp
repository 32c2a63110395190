#define HEARTH_EMULATED_GPU 1
#include "tests/kernels/cuda/emulated_gpu.h"

#include <algorithm>
#include <exception>
#include <numeric>

namespace kernels::cuda::emulated {

namespace {

constexpr size_t kStackBytes = 96 * 1024;
/// Rounds over all threads in which nothing moved before a launch is said to hang.
constexpr uint64_t kMostIdleRounds = 200;

std::exception_ptr g_failure;

}  // namespace

Launch::Launch(uint32_t nBlocks, uint32_t nThreads, uint32_t sharedBytes, uint32_t seed)
    : m_nBlocks(nBlocks), m_nThreads(nThreads), m_random(seed), m_threads(size_t{nBlocks} * nThreads) {
  for (uint32_t b = 0; b < nBlocks; ++b) {
    auto block = std::make_unique<Block>();
    // Filled with what is not a number in every type.
    block->storage.assign(sharedBytes + 128, 0xff);
    void* at = block->storage.data();
    size_t space = block->storage.size();
    block->shared = static_cast<unsigned char*>(std::align(128, sharedBytes, at, space));
    block->warps.resize(nThreads / 32);
    m_blocks.push_back(std::move(block));
  }
}

void Launch::enter() {
  Launch& launch = current();
  try {
    (*launch.m_kernel)();
  } catch (...) {
    if (g_failure == nullptr) g_failure = std::current_exception();
  }
  launch.m_threads[launch.m_now].done = true;
  launch.progressed();
  // Returning goes on in the scheduler (uc_link).
}

void Launch::resume(uint32_t thread) {
  m_now = thread;
  g_blockIdx.x = thread / m_nThreads;
  g_threadIdx.x = thread % m_nThreads;
  swapcontext(&m_scheduler, &m_threads[thread].context);
}

void Launch::yield() {
  swapcontext(&m_threads[m_now].context, &m_scheduler);
}

void Launch::landCopies(Block& block, bool all) {
  for (size_t i = 0; i < block.copies.size();) {
    if (!all && m_random() % 4 != 0) {
      ++i;
      continue;
    }
    const Copy copy = block.copies[i];
    block.copies[i] = block.copies.back();
    block.copies.pop_back();
    std::memcpy(block.shared + copy.to, copy.from, copy.bytes);
    RingBarrier& barrier = block.rings.at(copy.barrier);
    barrier.bytes -= copy.bytes;
    barrier.check();
    progressed();
  }
}

void Launch::storeLater(void* to, const void* from, uint32_t bytes) {
  Store& store = m_stores.emplace_back();
  store.to = to;
  store.bytes = bytes;
  std::memcpy(store.data, from, bytes);
  progressed();
}

void Launch::landStores(bool all) {
  for (size_t i = 0; i < m_stores.size();) {
    if (!all && m_random() % 4 != 0) {
      ++i;
      continue;
    }
    std::memcpy(m_stores[i].to, m_stores[i].data, m_stores[i].bytes);
    m_stores[i] = m_stores.back();
    m_stores.pop_back();
    progressed();
  }
}

void Launch::run(const std::function<void()>& kernel) {
  s_current = this;
  m_kernel = &kernel;
  g_failure = nullptr;
  g_gridDim.x = m_nBlocks;
  g_blockDim.x = m_nThreads;
  for (Thread& thread : m_threads) {
    thread.stack = std::make_unique<char[]>(kStackBytes);
    getcontext(&thread.context);
    thread.context.uc_stack.ss_sp = thread.stack.get();
    thread.context.uc_stack.ss_size = kStackBytes;
    thread.context.uc_link = &m_scheduler;
    makecontext(&thread.context, &Launch::enter, 0);
  }
  std::vector<uint32_t> warps(m_threads.size() / 32);
  std::iota(warps.begin(), warps.end(), 0u);
  m_idle = 0;
  for (bool alive = true; alive && g_failure == nullptr;) {
    alive = false;
    if (++m_idle > kMostIdleRounds) throw std::runtime_error("the launch hangs");
    std::shuffle(warps.begin(), warps.end(), m_random);
    for (const uint32_t warp : warps) {
      // A warp goes on for a random while, or until none of its lanes moves.
      for (uint32_t turn = 1 + m_random() % 64; turn > 0 && g_failure == nullptr; --turn) {
        const uint64_t idle = std::exchange(m_idle, 1);
        for (uint32_t lane = 0; lane < 32; ++lane) {
          const uint32_t thread = warp * 32 + lane;
          if (m_threads[thread].done) continue;
          alive = true;
          resume(thread);
        }
        if (m_idle != 0) {
          m_idle = idle;
          break;
        }
      }
    }
    for (const auto& block : m_blocks) landCopies(*block, m_random() % 8 == 0);
    landStores(!alive || m_random() % 8 == 0);
  }
  s_current = nullptr;
  if (g_failure != nullptr) std::rethrow_exception(g_failure);
}

const uint32_t (*Launch::exchange(const uint32_t (&mine)[8]))[8] {
  Warp& warp = block().warps[m_now % m_nThreads / 32];
  std::copy(std::begin(mine), std::end(mine), warp.words[lane()]);
  progressed();
  if (++warp.arrived == 32) {
    std::memcpy(warp.ready, warp.words, sizeof warp.words);
    warp.arrived = 0;
    ++warp.generation;
  } else {
    const uint32_t generation = warp.generation;
    while (warp.generation == generation) yield();
  }
  return warp.ready;
}

void Launch::barrier(uint32_t id, uint32_t nThreads) {
  NamedBarrier& at = block().barriers[id];
  progressed();
  if (++at.arrived == nThreads) {
    at.arrived = 0;
    ++at.generation;
    return;
  }
  const uint32_t generation = at.generation;
  while (at.generation == generation) yield();
}

}  // namespace kernels::cuda::emulated
