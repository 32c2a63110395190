// Finding the files of a model: directories, single files, the hub's cache. Nothing outside the model's own folder is
// ever opened, apart from the blobs of the hub cache that its snapshot links to.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace engine {

/// Where a model lies.
struct ModelLocation {
  std::filesystem::path directory;  ///< canonical folder of its files; of a hub cache: the snapshot
  std::filesystem::path file;       ///< the .gguf file, when the path named one
  std::string name;  ///< for people and the API: the folder's name, the hub repository's, the file's stem
};

/// Resolves a path as given: a directory, a hub cache root (models--org--name, by refs/main or its only snapshot), a
/// snapshot, or a .gguf file. NotFound when there is nothing.
Result<ModelLocation> locateModel(const std::filesystem::path& path);

/// Names in a folder with this ending, sorted; of very many the first ones found.
std::vector<std::string> filesEndingWith(const std::filesystem::path& directory, std::string_view ending);

/// A file of the model by its plain name. NotFound when it is not there; InvalidArgument when the name has folders in
/// it or the file is a link that leads out of the model's folder.
Result<std::filesystem::path> modelFile(const std::filesystem::path& directory, std::string_view name);

}  // namespace engine
