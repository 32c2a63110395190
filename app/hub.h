// Models from a Hugging Face compatible hub: search, what a repository holds, downloads that resume and are checked.
// Nothing connects before one of these calls asks for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/result.h"

namespace app {

/// Patience of the client. The defaults suit people's connections; tests shorten them.
struct HubTimes {
  double connectSeconds = 20;
  double querySeconds = 60;        ///< a search or a list of files, as a whole
  double stallSeconds = 30;        ///< a connection that brings less than 1 kB/s for this long is begun anew
  double retryFirstSeconds = 0.5;  ///< doubled after every failure in a row, with jitter
  double retryMostSeconds = 30;
  double longestWaitSeconds = 600;  ///< of what a hub may ask for with Retry-After; beyond it the download fails
  uint32_t attempts = 8;            ///< failures in a row, with next to nothing received between them
};

struct HubOptions {
  std::string endpoint = "https://huggingface.co";  ///< HF_ENDPOINT
  std::string token;                                ///< HF_TOKEN; goes to the endpoint's own address alone
  std::filesystem::path cacheFolder;                ///< HF_HUB_CACHE, or hub/ below HF_HOME
  std::filesystem::path stateFile;  ///< keeps unfinished downloads over restarts; empty: they are forgotten
  uint32_t connections = 6;         ///< of all downloads together
  HubTimes times;

  /// HF_ENDPOINT, HF_TOKEN (else HF_TOKEN_PATH, else the token file in HF_HOME), HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME.
  static HubOptions fromEnvironment();
};

/// What an Error of the hub is about is its `context`: "gated" (accept the licence on the model's page), "token",
/// "repo", "revision", "file", "choice" (name one of several), "rate", "network", "space", "checksum", "folder".

/// Whether everybody may download.
enum class HubGate {
  Open,
  Licence,   ///< after accepting the licence on the model's page
  Approval,  ///< after the owner has agreed
};

/// A row of search results. Texts come from strangers: show them as plain text.
struct HubModel {
  std::string id;  ///< "org/name"
  std::string licence, updated, architecture;
  uint64_t downloads = 0, likes = 0;
  uint64_t parameters = 0;     ///< 0: not told
  uint64_t bytes = 0;          ///< of safetensors weights; 0: not told
  uint64_t contextLength = 0;  ///< of GGUF repositories; 0: not told
  bool safetensors = false, gguf = false, isPrivate = false;
  HubGate gate = HubGate::Open;
};

struct HubSearch {
  std::string words = {};
  std::string format = {};  ///< "safetensors", "gguf" or empty for any
  uint32_t limit = 30;
  std::string next = {};  ///< HubSearchPage::next of the page before; the other fields count for nothing then
};

struct HubSearchPage {
  std::vector<HubModel> models;
  std::string next;  ///< empty: this was the last page
};

struct HubFile {
  std::string path;  ///< checked: relative, no "..", no hidden parts
  uint64_t bytes = 0;
  std::string checksum;  ///< 64 hex digits: SHA-256 (large files); 40: git's SHA-1. Also the name of its blob
};

enum class HubFormat { Safetensors, Pytorch, Gguf };

/// Files that make one loadable model.
struct HubChoice {
  std::string label;  ///< "safetensors", "pytorch", or the quantization: "Q4_K_M"
  HubFormat format = HubFormat::Safetensors;
  std::vector<size_t> files;  ///< indices into HubListing::files
  size_t main = 0;            ///< index of the file that names it: config.json, the (first) .gguf
  uint64_t bytes = 0;
  std::string problem;  ///< not empty: why it is incomplete
};

/// A repository at one commit.
struct HubListing {
  std::string id, revision, commit;
  std::string licence;
  HubGate gate = HubGate::Open;
  std::vector<HubFile> files;  ///< by path
  uint32_t ignored = 0;        ///< files left out: names that are no safe paths, or without size or checksum
  std::vector<HubChoice> choices;
  uint64_t parameters = 0;
};

using DownloadId = uint64_t;

struct DownloadRequest {
  std::string repository = {};    ///< "org/name", or the address of its page
  std::string revision = "main";  ///< branch, tag or commit
  /// Labels of choices, paths, or patterns with * and ?; empty: the repository's only choice, safetensors before GGUF.
  std::vector<std::string> include = {};
  std::filesystem::path folder = {};  ///< plain files below it; empty: the hub cache, shared with other programs
};

enum class DownloadState {
  Starting,  ///< asks what there is, looks at what is here
  Waiting,   ///< another program downloads a file of it, or the hub asked to wait: `note` says which
  Downloading,
  Checking,  ///< all bytes are here, their checksums are worked out
  Paused,    ///< by the user, or by the end of the program: resume() goes on
  Done,
  Failed,     ///< `error` says why; resume() goes on where it stopped
  Cancelled,  ///< nothing of it is kept
};

struct DownloadSnapshot {
  DownloadId id = 0;
  DownloadRequest request;
  DownloadState state = DownloadState::Starting;
  std::string commit, label;  ///< of what is downloaded, once known
  uint64_t bytes = 0;         ///< of all its files, those that were here before included
  uint64_t bytesDone = 0;
  uint64_t bytesReceived = 0;  ///< over the network by this program
  double bytesPerSecond = 0;   ///< over the last seconds
  double secondsLeft = -1;     ///< -1: not known
  uint32_t files = 0, filesDone = 0;
  std::string note;            ///< what it waits for
  std::filesystem::path path;  ///< when Done: what to load
  engine::Error error;         ///< when Failed
};

/// Thread-safe; its methods return at once. Callbacks run on the client's own network thread, one at a time, and must
/// not block; they may call the client. None runs after the destructor has returned.
class HubClient {
 public:
  template <typename T>
  using Then = std::function<void(engine::Result<T>)>;
  using QueryId = uint64_t;
  using Listener = std::function<void(const DownloadSnapshot&)>;

  explicit HubClient(HubOptions options);
  /// Pauses what runs: a client with the same stateFile finds it again.
  ~HubClient();

  QueryId search(HubSearch search, Then<HubSearchPage> then);
  QueryId list(std::string repository, std::string revision, Then<HubListing> then);
  /// A small text of a repository (config.json, at most 1 MB), for looking before downloading.
  QueryId readText(std::string repository, std::string revision, std::string path, Then<std::string> then);
  /// Its callback does not run any more once this has returned on the network thread; elsewhere it may be running.
  void cancelQuery(QueryId id);

  /// Starts a download, or returns the unfinished one of the same files, resumed.
  DownloadId download(DownloadRequest request);
  void pause(DownloadId id);
  void resume(DownloadId id);
  /// Ends it and deletes its unfinished parts.
  void cancel(DownloadId id);
  /// Takes a download that is done, failed or cancelled off the list.
  void forget(DownloadId id);
  /// Resumes every download that the end of an earlier program interrupted; those that the user paused stay paused.
  void resumeInterrupted();

  std::vector<DownloadSnapshot> downloads() const;
  /// Called at every change of state, and about ten times a second while bytes come.
  int addListener(Listener listener);
  void removeListener(int id);

  const HubOptions& options() const;

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

/// Where the repository's folder in the hub cache is ("models--org--name").
std::filesystem::path hubCacheFolder(const std::filesystem::path& cacheFolder, const std::string& repository);

}  // namespace app
