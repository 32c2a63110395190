#include "kernels/cpu/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace kernels::cpu {
namespace {

TEST(TeamSplit, CoversEveryItemOnceInWholeGrains) {
  for (const uint64_t n : {0ull, 1ull, 7ull, 8ull, 9ull, 576ull, 49152ull, 49157ull}) {
    for (const uint64_t grain : {1ull, 8ull, 16ull}) {
      for (const uint32_t size : {1u, 2u, 3u, 16u, 64u}) {
        uint64_t next = 0;
        for (uint32_t i = 0; i < size; ++i) {
          const Team::Range range = Team{i, size}.split(n, grain);
          EXPECT_EQ(range.begin, next);
          EXPECT_LE(range.begin, range.end);
          EXPECT_TRUE(range.begin % grain == 0 || range.begin == n);
          EXPECT_LE(range.end - range.begin, n / size + 2 * grain);
          next = range.end;
        }
        EXPECT_EQ(next, n) << "grain " << grain << " size " << size;
      }
    }
  }
}

class ThreadPoolTest : public testing::TestWithParam<uint32_t> {};

TEST_P(ThreadPoolTest, RunsEveryWorkerOnce) {
  ThreadPool pool(GetParam());
  ASSERT_EQ(pool.size(), GetParam());
  std::vector<int> calls(pool.size(), 0);  // plain ints: run() itself must order the writes
  const std::function<void(Team)> work = [&](Team team) {
    EXPECT_EQ(team.size, GetParam());
    ++calls[team.index];
  };
  constexpr int kRuns = 500;
  for (int i = 0; i < kRuns; ++i) pool.run(work);
  for (const int n : calls) EXPECT_EQ(n, kRuns);
}

TEST_P(ThreadPoolTest, BarrierPublishesWhatOthersWrote) {
  ThreadPool pool(GetParam());
  constexpr int kRounds = 300;
  std::vector<uint64_t> written(pool.size(), 0);
  std::atomic<int> wrong{0};
  pool.run([&](Team team) {
    for (uint64_t round = 1; round <= kRounds; ++round) {
      written[team.index] = round;
      pool.barrier();
      if (std::accumulate(written.begin(), written.end(), uint64_t{0}) != round * team.size) ++wrong;
      pool.barrier();
    }
  });
  EXPECT_EQ(wrong, 0);
}

// Workers that have gone to sleep, at the start and in a barrier, are woken.
TEST_P(ThreadPoolTest, WakesSleepers) {
  ThreadPool pool(GetParam());
  std::atomic<int> done{0};
  for (int i = 0; i < 3; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    pool.run([&](Team team) {
      if (team.index == 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      pool.barrier();
      ++done;
    });
  }
  EXPECT_EQ(done, 3 * static_cast<int>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Sizes, ThreadPoolTest, testing::Values(1u, 2u, 3u, 8u));

TEST(ThreadPool, MayBeDestroyedUnused) {
  const ThreadPool pool(4);
  EXPECT_EQ(pool.size(), 4u);
}

}  // namespace
}  // namespace kernels::cpu
