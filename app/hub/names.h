// Names from users and hubs, before they reach an address or a path.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace app::hub {

/// A repository and a revision as a user writes them.
struct RepositoryName {
  std::string id;        ///< "org/name" or "name"
  std::string revision;  ///< empty: none was written
};

/// "org/name", "org/name@revision" or the address of its page on `endpoint` or huggingface.co.
engine::Result<RepositoryName> parseRepository(std::string_view text, std::string_view endpoint);

/// Whether a revision is one that can be asked for and kept as refs/<revision>.
engine::Result<void> checkRevision(std::string_view revision);

/// Whether a path of a repository may become a path on disk: relative, no empty, "." or hidden parts, no backslash, no
/// control characters, lengths that file systems take.
bool isSafePath(std::string_view path);

bool isCommit(std::string_view text);    ///< 40 lower-case hex digits
bool isChecksum(std::string_view text);  ///< 40 or 64 lower-case hex digits

/// `*` and `?` patterns over whole paths (`*` takes / too); linear in the product of the lengths.
bool matchesPattern(std::string_view pattern, std::string_view text);

/// ASCII letters in lower case.
std::string lowerCase(std::string_view text);

/// Percent-encoded for an address; / stays where `keepSlashes`.
std::string urlEncode(std::string_view text, bool keepSlashes);

/// "models--org--name".
std::string cacheFolderName(std::string_view repository);

}  // namespace app::hub
