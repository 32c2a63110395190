#include "app/conversations/database_file.h"

#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "app/conversations/schema.h"

namespace app {
namespace {

namespace fs = std::filesystem;
using engine::Error;
using engine::ErrorCode;

constexpr int kBusyMs = 2000;
constexpr uintmax_t kAlwaysChecked = 32u << 20;

fs::path withSuffix(const fs::path& file, const std::string& suffix) {
  fs::path out = file;
  out += suffix;
  return out;
}

/// Creates the file as its owner's alone before SQLite would create it for everybody; SQLite's side files take after
/// it.
engine::Result<void> makePrivate(const fs::path& file) {
  std::error_code failed;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), failed);
  // An existing file is not opened here: closing it would drop the locks that this process may hold on it.
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor >= 0) {
    close(descriptor);
    return {};
  }
  if (errno != EEXIST) {
    return Error{ErrorCode::Io, fmt::format("cannot create {}: {}", file.string(), std::strerror(errno))};
  }
  if (!fs::is_regular_file(file, failed)) {
    return Error{ErrorCode::Io, fmt::format("{} is no regular file", file.string())};
  }
  if (chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0) {
    return Error{ErrorCode::Io, fmt::format("cannot make {} private: {}", file.string(), std::strerror(errno))};
  }
  return {};
}

/// Renames the file and its side files to names that do not exist yet.
Error setAside(const fs::path& file, const std::string& reason) {
  std::array<char, 32> stamp{};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::strftime(stamp.data(), stamp.size(), ".damaged-%Y%m%d-%H%M%S", &local);
  fs::path target = withSuffix(file, stamp.data());
  for (int i = 2; fs::exists(target) && i < 1000; ++i) target = withSuffix(file, fmt::format("{}-{}", stamp.data(), i));
  std::error_code failed;
  if (fs::exists(target)) failed = std::make_error_code(std::errc::file_exists);
  if (!failed) fs::rename(file, target, failed);
  if (failed) {
    return {ErrorCode::Damaged,
            fmt::format("{} is damaged ({}) and cannot be moved aside: {}", file.string(), reason, failed.message())};
  }
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;
    fs::rename(withSuffix(file, suffix), withSuffix(target, suffix), ignored);
  }
  return {ErrorCode::Damaged, fmt::format("{} is damaged ({}). It was moved to {}; a new one begins without "
                                          "conversations",
                                          file.string(), reason, target.string())};
}

bool isDamage(int code) {
  return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/// Empty when the database is sound.
std::string findDamage(SQLite::Database& database) {
  SQLite::Statement check(database, "PRAGMA quick_check(1)");
  if (!check.executeStep()) return "its check gave no answer";
  const std::string answer = check.getColumn(0).getString();
  return answer == "ok" ? "" : answer;
}

void configure(SQLite::Database& database) {
  database.setBusyTimeout(kBusyMs);
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  database.exec("PRAGMA secure_delete = ON");
  database.exec("PRAGMA journal_size_limit = 8388608");
  // Takes the lock now, so that a second program learns of it here.
  database.exec("BEGIN IMMEDIATE; COMMIT");
}

}  // namespace

Error fromSqlite(const SQLite::Exception& failure, const fs::path& file) {
  const std::string what = fmt::format("{}: {}", file.string(), failure.what());
  switch (failure.getErrorCode() & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::Damaged, what};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::Unavailable, fmt::format("{} is in use by another program", file.string())};
    case SQLITE_FULL:
      return {ErrorCode::Io, fmt::format("the disk is full: {} cannot grow", file.string())};
    case SQLITE_NOMEM:
      return {ErrorCode::OutOfMemory, what};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::Io, what};
    default:
      return {ErrorCode::Internal, what};
  }
}

engine::Result<std::unique_ptr<SQLite::Database>> openDatabaseFile(const fs::path& file) {
  ENGINE_RETURN_IF_ERROR(makePrivate(file));
  std::error_code ignored;
  const uintmax_t size = fs::file_size(file, ignored);
  const uintmax_t pending = fs::file_size(withSuffix(file, "-wal"), ignored);
  const bool closedWell = ignored || pending == 0;
  std::string damage;
  try {
    auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    configure(*database);
    // A large file that was closed in order is taken at its word, so that starting stays quick.
    if (!closedWell || size <= kAlwaysChecked) damage = findDamage(*database);
    if (damage.empty()) {
      ENGINE_RETURN_IF_ERROR(migrate(*database));
      return database;
    }
  } catch (const SQLite::Exception& failure) {
    if (!isDamage(failure.getErrorCode() & 0xFF)) return fromSqlite(failure, file);
    damage = failure.what();
  }
  return setAside(file, damage);
}

}  // namespace app
