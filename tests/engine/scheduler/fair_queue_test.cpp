#include "engine/scheduler/fair_queue.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(FairQueue, RoundRobinBetweenClientsFifoWithinOne) {
  FairQueue<int> queue;
  for (int i = 0; i < 3; ++i) queue.push("a", i);
  queue.push("b", 10);
  queue.push("b", 11);
  queue.push("c", 20);
  std::vector<int> order;
  while (!queue.empty()) {
    EXPECT_EQ(queue.front(), queue.front());
    order.push_back(queue.pop());
  }
  EXPECT_EQ(order, (std::vector<int>{0, 10, 20, 1, 11, 2}));
}

TEST(FairQueue, TakesAnItemOutOfTheMiddle) {
  FairQueue<int> queue;
  queue.push("a", 1);
  queue.push("a", 2);
  queue.push("b", 3);
  EXPECT_EQ(queue.take([](int item) { return item == 3; }), 3);
  EXPECT_EQ(queue.take([](int item) { return item == 1; }), 1);
  EXPECT_FALSE(queue.take([](int item) { return item == 9; }).has_value());
  EXPECT_EQ(queue.size(), 1u);
  queue.push("b", 4);
  EXPECT_EQ(queue.pop(), 2);
  EXPECT_EQ(queue.pop(), 4);
}

}  // namespace
}  // namespace engine
