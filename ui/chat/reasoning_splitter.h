// Parts an answer from the reasoning before it, while it streams: what stands between <think> and </think>, or whatever
// a family calls it, at the very beginning.
#pragma once

#include <string>
#include <string_view>

namespace ui {

class ReasoningSplitter {
 public:
  struct Piece {
    std::string reasoning, answer;
  };

  /// `opened`: the prompt ends with the opening mark, so the answer begins within its reasoning.
  explicit ReasoningSplitter(bool opened = false);

  /// Text that may be the beginning of a mark is held back until the next call.
  Piece add(std::string_view text);
  /// What was held back.
  Piece finish();
  bool reasoning() const { return m_state == State::Reasoning; }

  /// True when a prompt that ends so leaves its reasoning open.
  static bool opens(std::string_view promptEnd);

 private:
  enum class State { Start, Reasoning, Gap, Answer };
  void step(Piece& piece, bool last);

  State m_state = State::Start;
  std::string_view m_close;
  std::string m_held;
  bool m_begun = false;  ///< reasoning has text
};

}  // namespace ui
