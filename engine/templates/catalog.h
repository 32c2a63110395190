// Where templates come from: the shipped ones (built in, or a directory of the same files) and a user's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace engine {

/// Rows of index.json.
struct TemplateIndex {
  struct ModelRow {
    std::string match;  ///< pattern with *, against the lower-case model_id
    std::string name;
  };
  struct RuleRow {
    std::vector<std::string> contains;  ///< all of them
    std::string name;
  };
  struct FamilyRow {
    std::string family, bos, name;  ///< empty bos: any
  };
  std::vector<ModelRow> models;
  std::vector<RuleRow> rules;
  std::vector<FamilyRow> families;
  std::vector<std::string> turnEnds, names;
};

class TemplateCatalog {
 public:
  /// Empty `directory`: the built-in files; empty `userDirectory`: none.
  TemplateCatalog(std::string directory, std::string userDirectory);

  /// The Jinja source and where it comes from ("built in", a path); nothing when there is no such template. An Error
  /// when a file is there but cannot be read.
  struct Entry {
    std::string source, origin;
  };
  Result<std::optional<Entry>> find(const std::string& name) const;
  /// Names that have a file, sorted.
  std::vector<std::string> names() const;
  Result<TemplateIndex> index() const;

 private:
  std::string m_directory, m_userDirectory;
};

/// Reads a text file of at most 4 MiB.
Result<std::string> readTemplateFile(const std::string& path);

}  // namespace engine
