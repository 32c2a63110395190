// Opening the database: private to its owner, one program at a time, damage told and set aside.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <memory>

#include "engine/result.h"

namespace app {

/// What a failure of SQLite means for the user.
engine::Error fromSqlite(const SQLite::Exception& failure, const std::filesystem::path& file);

/// Opens or creates the file and brings it to the newest format. A damaged one is renamed, with its side files, and the
/// Error says to what. Unavailable when another program has it open.
engine::Result<std::unique_ptr<SQLite::Database>> openDatabaseFile(const std::filesystem::path& file);

}  // namespace app
