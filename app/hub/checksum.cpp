#include "app/hub/checksum.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "app/hub/descriptor.h"

namespace app::hub {

namespace {

constexpr size_t kPiece = 1u << 20;

}  // namespace

engine::Result<std::string> fileChecksum(const std::filesystem::path& file, std::string_view like,
                                         const std::atomic<bool>& stop) {
  const auto failed = [&](int number) {
    return engine::Error{engine::ErrorCode::Io,
                         fmt::format("{} cannot be read: {}", file.string(), std::strerror(number)), "folder"};
  };
  const Descriptor input(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!input.valid() || ::fstat(input.get(), &info) != 0) return failed(errno);
  ::posix_fadvise(input.get(), 0, 0, POSIX_FADV_SEQUENTIAL);

  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const bool git = like.size() == 40;
  bool good = context && EVP_DigestInit_ex(context.get(), git ? EVP_sha1() : EVP_sha256(), nullptr) == 1;
  if (git) {
    const std::string head = fmt::format("blob {}", info.st_size);
    good = good && EVP_DigestUpdate(context.get(), head.c_str(), head.size() + 1) == 1;
  }
  std::vector<char> buffer(kPiece);
  for (;;) {
    if (stop.load()) return engine::Error{engine::ErrorCode::Cancelled, "stopped", "checksum"};
    const ssize_t count = ::read(input.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    if (count == 0) break;
    good = good && EVP_DigestUpdate(context.get(), buffer.data(), static_cast<size_t>(count)) == 1;
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  good = good && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1;
  if (!good) return engine::Error{engine::ErrorCode::Internal, "the checksum cannot be worked out", "checksum"};
  std::string out;
  for (unsigned int i = 0; i < size; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace app::hub
