#include "app/cli/line_editor.h"

#include <fmt/core.h>
#include <histedit.h>
#include <unistd.h>

#include <iostream>

namespace app::cli {

struct LineEditor::Terminal {
  std::unique_ptr<History, decltype(&history_end)> past{history_init(), history_end};
  std::unique_ptr<EditLine, decltype(&el_end)> line;
  const char* prompt = "";

  explicit Terminal(std::FILE* to) : line(el_init("hearth-cli", stdin, to, stderr), el_end) {
    if (!line || !past) return;
    constexpr int kRemembered = 1000;
    HistEvent event;
    history(past.get(), &event, H_SETSIZE, kRemembered);
    el_set(line.get(), EL_CLIENTDATA, this);
    el_set(line.get(), EL_PROMPT, promptOf);
    el_set(line.get(), EL_HIST, history, past.get());
    el_set(line.get(), EL_EDITOR, "emacs");
    el_set(line.get(), EL_SIGNAL, 1);
    // The editor takes the terminal after it has shown its prompt. An end of input typed before that, or while an
    // answer came, reaches it as this character, and would be a part of the line.
    el_set(line.get(), EL_BIND, "^@", "ed-end-of-file", nullptr);
    el_source(line.get(), nullptr);
  }

  static char* promptOf(EditLine* line) {
    Terminal* terminal = nullptr;
    el_get(line, EL_CLIENTDATA, &terminal);
    return const_cast<char*>(terminal->prompt);
  }

  std::optional<std::string> read() {
    int length = 0;
    const char* text = el_gets(line.get(), &length);
    if (text == nullptr || length <= 0) return std::nullopt;
    std::string out(text, static_cast<size_t>(length));
    while (!out.empty() && (out.back() == '\n' || out.back() == '\r')) out.pop_back();
    HistEvent event;
    if (!out.empty()) history(past.get(), &event, H_ENTER, out.c_str());
    return out;
  }
};

LineEditor::LineEditor(std::FILE* to) : m_to(to) {
  if (isatty(STDIN_FILENO) == 0) return;
  m_terminal = std::make_unique<Terminal>(to);
  if (!m_terminal->line || !m_terminal->past) m_terminal.reset();
}
LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::read(const char* prompt) {
  if (m_terminal) {
    m_terminal->prompt = prompt;
    return m_terminal->read();
  }
  fmt::print(m_to, "{}", prompt);
  std::fflush(m_to);
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

}  // namespace app::cli
