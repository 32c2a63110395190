#include "app/hub/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr size_t kMostNameBytes = 96, kMostPathBytes = 1024, kMostPartBytes = 200, kMostParts = 8;

bool isAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isNamePart(std::string_view part) {
  if (part.empty() || part.front() == '-' || part.front() == '.' || part.back() == '-' || part.back() == '.') {
    return false;
  }
  if (part.find("--") != part.npos || part.find("..") != part.npos) return false;
  return std::all_of(part.begin(), part.end(),
                     [](char c) { return isAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

bool isName(std::string_view id) {
  const size_t slash = id.find('/');
  if (id.size() > kMostNameBytes) return false;
  if (slash == id.npos) return isNamePart(id);
  return isNamePart(id.substr(0, slash)) && isNamePart(id.substr(slash + 1));
}

bool isHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Takes the hub's address off the front.
std::string_view withoutEndpoint(std::string_view text, std::string_view endpoint) {
  for (const std::string_view front : {endpoint, std::string_view("https://huggingface.co")}) {
    if (!front.empty() && text.starts_with(front) && text.substr(front.size()).starts_with('/')) {
      return text.substr(front.size() + 1);
    }
  }
  return text;
}

}  // namespace

engine::Result<RepositoryName> parseRepository(std::string_view text, std::string_view endpoint) {
  RepositoryName out;
  std::string_view rest = withoutEndpoint(text, endpoint);
  if (rest.size() < text.size()) {
    rest = rest.substr(0, rest.find_first_of("?#"));
    for (const std::string_view mark : {"/tree/", "/blob/", "/resolve/"}) {
      const size_t at = rest.find(mark);
      if (at == rest.npos) continue;
      const std::string_view behind = rest.substr(at + mark.size());
      out.revision = behind.substr(0, behind.find('/'));
      rest = rest.substr(0, at);
    }
    while (rest.ends_with('/')) rest.remove_suffix(1);
  } else if (const size_t at = rest.find('@'); at != rest.npos) {
    out.revision = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (out.revision.empty()) {
      return Error{ErrorCode::InvalidArgument, "there is no revision behind @: leave both out, or name one",
                   "revision"};
    }
  }
  out.id = rest;
  if (!isName(out.id)) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("'{}' is no repository's name: write ORG/NAME (letters, digits, - _ . ; at most {} bytes), "
                    "ORG/NAME@REVISION, or the address of its page",
                    engine::printable(text, 120), kMostNameBytes),
        "repo"};
  }
  if (!out.revision.empty()) ENGINE_RETURN_IF_ERROR(checkRevision(out.revision));
  return out;
}

engine::Result<void> checkRevision(std::string_view revision) {
  if (isSafePath(revision) && revision.size() <= 200) return {};
  return Error{ErrorCode::InvalidArgument,
               fmt::format("'{}' is no revision: name a branch, a tag or a commit", engine::printable(revision, 120)),
               "revision"};
}

bool isSafePath(std::string_view path) {
  if (path.empty() || path.size() > kMostPathBytes) return false;
  size_t parts = 0;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part.front() == '.' || part.size() > kMostPartBytes || ++parts > kMostParts) return false;
    begin = end + 1;
  }
  return std::none_of(path.begin(), path.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || c == '\\';
  });
}

bool isCommit(std::string_view text) {
  return text.size() == 40 && isHex(text);
}

bool isChecksum(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && isHex(text);
}

bool matchesPattern(std::string_view pattern, std::string_view text) {
  size_t p = 0, t = 0, star = std::string_view::npos, starText = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      starText = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++starText;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string urlEncode(std::string_view text, bool keepSlashes) {
  std::string out;
  for (const char c : text) {
    const bool plain = isAlphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~' || (c == '/' && keepSlashes);
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string cacheFolderName(std::string_view repository) {
  std::string out = "models--";
  for (const char c : repository) {
    if (c == '/') {
      out += "--";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace app::hub
