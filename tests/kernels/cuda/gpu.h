// Whether there is a GPU to test on, and a backend on it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "kernels/cuda_module.h"

/// Skips the test, with the reason, where there is no GPU.
#define SKIP_WITHOUT_GPU()                                                                        \
  do {                                                                                            \
    std::vector<::kernels::CudaDevice> devices_;                                                  \
    if (const ::kernels::Status status_ = ::kernels::listCudaDevices(&devices_); !status_.ok()) { \
      GTEST_SKIP() << "no NVIDIA GPU: " << status_.message();                                     \
    }                                                                                             \
  } while (false)
