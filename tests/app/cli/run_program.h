// Runs hearth-cli as its users do: another process, pipes, an environment of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace app::testing {

struct ProgramResult {
  int exitCode = -1;  ///< -1: it did not end by itself
  std::string out, err;
};

/// A running hearth-cli. Ends with this object, by its own process id.
class Program {
 public:
  Program(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Writes all of `text` and closes its standard input, while reading what it says.
  void feed(const std::string& text);
  /// Reads until its standard output holds `mark`; false when it ended or `seconds` passed before.
  bool waitForOutput(const std::string& mark, double seconds);
  /// What it has printed so far.
  const std::string& output() const { return m_result.out; }
  void signal(int number) const;
  /// Waits for its end, at most `seconds`.
  ProgramResult wait(double seconds);

 private:
  /// Reads what is there, waiting at most a moment; false when both ends are closed.
  bool pump();
  void closeInput();

  pid_t m_pid = -1;
  int m_in = -1, m_out = -1, m_err = -1;
  std::string m_input;
  size_t m_written = 0;
  ProgramResult m_result;
};

/// Runs to the end, within three minutes.
ProgramResult runCli(const std::vector<std::string>& arguments, const std::string& input = "",
                     const std::map<std::string, std::string>& environment = {});

/// The repository's tiny GGUF model, with weights, tokenizer and all.
std::filesystem::path tinyModel();

}  // namespace app::testing
