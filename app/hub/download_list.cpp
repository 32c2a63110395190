#include "app/hub/download_list.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "app/hub/disk.h"
#include "app/hub/names.h"
#include "engine/json.h"

namespace app::hub {

namespace {

using Json = nlohmann::json;

constexpr size_t kMostBytes = 16u << 20, kMostDownloads = 1000;
constexpr const char* kInterrupted = "interrupted";

bool isUnfinished(DownloadState state) {
  return state != DownloadState::Done && state != DownloadState::Cancelled;
}

std::string text(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

uint64_t count(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<uint64_t>() : 0;
}

Json toJson(const KeptDownload& kept) {
  const DownloadSnapshot& download = kept.snapshot;
  const char* state = kept.interrupted ? kInterrupted : download.state == DownloadState::Failed ? "failed" : "paused";
  Json files = Json::array();
  for (const HubFile& file : kept.files) {
    files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"checksum", file.checksum}});
  }
  return {{"repository", download.request.repository},
          {"revision", download.request.revision},
          {"include", download.request.include},
          {"folder", download.request.folder.string()},
          {"commit", download.commit},
          {"label", download.label},
          {"bytes", download.bytes},
          {"bytes_done", download.bytesDone},
          {"state", state},
          {"error", download.error.message},
          {"error_about", download.error.context},
          {"files", files}};
}

/// Safe ones alone: they name what cancelling deletes.
std::vector<HubFile> filesOf(const Json& json) {
  std::vector<HubFile> out;
  const auto files = json.find("files");
  if (files == json.end() || !files->is_array()) return out;
  for (const Json& entry : *files) {
    if (!entry.is_object()) continue;
    HubFile file{.path = text(entry, "path"), .bytes = count(entry, "bytes"), .checksum = text(entry, "checksum")};
    if (isSafePath(file.path) && isChecksum(file.checksum)) out.push_back(std::move(file));
  }
  return out;
}

/// Nothing when its names are not what a download may have.
std::optional<KeptDownload> fromJson(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  KeptDownload kept;
  DownloadSnapshot& out = kept.snapshot;
  out.request.repository = text(json, "repository");
  out.request.revision = text(json, "revision");
  out.request.folder = text(json, "folder");
  out.commit = text(json, "commit");
  out.label = text(json, "label");
  out.bytes = count(json, "bytes");
  out.bytesDone = count(json, "bytes_done");
  if (const auto include = json.find("include"); include != json.end() && include->is_array()) {
    for (const Json& word : *include) {
      if (word.is_string()) out.request.include.push_back(word.get<std::string>());
    }
  }
  const auto name = parseRepository(out.request.repository, "");
  if (!name.ok() || name->id != out.request.repository || !checkRevision(out.request.revision).ok() ||
      (!out.commit.empty() && !isCommit(out.commit))) {
    return std::nullopt;
  }
  const std::string state = text(json, "state");
  out.state = state == "failed" ? DownloadState::Failed : DownloadState::Paused;
  if (state == "failed") out.error = {engine::ErrorCode::Io, text(json, "error"), text(json, "error_about")};
  kept.interrupted = state == kInterrupted;
  if (!out.commit.empty()) kept.files = filesOf(json);
  return kept;
}

}  // namespace

DownloadList::DownloadList(std::filesystem::path file) : m_file(std::move(file)) {
  if (m_file.empty()) return;
  std::filesystem::path lockFile = m_file;
  lockFile += ".lock";
  auto lock = FileLock::tryTake(lockFile);
  if (lock.ok()) m_lock = std::move(lock.value());
}

std::vector<KeptDownload> DownloadList::read() const {
  std::vector<KeptDownload> out;
  std::error_code error;
  if (!m_lock || std::filesystem::file_size(m_file, error) > kMostBytes || error) return out;
  std::ifstream input(m_file, std::ios::binary);
  const std::string content((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
  engine::JsonLimits limits;
  limits.maxBytes = kMostBytes;
  limits.maxDepth = 8;
  const auto json = engine::parseJson(content, limits);
  if (!json.ok() || !json->is_array()) return out;
  for (const Json& entry : *json) {
    if (auto download = fromJson(entry); download && out.size() < kMostDownloads) out.push_back(std::move(*download));
  }
  return out;
}

void DownloadList::write(const std::vector<KeptDownload>& downloads) {
  if (!m_lock) return;
  Json list = Json::array();
  for (const KeptDownload& download : downloads) {
    if (isUnfinished(download.snapshot.state)) list.push_back(toJson(download));
  }
  // A list that cannot be kept costs the user a click after the next start, and no bytes: parts are found by name.
  (void)replaceFile(m_file, list.dump(1, ' ', false, Json::error_handler_t::replace), false);
}

}  // namespace app::hub
