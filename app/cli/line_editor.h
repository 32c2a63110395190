// Lines typed at a terminal, or read from a pipe.
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

namespace app::cli {

/// Reads questions: with editing and a history of this run at a terminal, plainly from a pipe.
class LineEditor {
 public:
  /// Prompts are written to `to`, which has to outlive this.
  explicit LineEditor(std::FILE* to);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// The next line without its end; nothing at the end of input. `prompt` has to outlive this.
  std::optional<std::string> read(const char* prompt);

 private:
  struct Terminal;

  std::FILE* m_to;
  std::unique_ptr<Terminal> m_terminal;  ///< null when stdin is none
};

}  // namespace app::cli
