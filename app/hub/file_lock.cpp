#include "app/hub/file_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace app::hub {

engine::Result<std::optional<FileLock>> FileLock::tryTake(const std::filesystem::path& file) {
  const auto failed = [&](const char* why) {
    return engine::Error{engine::ErrorCode::Io, fmt::format("{} cannot be locked: {}", file.string(), why), "folder"};
  };
  // A lock of a file that another program has deleted since locks nothing: then it is opened anew.
  for (int attempt = 0; attempt < 10; ++attempt) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) return failed(error.message().c_str());
    Descriptor lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!lock.valid() && errno == ENOENT) continue;
    if (!lock.valid()) return failed(std::strerror(errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::optional<FileLock>();
      if (errno == EINTR) continue;
      return failed(std::strerror(errno));
    }
    struct stat held {
    }, named{};
    if (::fstat(lock.get(), &held) == 0 && ::stat(file.c_str(), &named) == 0 && held.st_ino == named.st_ino &&
        held.st_dev == named.st_dev) {
      return std::optional<FileLock>(FileLock(std::move(lock)));
    }
  }
  return std::optional<FileLock>();
}

}  // namespace app::hub
