// The database's tables, as the steps that led to them.
#pragma once

#include <SQLiteCpp/Database.h>

#include <span>

#include "engine/result.h"

namespace app {

/// Marks the file as ours ("HRTH"), in its header.
inline constexpr int kApplicationId = 0x48525448;

/// SQL of each step; a database of version n has had the first n of them.
std::span<const char* const> migrations();

/// Brings a database to the newest version, each step in a transaction of its own. Unsupported for a database of a
/// newer program or of another one. SQLite's exceptions pass through.
engine::Result<void> migrate(SQLite::Database& database);

}  // namespace app
