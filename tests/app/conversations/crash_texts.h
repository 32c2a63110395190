// Texts that the killed program writes and the test expects.
#pragma once

#include <cstdint>
#include <string>

namespace testtext {

inline std::string question(int sequence) {
  return "question " + std::to_string(sequence) + " " + std::string(static_cast<size_t>(sequence * 37 % 3000), 'q');
}

/// Grows with each step, as an answer does.
inline std::string answer(int64_t message, int step) {
  return "answer " + std::to_string(message) + " step " + std::to_string(step) + " " +
         std::string(static_cast<size_t>(step * 500), 'a');
}

}  // namespace testtext
