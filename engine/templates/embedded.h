// Text files of resources/templates, built into the library.
#pragma once

#include <span>
#include <string_view>

namespace engine {

struct EmbeddedFile {
  std::string_view name, text;
};

/// Every NAME.jinja and index.json of resources/templates as they were when the library was built.
std::span<const EmbeddedFile> embeddedTemplates();

}  // namespace engine
