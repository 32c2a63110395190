#include "app/hub/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/hub/descriptor.h"

namespace app::hub {

namespace {

engine::Error failed(const std::filesystem::path& path, const std::string& why) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {engine::ErrorCode::Io, fmt::format("{} cannot be written: {}", path.string(), why),
          full ? "space" : "folder"};
}

}  // namespace

engine::Result<void> makeFolders(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return failed(folder, error.message());
  return {};
}

engine::Result<void> moveTo(const std::filesystem::path& from, const std::filesystem::path& to) {
  ENGINE_RETURN_IF_ERROR(makeFolders(to.parent_path()));
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(to, std::strerror(errno));
  return {};
}

engine::Result<void> replaceFile(const std::filesystem::path& file, std::string_view text, bool durable) {
  ENGINE_RETURN_IF_ERROR(makeFolders(file.parent_path()));
  std::filesystem::path fresh = file;
  fresh += fmt::format(".{}.new", ::getpid());
  {
    const Descriptor out(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!out.valid()) return failed(fresh, std::strerror(errno));
    for (size_t at = 0; at < text.size();) {
      const ssize_t count = ::write(out.get(), text.data() + at, text.size() - at);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        const engine::Error error = failed(fresh, std::strerror(errno));
        ::unlink(fresh.c_str());
        return error;
      }
      at += static_cast<size_t>(count);
    }
    if (durable) ::fsync(out.get());
  }
  if (::rename(fresh.c_str(), file.c_str()) != 0) {
    const engine::Error error = failed(file, std::strerror(errno));
    ::unlink(fresh.c_str());
    return error;
  }
  return {};
}

void syncPath(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.valid()) ::fsync(file.get());
}

}  // namespace app::hub
