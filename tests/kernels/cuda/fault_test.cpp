// A GPU that stops working: said by every call from then on, without an abort. In a program of its own, because what
// comes after it finds no GPU.
#include <gtest/gtest.h>

#include "kernels/backend.h"
#include "tests/kernels/cuda/gpu.h"
#include "tests/kernels/cuda/trap.h"

namespace kernels::test {
namespace {

TEST(CudaFault, ALostGpuSaysSoInEveryAnswer) {
  SKIP_WITHOUT_GPU();
  {
    std::unique_ptr<Backend> backend;
    ASSERT_TRUE(createCudaBackend({.device = 0}, &backend).ok());
    ASSERT_TRUE(backend->createSlots(4).ok());
    breakGpu();
    const Status first = backend->createKvCache({2, 2, 64, 64, DType::BF16});
    EXPECT_EQ(first.code(), StatusCode::DeviceLost) << first.message();
    EXPECT_NE(first.message().find("the GPU stopped working"), std::string::npos) << first.message();
    WeightId id = 0;
    const std::vector<std::byte> row(32);
    std::vector<SampledRow> rows;
    for (const Status& status :
         {backend->createWeight({.name = "w", .rows = 1, .cols = 8}, &id), backend->writeWeightRows(0, 0, row),
          backend->finishWeights(), backend->wait(&rows), backend->createSlots(4)}) {
      EXPECT_EQ(status.code(), StatusCode::DeviceLost) << status.message();
    }
    EXPECT_EQ(backend->measureReadBandwidth(1 << 20), 0.0);
  }
  std::unique_ptr<Backend> backend;
  const Status again = createCudaBackend({.device = 0}, &backend);
  if (again.ok()) return;  // a driver that forgives
  EXPECT_EQ(again.code(), StatusCode::DeviceLost) << again.message();
  GTEST_LOG_(INFO) << again.message();
}

}  // namespace
}  // namespace kernels::test
