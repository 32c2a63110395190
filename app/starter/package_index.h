// Package indices as pip uses them: which one, and where it keeps a file.
#pragma once

#include <string>
#include <string_view>

namespace app::starter {

/// HEARTH_STARTER_INDEX, PIP_INDEX_URL, `index-url` of pip's configuration files, or PyPI; without a slash at its end.
std::string configuredIndex();

/// `index-url` of the text of a pip.conf; empty when it has none.
std::string indexOf(std::string_view configuration);

/// The address of a file on a project's page (PEP 503), `page` being where that came from; empty when it is not there.
std::string linkTo(std::string_view html, const std::string& page, std::string_view file);

}  // namespace app::starter
