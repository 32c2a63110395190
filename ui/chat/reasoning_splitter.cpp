#include "ui/chat/reasoning_splitter.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ui {

namespace {

struct Marks {
  std::string_view open, close;
};

constexpr std::array<Marks, 6> kMarks = {{{"<think>", "</think>"},
                                          {"<thinking>", "</thinking>"},
                                          {"<thought>", "</thought>"},
                                          {"<reasoning>", "</reasoning>"},
                                          {"<seed:think>", "</seed:think>"},
                                          {"[THINK]", "[/THINK]"}}};
constexpr std::string_view kBlank = " \t\r\n";

/// How much of the end of `text` may be the beginning of `mark`.
size_t mayBegin(std::string_view text, std::string_view mark) {
  for (size_t length = std::min(text.size(), mark.size() - 1); length > 0; --length) {
    if (text.substr(text.size() - length) == mark.substr(0, length)) return length;
  }
  return 0;
}

}  // namespace

ReasoningSplitter::ReasoningSplitter(bool opened) {
  if (!opened) return;
  m_state = State::Reasoning;
  m_close = kMarks[0].close;
}

bool ReasoningSplitter::opens(std::string_view promptEnd) {
  const size_t end = promptEnd.find_last_not_of(kBlank);
  if (end == std::string_view::npos) return false;
  promptEnd = promptEnd.substr(0, end + 1);
  return promptEnd.size() >= kMarks[0].open.size() &&
         promptEnd.substr(promptEnd.size() - kMarks[0].open.size()) == kMarks[0].open;
}

ReasoningSplitter::Piece ReasoningSplitter::add(std::string_view text) {
  Piece piece;
  m_held += text;
  step(piece, false);
  return piece;
}

ReasoningSplitter::Piece ReasoningSplitter::finish() {
  Piece piece;
  step(piece, true);
  return piece;
}

void ReasoningSplitter::step(Piece& piece, bool last) {
  if (m_state == State::Start) {
    const size_t begin = std::min(m_held.find_first_not_of(kBlank), m_held.size());
    const std::string_view rest = std::string_view(m_held).substr(begin);
    const auto mark = std::find_if(kMarks.begin(), kMarks.end(),
                                   [&](const Marks& one) { return rest.substr(0, one.open.size()) == one.open; });
    const bool undecided = std::any_of(kMarks.begin(), kMarks.end(), [&](const Marks& one) {
      return rest.size() < one.open.size() && one.open.substr(0, rest.size()) == rest;
    });
    if (mark != kMarks.end()) {
      m_close = mark->close;
      m_state = State::Reasoning;
      m_held.erase(0, begin + mark->open.size());
    } else if (undecided && !last) {
      return;
    } else {
      m_state = State::Answer;
    }
  }
  if (m_state == State::Reasoning) {
    if (!m_begun) {
      m_held.erase(0, std::min(m_held.find_first_not_of(kBlank), m_held.size()));
      m_begun = !m_held.empty();
    }
    const size_t close = m_held.find(m_close);
    if (close == std::string::npos) {
      const size_t kept = last ? 0 : mayBegin(m_held, m_close);
      piece.reasoning = m_held.substr(0, m_held.size() - kept);
      m_held.erase(0, m_held.size() - kept);
      return;
    }
    piece.reasoning = m_held.substr(0, close);
    m_held.erase(0, close + m_close.size());
    m_state = State::Gap;
  }
  if (m_state == State::Gap) {
    m_held.erase(0, std::min(m_held.find_first_not_of(kBlank), m_held.size()));
    if (m_held.empty()) return;
    m_state = State::Answer;
  }
  piece.answer = std::exchange(m_held, {});
}

}  // namespace ui
