// download: gets a model from the hub; goes on where an earlier run stopped.
#include <fmt/core.h>
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "app/hub.h"
#include "engine/text.h"

namespace app::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// Signals come to sigtimedwait() in the main thread; threads started later inherit the mask.
sigset_t blockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

/// "1:05:09", "4:07".
std::string clockTime(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string progressLine(const DownloadSnapshot& now) {
  if (now.state == DownloadState::Starting) return "asking the hub";
  if (!now.note.empty()) return engine::printable(now.note, 300);
  if (now.state == DownloadState::Checking) return "checking what came";
  std::string line = engine::formatBytesOf(now.bytesDone, now.bytes);
  if (now.bytesPerSecond > 0) {
    line += fmt::format(", {}/s", engine::formatBytes(static_cast<uint64_t>(now.bytesPerSecond)));
  }
  if (now.secondsLeft > 0) line += fmt::format(", {} left", clockTime(now.secondsLeft));
  return line;
}

/// One line that is written over at a terminal; elsewhere a line now and then.
class Progress {
 public:
  void show(const DownloadSnapshot& now) {
    const std::string line = progressLine(now);
    const auto time = Clock::now();
    if (m_terminal) {
      if (line == m_last) return;
      fmt::print(stderr, "\r\x1b[K{}", line);
    } else {
      if (m_any && (line == m_last || time - m_shown < std::chrono::seconds(10))) return;
      fmt::print(stderr, "{}\n", line);
    }
    m_any = true;
    m_last = line;
    m_shown = time;
  }
  void end() const {
    if (m_terminal && m_any) fmt::print(stderr, "\r\x1b[K");
  }

 private:
  bool m_terminal = ::isatty(STDERR_FILENO) == 1, m_any = false;
  std::string m_last;
  Clock::time_point m_shown;
};

bool hasEnded(DownloadState state) {
  return state == DownloadState::Done || state == DownloadState::Failed || state == DownloadState::Cancelled;
}

DownloadSnapshot snapshotOf(const HubClient& client, DownloadId id) {
  for (const DownloadSnapshot& download : client.downloads()) {
    if (download.id == id) return download;
  }
  return {};
}

int report(const DownloadSnapshot& end, bool json, double seconds) {
  if (end.state != DownloadState::Done) {
    fmt::print(stderr, "{}\n", engine::printable(end.error.message, 4000));
    // A name that can be mended on the command line is wrong usage.
    const bool mendable = end.error.code == engine::ErrorCode::InvalidArgument;
    return mendable ? kUsage : kFailed;
  }
  if (json) {
    printJson({{"repository", end.request.repository},
               {"revision", end.request.revision},
               {"commit", end.commit},
               {"choice", end.label},
               {"files", end.files},
               {"bytes", end.bytes},
               {"received_bytes", end.bytesReceived},
               {"seconds", seconds},
               {"path", end.path.string()}});
    return kOk;
  }
  fmt::print(stderr, "{}: {} in {} file{}, {} of them received now, checksums right\n", end.request.repository,
             engine::formatBytes(end.bytes), end.files, end.files == 1 ? "" : "s",
             engine::formatBytes(end.bytesReceived));
  fmt::print("{}\n", end.path.string());
  return kOk;
}

}  // namespace

int runDownload(std::span<const std::string> arguments) {
  CommandLine line("download",
                   "Gets a model from the hub and prints where it lies. Run again, it goes on where it stopped.\n"
                   "HF_ENDPOINT names the hub, HF_TOKEN a token, HF_HUB_CACHE or HF_HOME the cache's folder.",
                   {});
  DownloadRequest request;
  std::string folder;
  line.options.add_option("REPO", request.repository, "ORG/NAME, ORG/NAME@REVISION or the address of its page");
  line.options.add_option("--include,--file", request.include,
                          "Which files: a quantization (Q4_K_M), a path or a pattern with * and ?; may be given again");
  line.options.add_option("--revision", request.revision, "Branch, tag or commit [main]");
  line.options.add_option("--dir,--to", folder, "A plain folder instead of the hub cache");
  if (const auto code = line.parse(arguments)) return *code;
  if (request.repository.empty()) return usage("download needs a name: hearth-cli download ORG/NAME");
  request.folder = folder;

  const sigset_t signals = blockSignals();
  HubClient client(HubOptions::fromEnvironment());
  const auto begun = Clock::now();
  const DownloadId id = client.download(request);
  Progress progress;
  for (;;) {
    const timespec wait{0, 100'000'000};
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    const DownloadSnapshot now = snapshotOf(client, id);
    if (hasEnded(now.state)) {
      progress.end();
      return report(now, line.json, std::chrono::duration<double>(Clock::now() - begun).count());
    }
    if (signal == SIGINT || signal == SIGTERM) {
      progress.end();
      fmt::print(stderr, "Stopped at {}; the same command goes on from there.\n",
                 engine::formatBytesOf(now.bytesDone, now.bytes));
      return kFailed;
    }
    progress.show(now);
  }
}

}  // namespace app::cli
