// Progress of a load and the way to end it early.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace engine {

/// Progress of a load, from the loading thread.
struct LoadProgress {
  std::string stage;  ///< "weights", "tokenizer", "cache": a word for people
  uint64_t bytesDone = 0, bytesTotal = 0;
};
struct LoadControl {
  std::function<void(const LoadProgress&)> onProgress;  ///< may be empty; at most some tens of calls a second
  const std::atomic<bool>* cancel = nullptr;            ///< polled at least every 50 ms
};

}  // namespace engine
