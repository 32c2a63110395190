// A fixed team of threads that run one function together and meet at barriers: spin for a short while, then sleep.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace kernels::cpu {

/// Worker index and team size of the calling thread inside run().
struct Team {
  uint32_t index = 0, size = 1;
  /// [begin, end) of n items for this worker, in whole multiples of `grain`.
  struct Range {
    uint64_t begin, end;
  };
  Range split(uint64_t n, uint64_t grain = 1) const;
};

class ThreadPool {
 public:
  explicit ThreadPool(uint32_t nThreads);  ///< the caller of run() is worker 0, so nThreads - 1 are started
  ~ThreadPool();
  uint32_t size() const;
  /// Runs `work` on every worker, returns when all have finished.
  void run(const std::function<void(Team)>& work);
  /// Inside run(): waits for all workers. Every worker must call it equally often.
  void barrier();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace kernels::cpu
