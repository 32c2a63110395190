// Feeds one target with damaged inputs: hearth-fuzz TARGET [--rounds N] [--seconds S] [--first ROUND] [--seed N]
// [--print] Inputs run in a child process, so that the parent can name the round that ended it or does not end.
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <thread>

#include "tests/fuzz/targets.h"
#include "tests/support/temp_folder.h"

namespace {

using Clock = std::chrono::steady_clock;

/// An input that takes longer is a finding. Usual ones take milliseconds.
constexpr auto kLongest = std::chrono::seconds(120);
constexpr int kFault = 3;

struct Options {
  std::string target;
  uint64_t rounds = 1000, first = 0, seed = 1;
  double seconds = 0;
  bool print = false;
};

/// What the child tells the parent, in memory that both see.
struct Progress {
  std::atomic<uint64_t> round{0}, accepted{0}, slowest{0};
  std::atomic<double> slowestSeconds{0};
};

std::string inputOf(const fuzz::Target& target, const Options& options, uint64_t round) {
  fuzz::Random random(options.seed * 0x10001u + round);
  return fuzz::mutate(target.seeds, target.words, random);
}

int runRounds(const fuzz::TargetRow& row, const Options& options, Progress& progress) {
  const engine::testing::TempFolder folder;
  const fuzz::Target target = row.make(folder.path());
  const auto start = Clock::now();
  for (uint64_t i = 0; i < options.rounds; ++i) {
    if (options.seconds > 0 && std::chrono::duration<double>(Clock::now() - start).count() > options.seconds) break;
    const uint64_t round = options.first + i;
    progress.round = round;
    const std::string input = inputOf(target, options, round);
    if (options.print) {
      std::fwrite(input.data(), 1, input.size(), stdout);
      std::fflush(stdout);
    }
    const auto begun = Clock::now();
    const fuzz::Outcome outcome = target.run(input);
    if (const double took = std::chrono::duration<double>(Clock::now() - begun).count();
        took > progress.slowestSeconds) {
      progress.slowestSeconds = took;
      progress.slowest = round;
    }
    if (outcome.accepted) ++progress.accepted;
    if (!outcome.fault.empty()) {
      std::fprintf(stderr, "%s\n", outcome.fault.c_str());
      return kFault;
    }
  }
  ++progress.round;
  return 0;
}

/// The child's status once it has ended; ends it when one input takes too long.
int waitFor(pid_t child, const Progress& progress, bool* stalled) {
  int status = 0;
  uint64_t seen = progress.round;
  auto since = Clock::now();
  while (waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (const uint64_t now = progress.round; now != seen) {
      seen = now;
      since = Clock::now();
    }
    if (*stalled || Clock::now() - since < kLongest) continue;
    *stalled = true;
    kill(child, SIGABRT);
  }
  return status;
}

int run(const fuzz::TargetRow& row, const Options& options) {
  void* shared = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return 1;
  Progress& progress = *new (shared) Progress;
  const auto start = Clock::now();
  const pid_t child = fork();
  if (child < 0) return 1;
  if (child == 0) return runRounds(row, options, progress);
  bool stalled = false;
  const int status = waitFor(child, progress, &stalled);
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const uint64_t done = progress.round - options.first;
  std::printf("%s: %llu inputs, %llu accepted, %.1f s, at most %ld MB and %.3f s (round %llu)\n",
              options.target.c_str(), static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(progress.accepted.load()),
              std::chrono::duration<double>(Clock::now() - start).count(), usage.ru_maxrss >> 10,
              progress.slowestSeconds.load(), static_cast<unsigned long long>(progress.slowest.load()));
  if (status == 0 && progress.accepted == 0 && done >= 100) {
    std::printf("No input was accepted: nothing behind the first check was tried.\n");
    return 1;
  }
  if (status == 0) return 0;
  const std::string how = stalled               ? "takes too long"
                          : WIFSIGNALED(status) ? std::string("ends in ") + strsignal(WTERMSIG(status))
                                                : "ends with code " + std::to_string(WEXITSTATUS(status));
  std::printf("Round %llu %s. Its input: hearth-fuzz %s --seed %llu --first %llu --rounds 1 --print\n",
              static_cast<unsigned long long>(progress.round.load()), how.c_str(), options.target.c_str(),
              static_cast<unsigned long long>(options.seed), static_cast<unsigned long long>(progress.round.load()));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Damaged inputs for the readers of untrusted data. The same seed and round give the same input.");
  std::string names;
  for (const fuzz::TargetRow& row : fuzz::targets()) {
    names += "\n  " + std::string(row.name) + ": " + std::string(row.what);
  }
  app.footer("Targets:" + names);
  app.add_option("target", options.target)->required();
  app.add_option("--rounds", options.rounds, "Inputs to try (1000)");
  app.add_option("--seconds", options.seconds, "Stop after that long even when rounds are left");
  app.add_option("--first", options.first, "First round (0)");
  app.add_option("--seed", options.seed, "Another seed, other inputs (1)");
  app.add_flag("--print", options.print, "Write each input to standard output before it is tried");
  CLI11_PARSE(app, argc, argv);
  const auto rows = fuzz::targets();
  const auto row =
      std::find_if(rows.begin(), rows.end(), [&](const fuzz::TargetRow& r) { return r.name == options.target; });
  if (row != rows.end()) return run(*row, options);
  std::fprintf(stderr, "no target is called '%s'\n", options.target.c_str());
  return 2;
}
